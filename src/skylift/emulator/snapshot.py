"""What a folder looked like at one moment, and what has become of it since."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

Facts = tuple[int, int]
"""Of a file: size in bytes and modification time in nanoseconds."""
Snapshot = Mapping[str, Facts]
"""By relative POSIX path."""


def snapshot(folder: Path) -> Snapshot:
    """All files below a folder (or the one file it is). Reads no content; links are not followed."""
    if not folder.is_dir():
        return {"": _facts(os.lstat(folder))}
    return dict(_walk(str(folder), ""))


def facts_of(folder: Path, names: Iterable[str]) -> Snapshot:
    """The same for the files that are named. What is not there, is left out."""
    found = {}
    for name in names:
        with contextlib.suppress(OSError):
            found[name] = _facts((folder / name).stat())
    return found


def regular_files(folder: Path) -> dict[str, Facts]:
    """The same without links and whatever else is no file of its own."""
    return dict(_walk(str(folder), "", lambda entry: entry.is_file(follow_symlinks=False)))


def _walk(
    folder: str, below: str, wanted: Callable[[os.DirEntry[str]], bool] = lambda _: True
) -> Iterator[tuple[str, Facts]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, f"{below}{entry.name}/", wanted)
                continue
            if not wanted(entry):
                continue
            try:
                yield below + entry.name, _facts(entry.stat(follow_symlinks=False))
            except FileNotFoundError:
                # It was removed while we looked: then it is not there.
                continue


def _facts(found: os.stat_result) -> Facts:
    return found.st_size, found.st_mtime_ns


def changed_files(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """Files that are new or other than they were, sorted.

    >>> changed_files({"a": (1, 1), "b": (1, 1)}, {"a": (1, 2), "c": (0, 0)})
    ('a', 'c')
    """
    return tuple(sorted(path for path, facts in after.items() if before.get(path) != facts))


def differences(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """What happened to each file that is not as it was, for people.

    >>> differences({"a": (1, 1), "b": (1, 1)}, {"a": (1, 2), "c": (0, 0)})
    ('changed a', 'removed b', 'created c')
    """
    verbs = {path: "changed" if path in before else "created" for path in changed_files(before, after)}
    verbs |= {path: "removed" for path in before if path not in after}
    return tuple(f"{verb} {path}".strip() for path, verb in sorted(verbs.items()))
