"""An account of what a project's runs take on this machine, and of what is left over and nobody's."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from skylift.errors import NotReady
from skylift.flow.project import Project
from skylift.flow.recover import is_ownerless
from skylift.host.disk_use import Meter, Trash, Use
from skylift.host.files import read_json
from skylift.runs.known import unreferenced
from skylift.runs.store import RunStore

PARTS = ("artifacts", "trees", "logs")
"""What can be removed of a run that stays in the list: its record and metrics always do."""
_OF_PART = {
    "artifacts": {"artifacts"},
    "trees": {"ml", "skylift", "inputs", ".ml.scratch", ".ml.lent"},
    "logs": {"log", "log.times", "supervisor.log"},
}
_NAMES = {
    "records": "records and metrics of runs",
    "artifacts": "artifacts: models and outputs",
    "trees": "trees of jobs: code, work, what they left",
    "logs": "logs",
    "state": "what else is in .skylift",
}
_TEMPORARY = re.compile(r"\..+\.[a-z0-9_]{8}\.tmp")
_WATCH = ".watch-"
_ABANDONED_S = 3600


@dataclass(frozen=True)
class Row:
    """One line of the account."""

    kind: str
    name: str
    count: int
    use: Use
    place: str = ""
    """For what is shared with other projects."""


def part_of(entry: str) -> str:
    """Which part of a run a name in its folder belongs to."""
    return next((part for part, names in _OF_PART.items() if entry in names), "records")


def parts_of(folder: Path, part: str) -> list[Path]:
    return [path for path in _entries(folder) if part_of(path.name) == part]


def trash(store: RunStore) -> Trash:
    # Beside the runs, wherever those lie: a rename does not leave its file system.
    return Trash(store.runs / ".trash")


def account(project: Project, left: list[Path]) -> list[Row]:
    """What is taken by what, of this project and of the caches that all share.

    ``left``: what is left over, which is counted there and nowhere else.
    """
    meter, store = Meter(without=left), project.store
    found: dict[str, list[Path]] = defaultdict(list)
    begun: dict[str, set[Path]] = defaultdict(set)
    for folder in _entries(store.runs, is_root=True):
        for path in _entries(folder) if folder.name != ".trash" else ():
            found[part_of(path.name)].append(path)
            begun[part_of(path.name)].add(folder)
    found["state"] = [path for path in _entries(store.state) if path != store.runs]
    rows = [
        Row(kind, name, len(begun.get(kind) or found[kind]), meter.use(*found[kind]))
        for kind, name in _NAMES.items()
    ]
    rows.append(Row("leftovers", "leftovers of what was killed", len(left), Meter().use(*left)))
    cache = project.sources.world.cache
    return rows + [
        Row("cache", f"cache: {path.name}", len(_entries(path)), meter.use(path), str(path))
        for path in sorted(_entries(cache, is_root=True))
        if path.is_dir()
    ]


def leftovers(store: RunStore) -> list[Path]:
    """What nobody needs any more: of commands that were killed, and what was thrown away already."""
    before = time.time() - _ABANDONED_S
    found = trash(store).content
    found += [folder.path for folder in store.beside() if _is_given_up(folder.path, before)]
    for folder in _entries(store.runs, is_root=True):
        if folder.name.startswith("."):
            continue
        if folder.is_dir() and not (folder / "intent.json").exists():
            # Never begun; whoever makes one writes its intent at once.
            found += [folder] if _is_old(folder, before) else []
            continue
        found += [path for path in _entries(folder) if _is_left(path, store, before)]
    found += _of_no_run(store)
    return found + [path for path in _entries(store.state) if _is_left(path, store, before)]


def _of_no_run(store: RunStore) -> list[Path]:
    """What was kept of runs that are gone."""
    try:
        return unreferenced(store)
    except (NotReady, OSError):
        # A run that can not be read may refer to any of it.
        return []


def _is_left(path: Path, store: RunStore, before: float) -> bool:
    if _TEMPORARY.fullmatch(path.name):
        return _is_old(path, before)
    # Whoever watches a job on the service keeps its log there until the end. What has ended is watched no longer.
    return path.name.startswith(_WATCH) and _is_old(path, before) and _has_ended(store, path.parent.name)


def _has_ended(store: RunStore, name: str) -> bool:
    try:
        record = store.load(name)
    except (NotReady, OSError):
        return False
    return record is not None and record.terminal


def _is_given_up(shell: Path, before: float) -> bool:
    try:
        intent = read_json(shell / "intent.json")
    except (NotReady, OSError):
        return False
    return is_ownerless(intent) if intent is not None else _is_old(shell, before)


def _is_old(path: Path, before: float) -> bool:
    try:
        return max(one.lstat().st_mtime for one in (path, *_entries(path))) < before
    except OSError:
        return False


def _entries(folder: Path, *, is_root: bool = False) -> list[Path]:
    """``is_root``: may be a link to a larger disk. No other link is followed: it leads to what is not ours."""
    if folder.is_symlink() and not is_root:
        return []
    try:
        return list(folder.iterdir())
    except OSError:
        # No folder, or closed to us.
        return []
