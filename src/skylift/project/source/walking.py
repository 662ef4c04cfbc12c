"""Walks over a project's folders that end, whatever somebody laid out there."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath

DEEPEST = 100
"""Folders in folders; a walk of Python's own before 3.12 can not go much deeper, and paths end soon after."""
_MOST_ENTRIES = 20_000
_GLOB_DEEPEST = 12


def walk_folders(
    top: Path, *, onerror: Callable[[OSError], object] | None = None, deepest: int = DEEPEST
) -> Iterator[tuple[str, list[str], list[str]]]:
    """As ``os.walk``, down to a depth below which nobody keeps anything."""
    above = len(top.parts)
    for folder, folders, files in os.walk(top, onerror=onerror):
        if len(Path(folder).parts) - above >= deepest:
            folders.clear()
        yield folder, folders, files


def paths_matching(root: Path, pattern: str) -> list[Path]:
    """What a pattern names below a folder: as ``Path.glob``, within bounds, and never up or through a link.

    Each step has every folder once, and a ``**`` after another adds nothing to it.
    """
    parts = PurePosixPath(pattern).parts
    if not parts or parts[0] == "/" or ".." in parts or "\0" in pattern:
        return []
    budget = _Budget(_MOST_ENTRIES)
    found: dict[Path, None] = {root: None}
    for place, part in enumerate(parts):
        if part == "**" == parts[place - 1] and place:
            continue
        found = dict.fromkeys(path for base in found for path in _step(base, part, budget))
    return list(found)


class _Budget:
    def __init__(self, entries: int) -> None:
        self._left = entries

    def entries(self, folder: Path) -> Iterable[os.DirEntry[str]]:
        if self._left <= 0:
            return
        try:
            with os.scandir(folder) as listed:
                for entry in listed:
                    self._left -= 1
                    if self._left <= 0:
                        return
                    yield entry
        except (OSError, ValueError):
            return


def _step(base: Path, part: str, budget: _Budget) -> Iterator[Path]:
    if part == "**":
        yield from _below(base, budget)
    elif any(sign in part for sign in "*?["):
        names = (entry.name for entry in budget.entries(base))
        yield from (base / name for name in sorted(names) if fnmatch.fnmatchcase(name, part))
    elif os.path.lexists(base / part):
        yield base / part


def _below(base: Path, budget: _Budget) -> Iterator[Path]:
    waiting = [(base, 0)]
    while waiting:
        folder, depth = waiting.pop()
        yield folder
        if depth < _GLOB_DEEPEST:
            inner = [entry for entry in budget.entries(folder) if entry.is_dir(follow_symlinks=False)]
            waiting += [(Path(entry.path), depth + 1) for entry in inner]
