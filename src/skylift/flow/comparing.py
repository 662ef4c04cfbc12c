"""``compare``: which runs, what lies between them, and whether the last one is good enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from skylift.errors import NotReady, UsageError
from skylift.flow.compared import Compared
from skylift.flow.contents import Places
from skylift.project.files.history import commits_between
from skylift.runs.changes import Side, file_changes, package_changes
from skylift.runs.compare import compare, identity
from skylift.runs.known import Known, known_of
from skylift.runs.points import history
from skylift.runs.store import RunStore
from skylift.runs.verdicts import gate_of
from skylift.values.comparison import (
    Between,
    Commits,
    Comparison,
    Curves,
    DataChange,
    FileChange,
    PackageChange,
)
from skylift.values.known import KnownFile
from skylift.values.record import Record

_MOST = 8
"""Runs side by side: beyond that a list says more."""
_LARGEST = 4 << 20
_COUNTED = 1000
"""Files and bytes of each, up to which lines are counted."""


@dataclass(frozen=True)
class CompareOptions:
    """What is asked of a comparison."""

    runs: tuple[str, ...] = ()
    """Names, suffixes, ``@last``. One: against the run that it repeats, or the one before it of the same job. None:
    the last two of the same job."""
    baseline: str = ""
    """The run that the others are held against; the first one if empty."""
    metrics: tuple[str, ...] = ()
    """Which metrics; all if there are none. The first one is the one that the gate is about."""
    min_delta: str = ""
    """A gate: how much better than the baseline the last run has to be, ``0.01`` or ``1%``."""
    curves: bool = True
    patches: bool = False
    """The changes of code line by line."""


EVERYTHING = CompareOptions()


def compare_runs(
    options: CompareOptions, store: RunStore, root: Path, record_of: Callable[[str], Record]
) -> Compared:
    """Put runs side by side.

    :param record_of: what is known of a run by its name.
    :raises UsageError: when there are not two to compare, or more than fit side by side.
    """
    names, baseline, why = _chosen(options, store)
    records = [record_of(name) for name in names]
    found = compare(records, baseline)
    gate = None
    if options.min_delta:
        gate = gate_of(found, records, options.min_delta, next(iter(options.metrics), ""))
    looking = _Looking(store, known_of(store), root, patches=options.patches)
    between = tuple(
        looking.between(records[baseline], record) for at, record in enumerate(records) if at != baseline
    )
    metrics = found.metrics
    if options.metrics:
        metrics = tuple(metric for metric in metrics if metric.name in options.metrics)
        if gate is None:
            # A gate says itself what it misses.
            _refuse_unknown(options.metrics, found)
    wanted = {metric.name for metric in metrics}
    curves = _curves(store, names, wanted) if options.curves else {}
    return Compared.of(replace(found, metrics=metrics, between=between, curves=curves, gate=gate, why=why))


def _refuse_unknown(asked: Sequence[str], found: Comparison) -> None:
    known = sorted({metric.name for metric in found.metrics})
    unknown = [name for name in asked if name not in known]
    if unknown:
        there = ", ".join(known) or "none"
        raise UsageError(
            f"none of these runs has the metric {', '.join(unknown)}", hints=(f"there are: {there}",)
        )


def _chosen(options: CompareOptions, store: RunStore) -> tuple[list[str], int, str]:
    """The runs, which of them is the baseline, and why these, where nobody said it."""
    names = [store.resolve(text) for text in options.runs]
    baseline = store.resolve(options.baseline) if options.baseline else ""
    why = ""
    if not names:
        names = [store.resolve("@last")]
        why = "the last run"
    if baseline and baseline not in names:
        names = [baseline, *names]
    elif len(names) == 1:
        partner, why = _partner(store, names[0], named=bool(options.runs))
        names = [partner, *names]
    if len(set(names)) != len(names):
        raise UsageError("the same run was named twice")
    if len(names) > _MOST:
        raise UsageError(
            f"{len(names)} runs do not fit side by side",
            hints=(f"at most {_MOST}; a list of more: skylift runs",),
        )
    return names, names.index(baseline) if baseline else 0, why


def _partner(store: RunStore, name: str, *, named: bool) -> tuple[str, str]:
    """What one run is compared with."""
    record = store.load(name)
    job = _job(record)
    begun = store.names()
    repeated = record.at("Skylift.like.run") if record is not None else None
    if named and repeated in begun and repeated != name:
        return str(repeated), "a run, and the one that it repeats"
    for earlier in reversed(begun[: begun.index(name)]):
        if _job(store.load(earlier)) == job:
            which = "a run, and the one before it" if named else "the last two runs"
            return earlier, f"{which} of the job {job}"
    raise UsageError(
        f"there is no run of the job {job} before {name}", hints=("name two: skylift compare A B",)
    )


def _job(record: Record | None) -> str | None:
    return str(record.at("Skylift.job") or "train") if record is not None else None


class _Looking:
    """Looks at what was kept of the runs, and at the project's history."""

    def __init__(self, store: RunStore, known: Known, root: Path, *, patches: bool) -> None:
        self._store, self._known, self._root, self._patches = store, known, root, patches

    def between(self, before: Record, after: Record) -> Between:
        not_kept: list[str] = []
        found = Between(
            after.name,
            commits=self._commits(before, after),
            files=self._files(before, after, not_kept),
            lock=self._packages(before, after, ("Skylift.lock", "lock"), self._known.lock, not_kept),
            packages=self._installed(before, after, not_kept),
            data=self._data(before, after, not_kept),
            not_as_it_was=_not_as_it_was(before, after),
        )
        return replace(found, not_kept=tuple(not_kept))

    def _commits(self, before: Record, after: Record) -> Commits | None:
        old, new = (str(one.at("Skylift.revision.commit") or "") for one in (before, after))
        if old == new:
            return None
        try:
            return commits_between(self._root, old, new)
        except NotReady:
            return Commits(old, new, unknown=tuple(filter(None, (old, new))))

    def _files(self, before: Record, after: Record, not_kept: list[str]) -> tuple[FileChange, ...] | None:
        digests = [one.at("Skylift.revision.code") for one in (before, after)]
        if digests[0] == digests[1]:
            return None
        old, new = (self._known.code(digest) for digest in digests)
        if old is None or new is None:
            not_kept.append("code")
            return None
        changed = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
        texts = {
            "before": self._texts(before, old, changed),
            "after": self._texts(after, new, changed),
        }

        def content(side: Side, file: KnownFile) -> bytes | None:
            return texts[side].get(file.path)

        return file_changes(old, new, content, patches=self._patches)

    def _texts(self, record: Record, files: Mapping[str, KnownFile], paths: set[str]) -> dict[str, bytes]:
        if len(paths) > _COUNTED:
            return {}
        wanted = [files[path] for path in sorted(paths & files.keys()) if files[path].size <= _LARGEST]
        places = Places.of(record, self._store, self._known, self._root)
        try:
            return {file.path: content for file, content in places.contents(wanted)}
        except NotReady:
            return {}

    def _packages(
        self,
        before: Record,
        after: Record,
        at: tuple[str, str],
        of: Callable[[object], Mapping[str, str] | None],
        not_kept: list[str],
    ) -> tuple[PackageChange, ...] | None:
        path, name = at
        digests = [one.at(path) for one in (before, after)]
        if digests[0] == digests[1] or not all(digests):
            return None
        old, new = (of(digest) for digest in digests)
        if old is None or new is None:
            not_kept.append(name)
            return None
        return package_changes(old, new)

    def _installed(
        self, before: Record, after: Record, not_kept: list[str]
    ) -> tuple[PackageChange, ...] | None:
        """Of interpreters on this machine; what is in an image its lock tells."""
        if any(one.at("Skylift.backend") != "local" for one in (before, after)):
            return None
        at = ("Skylift.interpreter.freeze", "packages")
        return self._packages(before, after, at, self._known.packages, not_kept)

    def _data(self, before: Record, after: Record, not_kept: list[str]) -> tuple[DataChange, ...]:
        tables = [one.at("Skylift.channels") for one in (before, after)]
        old, new = (table if isinstance(table, Mapping) else {} for table in tables)
        found = []
        for channel in sorted(old.keys() & new.keys()):
            then, now = identity(old[channel]), identity(new[channel])
            if then == now:
                continue
            was, is_now = self._known.data(then), self._known.data(now)
            if was is None or is_now is None or _kinds(was, is_now) > 1:
                not_kept.append(f"channel {channel}")
                continue
            sizes = [sum(file.size for file in side.values()) for side in (was, is_now)]
            found.append(DataChange(channel, file_changes(was, is_now), *sizes))
        return tuple(found)


def _not_as_it_was(before: Record, after: Record) -> tuple[str, ...]:
    told = after.at("Skylift.like.differs")
    is_like = after.at("Skylift.like.run") == before.name and isinstance(told, list)
    return tuple(str(one) for one in told) if is_like else ()


def _kinds(*sides: Mapping[str, KnownFile]) -> int:
    """Whether files were read, or only looked at: the two can not be held against each other."""
    return len({bool(file.sha256) for side in sides for file in side.values()})


def _curves(store: RunStore, names: Sequence[str], wanted: set[str]) -> Curves:
    """Of each metric that more than one run has more than once: its points, by run."""
    found: dict[str, dict[str, tuple[tuple[float, float], ...]]] = {}
    for name in names:
        rows: dict[str, list[tuple[int | None, float]]] = {}
        for row in history(store.folder(name).metrics):
            if row.name in wanted:
                rows.setdefault(row.name, []).append((row.step, row.value))
        for metric, points in rows.items():
            found.setdefault(metric, {})[name] = _points(points)
    return {
        metric: by_run
        for metric, by_run in sorted(found.items())
        if len(by_run) > 1 and any(len(points) > 1 for points in by_run.values())
    }


def _points(rows: list[tuple[int | None, float]]) -> tuple[tuple[float, float], ...]:
    """By step where each has one, else by their order."""
    by_step = all(step is not None for step, _ in rows)
    return tuple(
        (float(step if by_step and step is not None else at), value)
        for at, (step, value) in enumerate(rows, 1)
    )
