"""Where the code stands in git."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from skylift.errors import NotReady
from skylift.host.files import canonical_json, sha256_file
from skylift.project.files.git import git, git_or_nothing, is_repository, names, without_filters
from skylift.project.files.ship import NeverShips
from skylift.values.project import Revision

_SUBMODULE = "160000 "
_LONGEST_POINTER = 1024
_POINTER = re.compile(
    r"version https://git-lfs\.github\.com/spec/v1\n(?:[^\n]*\n)*?oid sha256:([0-9a-f]{64})$", re.MULTILINE
)


def revision(root: Path) -> Revision:
    """The commit, and a hash of what differs from it. All empty outside git, or before the first commit."""
    if not is_repository(root):
        return Revision()
    commit = git_or_nothing(root, "rev-parse", "--verify", "--quiet", "HEAD")
    if not commit:
        return Revision()
    differing = tuple(_differing(root))
    diff = _difference(root, differing)
    return Revision(
        commit=commit,
        branch=git_or_nothing(root, "symbolic-ref", "--quiet", "--short", "HEAD"),
        dirty=bool(diff),
        diff=diff,
        time=git(root, "show", "--no-patch", "--no-show-signature", "--format=%cI", "HEAD").strip(),
        identity=identity(root),
        uncommitted=differing,
    )


def identity(root: Path) -> str:
    """The hash of the first commit; empty in a shallow clone."""
    # The oldest commit of a shallow clone, as CI makes them, is not the first one.
    if git(root, "rev-parse", "--is-shallow-repository").strip() != "false":
        return ""
    return git(root, "rev-list", "--max-parents=0", "HEAD").split()[-1]


def _difference(root: Path, differing: Iterable[str]) -> str:
    """A hash of the files that differ from HEAD, by content; empty when none does.

    Not of git's own diff, which changes with everybody's git config.
    """
    states = [_state(root, path) for path in differing]
    return hashlib.sha256(canonical_json(states)).hexdigest() if states else ""


def _differing(root: Path) -> Iterator[str]:
    untracked = git(root, "ls-files", "-z", "--others", "--exclude-standard")
    never = NeverShips(root)
    paths = {*_changed(root), *_dirty_inside(root), *names(untracked)}
    return (path for path in sorted(paths) if not never.covers(path))


def _changed(root: Path) -> set[str]:
    switched_off = without_filters(root)
    # For a submodule git starts another git, which would read another config.
    options = ("--no-renames", "--no-ext-diff", "--ignore-submodules=dirty", "--relative")
    said = git(root, "diff", "--name-only", "-z", *options, "HEAD", settings=switched_off)
    changed = set(names(said))
    return {path for path in changed if not _is_as_stored(root, path)} if switched_off else changed


def _is_as_stored(root: Path, path: str) -> bool:
    """Whether a file is the one that HEAD has only a pointer of (Git LFS): told without its program."""
    full = root / path
    if full.is_symlink() or not full.is_file():
        return False
    stored = git_or_nothing(root, "cat-file", "-s", f"HEAD:./{path}")
    if not stored.isdigit() or int(stored) > _LONGEST_POINTER:
        return False
    pointer = _POINTER.match(git_or_nothing(root, "cat-file", "blob", f"HEAD:./{path}"))
    return pointer is not None and pointer[1] == sha256_file(full)


def _dirty_inside(root: Path) -> Iterator[str]:
    """Submodules with changes in them."""
    for line in names(git(root, "ls-files", "-z", "--stage")):
        facts, _, path = line.partition("\t")
        inner = root / path
        is_there = facts.startswith(_SUBMODULE) and not inner.is_symlink() and (inner / ".git").exists()
        if is_there and revision(inner).dirty:
            yield path


def _state(root: Path, path: str) -> tuple[str, str, str]:
    full = root / path
    try:
        if full.is_symlink():
            return path, "link", os.readlink(full)  # noqa: PTH115 - Path would tidy the text
        if full.is_dir():
            inner = revision(full)
            return path, inner.commit, inner.diff
        return path, "executable" if os.access(full, os.X_OK) else "file", sha256_file(full)
    except FileNotFoundError:
        return path, "deleted", ""
    except OSError as error:
        raise NotReady(f"a file can not be read: {path}: {error.strerror}") from error
