"""Removing runs: what goes, what stays, and that nothing goes which somebody needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from skylift.emulator.orphans import at_work
from skylift.errors import NotReady, RemoteError, SkyliftError, UsageError
from skylift.flow.disk import parts_of, trash
from skylift.flow.patience import patient
from skylift.flow.project import Project
from skylift.flow.recover import is_ownerless
from skylift.host.disk_use import Meter, Use
from skylift.host.files import DamagedFile, file_lock, read_source
from skylift.runs.store import RunStore
from skylift.values.record import Record
from skylift.values.run_folder import RunFolder

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Going:
    """A run that is to be removed, or parts of it."""

    name: str
    status: str
    created: str
    use: Use
    parts: tuple[str, ...] = ()
    """All of it where none is named."""
    notes: tuple[str, ...] = ()
    """What somebody should know before it is done."""
    goes_on: bool = False


@dataclass(frozen=True)
class Selection:
    """Which runs ``prune`` means: those for which all holds that is said."""

    keep: int | None = None
    older_than_s: float | None = None
    failed: bool = False
    parts: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self.keep is None and self.older_than_s is None and not self.failed


def going(project: Project, names: Sequence[str], *, force: bool, tell: Tell) -> list[Going]:
    """What removing these runs would take away.

    :param force: runs that go on are among them, and ``end`` has to be called before they are removed.
    :raises NotReady: for one that goes on, without ``force``.
    """
    records = {name: _known(project, name, force=force, tell=tell) for name in names}
    used = _used(project, frozenset(records))
    last = _last(project)
    return [
        _going(project.store.folder(name), record, notes=(*used.get(name, ()), *_of_last(name, last)))
        for name, record in records.items()
    ]


def end(project: Project, found: Sequence[Going], tell: Tell) -> None:
    """Stop those that go on, and wait until they have ended."""
    runs = [project.find(one.name) for one in found if one.goes_on]
    for run in runs:
        tell(f"stopping {run.name}")
        run.stop()
    for run in runs:
        patient(run, tell).wait()


def selected(project: Project, selection: Selection, now: datetime) -> list[Going]:
    """The runs that ``prune`` would remove, newest first. None that goes on, and none where nothing was asked for."""
    if selection.is_empty:
        return []
    records = [record for record in project.runs().records if record.terminal]
    chosen = [record for record in records[selection.keep or 0 :] if _is_meant(record, selection, now)]
    found = [_going(project.store.folder(record.name), record, parts=selection.parts) for record in chosen]
    return [one for one in found if one.use.files]


def remove(project: Project, found: Sequence[Going], tell: Tell) -> list[str]:
    """Remove them; the names of those that are gone. What could not be removed is told.

    Each leaves its place at once, by a rename, so that nobody ever sees half a run.
    """
    away, busy, gone = trash(project.store), at_work(), []
    for one in found:
        folder = project.store.folder(one.name)
        try:
            # Nobody takes it over meanwhile.
            with file_lock(project.store.lock):
                _refuse_used(project.store, one.name, busy)
                paths = [path for part in one.parts for path in parts_of(folder.path, part)]
                taken = [away.take(path) for path in (paths if one.parts else (folder.path,))]
                if any(taken):
                    gone.append(one.name)
        except (SkyliftError, OSError) as error:
            tell(f"{one.name} stays: {error}")
    for problem in away.empty():
        tell(f"not removed: {problem}")
    return gone


def _going(
    folder: RunFolder, record: Record | None, *, parts: tuple[str, ...] = (), notes: tuple[str, ...] = ()
) -> Going:
    paths = [path for part in parts for path in parts_of(folder.path, part)] if parts else [folder.path]
    status = record.secondary if record is not None else "never started"
    created = str(record.data.get("CreationTime", "")) if record is not None else ""
    cloud = _in_cloud(record) if record is not None and (not parts or "artifacts" in parts) else ()
    goes_on = record is not None and not record.terminal
    first = ("it goes on, and is stopped first",) if goes_on else ()
    return Going(folder.name, status, created, Meter().use(*paths), parts, (*first, *cloud, *notes), goes_on)


def _in_cloud(record: Record) -> tuple[str, ...]:
    places = (record.artifact("model"), str(record.at("CheckpointConfig.S3Uri") or ""))
    return tuple(f"stays in the cloud: {place}" for place in places if place.startswith("s3://"))


def _is_meant(record: Record, selection: Selection, now: datetime) -> bool:
    if selection.failed and record.status != "Failed":
        return False
    if selection.older_than_s is None:
        return True
    ended = record.time("TrainingEndTime") or record.time("CreationTime")
    # Where nobody knows how old it is, it stays.
    return ended is not None and (now - ended).total_seconds() > selection.older_than_s


def _known(project: Project, name: str, *, force: bool, tell: Tell) -> Record | None:
    """The record of a run that may be removed; None for one that was planned and never started."""
    try:
        run = project.find(name)
        record = run.record
    except (NotReady, RemoteError, UsageError) as error:
        return _unknown(project.store, name, error, force=force, tell=tell)
    if not record.terminal and not force:
        raise NotReady(
            f"run {name} goes on: it is {record.secondary}",
            hints=(f"skylift stop {name[-4:]}", f"stop and remove it: skylift rm --force {name[-4:]}"),
        )
    if record.terminal:
        _refuse_used(project.store, name, at_work())
    return record


def _unknown(store: RunStore, name: str, error: SkyliftError, *, force: bool, tell: Tell) -> Record | None:
    """A run whose record can not be had: it never started, it is damaged, or its service does not answer."""
    _refuse_used(store, name, at_work())
    with suppress(DamagedFile):
        known = store.load(name)
        if known is None and store.intent(name):
            return None
    if not force:
        raise NotReady(
            f"whether run {name} has ended is not known: {error}",
            hints=(f"remove what is here of it all the same: skylift rm --force {name[-4:]}",),
        ) from error
    tell(f"{name}: only what is here of it is removed; what became of it is not known: {error}")
    return None


def _refuse_used(store: RunStore, name: str, busy: Mapping[str, int]) -> None:
    """
    :raises NotReady: while something of the run is at work: its job, the command that starts it, a shell.
    """
    if name in busy:
        raise NotReady(
            f"something of run {name} is at work: process {busy[name]}",
            hints=("end it first; it may be a shell of the run",),
        )
    with suppress(DamagedFile):
        record, intent = store.load(name), store.intent(name)
        if record is None and intent and not is_ownerless(intent):
            raise NotReady(f"run {name} is being started")
        if record is not None and not record.terminal and intent.get("executor") in ("process", "docker"):
            raise NotReady(f"run {name} goes on")


def _used(project: Project, names: frozenset[str]) -> dict[str, list[str]]:
    """Which of the other runs name one of these: as an input, or as what they repeat."""
    found: dict[str, list[str]] = {}
    for other in project.store.names() if names else ():
        if other in names:
            continue
        try:
            data = read_source(project.store.folder(other).record)
        except OSError:
            continue
        for name in names:
            # All that a record says of another run is its name.
            if name.encode() in data:
                found.setdefault(name, []).append(f"run {other} names it")
    return found


def _last(project: Project) -> str:
    try:
        return project.store.resolve("@last")
    except SkyliftError:
        return ""


def _of_last(name: str, last: str) -> tuple[str, ...]:
    return ("it is what @last means now",) if name == last else ()
