"""What git knows of earlier code: commits between two, the files of one, and what was in them."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from skylift.errors import NotReady
from skylift.project.files.git import git, git_or_nothing, is_repository, names, quiet
from skylift.project.files.revision import identity as revision_identity
from skylift.values.comparison import Commits

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SHOWN = 10
_LINK, _FILE, _EXECUTABLE = "120000", "100644", "100755"


@dataclass(frozen=True)
class Entry:
    """One file of a commit."""

    path: str
    """POSIX, relative to the folder that was asked about."""
    blob: str
    executable: bool
    is_link: bool


def knows(root: Path, commit: str) -> bool:
    """Whether a commit is in the repository that a folder lies in, with nothing to be fetched for it."""
    if not _COMMIT.fullmatch(commit) or not is_repository(root):
        # A record may come from anywhere: nothing else of it is an argument of git's.
        return False
    return git_or_nothing(root, "cat-file", "-t", commit) == "commit"


def time_of(root: Path, commit: str) -> str:
    """When a commit was made; empty where git does not know it."""
    if not knows(root, commit):
        return ""
    return git(root, "show", "--no-patch", "--no-show-signature", "--format=%cI", commit).strip()


def identity_of(root: Path) -> str:
    """What tells this project from another of its name; empty outside git."""
    return (
        revision_identity(root) if is_repository(root) and git_or_nothing(root, "rev-parse", "HEAD") else ""
    )


def commits_between(root: Path, before: str, after: str) -> Commits:
    """The commits that lie between two, on both sides where they have diverged."""
    unknown = tuple(commit for commit in dict.fromkeys((before, after)) if commit and not knows(root, commit))
    if unknown or not before or not after or before == after:
        return Commits(before, after, unknown=unknown)
    added, added_count = _log(root, before, after)
    removed, removed_count = _log(root, after, before)
    return Commits(before, after, added, added_count, removed, removed_count)


def _log(root: Path, before: str, after: str) -> tuple[tuple[str, ...], int]:
    """What ``after`` has and ``before`` has not."""
    asked = ("--no-show-signature", "--no-color", "--no-decorate", "--format=%h %s", f"--max-count={_SHOWN}")
    said = git(root, "log", *asked, f"{before}..{after}", "--")
    count = git(root, "rev-list", "--count", f"{before}..{after}", "--").strip()
    return tuple(said.splitlines()), int(count)


def committed(root: Path, commit: str) -> set[str]:
    """The files below a folder that a commit has; none for one that git does not know."""
    if not knows(root, commit):
        return set()
    return {entry.path for entry in tree(root, commit)}


def tree(root: Path, commit: str) -> list[Entry]:
    """The files below a folder as a commit has them, links among them; nothing of submodules."""
    found = []
    prefix = git(root, "rev-parse", "--show-prefix").strip("\n")
    # A folder that the commit does not have is one without files.
    said = git_or_nothing(root, "ls-tree", "-r", "-z", f"{commit}:{prefix}")
    for line in names(said):
        facts, _, path = line.partition("\t")
        mode, _, blob = facts.split(" ")
        if mode in (_LINK, _FILE, _EXECUTABLE):
            found.append(Entry(path, blob, mode == _EXECUTABLE, mode == _LINK))
    return found


def contents(root: Path, blobs: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Blobs with what is in them, as they are stored: no filter of anybody's runs. Those that lack are left out.

    :raises NotReady: when git can not be asked.
    """
    wanted = list(dict.fromkeys(blobs))
    if not wanted:
        return
    command, environment = quiet("cat-file", "--batch", "--buffer")
    try:
        done = subprocess.run(
            command,
            cwd=root,
            env={**os.environ, **environment},
            input="".join(f"{blob}\n" for blob in wanted).encode(),
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise NotReady(f"git can not be asked about {root}: {error}") from error
    yield from _batch(done.stdout)


def _batch(said: bytes) -> Iterator[tuple[str, bytes]]:
    place = 0
    while (end := said.find(b"\n", place)) >= 0:
        head = said[place:end].decode(errors="replace").split(" ")
        place = end + 1
        if len(head) == 3 and head[2].isdigit():
            size = int(head[2])
            yield head[0], said[place : place + size]
            place += size + 1
