"""Where the code stands in git."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from skylift.errors import NotReady
from skylift.host.files import canonical_json, sha256_file
from skylift.project.files.git import git, git_or_nothing, is_repository, names
from skylift.project.files.ship import NeverShips
from skylift.values.project import Revision


def revision(root: Path) -> Revision:
    """The commit, and a hash of what differs from it. All empty outside git, or before the first commit."""
    if not is_repository(root):
        return Revision()
    commit = git_or_nothing(root, "rev-parse", "--verify", "--quiet", "HEAD")
    if not commit:
        return Revision()
    diff = _difference(root)
    return Revision(
        commit=commit,
        branch=git_or_nothing(root, "symbolic-ref", "--quiet", "--short", "HEAD"),
        dirty=bool(diff),
        diff=diff,
        time=git(root, "show", "--no-patch", "--no-show-signature", "--format=%cI", "HEAD").strip(),
        identity=_identity(root),
    )


def _identity(root: Path) -> str:
    # The oldest commit of a shallow clone, as CI makes them, is not the first one.
    if git(root, "rev-parse", "--is-shallow-repository").strip() != "false":
        return ""
    return git(root, "rev-list", "--max-parents=0", "HEAD").split()[-1]


def _difference(root: Path) -> str:
    """A hash of the files that differ from HEAD, by content; empty when none does.

    Not of git's own diff, which changes with everybody's git config.
    """
    differing = [_state(root, path) for path in _differing(root)]
    return hashlib.sha256(canonical_json(differing)).hexdigest() if differing else ""


def _differing(root: Path) -> Iterator[str]:
    changed = git(root, "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--relative", "HEAD")
    untracked = git(root, "ls-files", "-z", "--others", "--exclude-standard")
    never = NeverShips(root)
    paths = {*names(changed), *names(untracked)}
    return (path for path in sorted(paths) if not never.covers(path))


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
