"""Which runs there are, for the questions of lists: answered from an index, and from the records it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from skylift.errors import NotReady
from skylift.flow.recover import Settler
from skylift.project.config.find import find_root
from skylift.runs import chosen, columns, index
from skylift.runs.brief import brief
from skylift.runs.groups import grouped
from skylift.runs.index import Row, Stamp
from skylift.runs.query.bare import Meaning, by_itself, meaning_in, perhaps, spelled_out
from skylift.runs.query.fields import OBJECTIVE, parameter
from skylift.runs.query.match import Predicate, fields_in, matcher
from skylift.runs.query.order import Order, checked_fields, checked_order, ordered
from skylift.runs.query.parse import parse
from skylift.runs.query.problems import nearest
from skylift.runs.query.tree import Field
from skylift.runs.store import RunStore
from skylift.values.listing import Groups, Listing
from skylift.values.ports import Clock
from skylift.values.progress import Progress, Report, silent
from skylift.values.record import Record

_NOT_YET = Stamp(0, 0)


def list_runs(
    store: RunStore,
    clock: Clock,
    environment: Mapping[str, str],
    *,
    where: str | None = None,
    sort: str | None = None,
    limit: int = 0,
    report: Report = silent,
) -> list[Record]:
    """The records of the runs that are meant, newest first or as ``sort`` says.

    :param limit: at most so many; 0 for all.
    :raises UsageError: for a question that can not be answered, with every problem in it.
    """
    found = Shelf(store, clock, environment, report).ask(Question(where or "", sort or "", limit=limit))
    return list(found.full())


def runs_table_of(records: Sequence[Record], now: datetime) -> Listing:
    """The usual columns of runs that somebody has already."""
    return columns.usual(chosen.judged(records), (), now)


def store_at(folder: Path) -> RunStore | None:
    """The runs of the project that a folder lies in, if there are any; its config is not read."""
    store = RunStore(find_root(folder))
    return store if store.has_runs else None


@dataclass(frozen=True)
class Question:
    """Which runs are asked for, in which order. It is read when it is made; what bare words mean only the runs tell.

    :raises UsageError: with everything that is wrong in one of its parts.
    """

    where: str = ""
    sort: str = ""
    job: str = ""
    limit: int = 0
    """At most so many; 0 for all."""

    def __post_init__(self) -> None:
        self.asked_of(perhaps)

    def asked_of(self, meaning: Meaning = by_itself) -> _Asked:
        """The question as it is put to runs that tell what its words mean.

        :raises UsageError: for words that are no field, and that no run has a parameter or a metric of.
        """
        predicate = matcher(self.where, "where", meaning) if self.where.strip() else None
        order = checked_order(self.sort, meaning) if self.sort.strip() else ()
        tree = spelled_out(parse(self.where), meaning) if self.where.strip() else None
        return _Asked(predicate, order, tuple(fields_in(tree)) if tree is not None else ())


@dataclass(frozen=True)
class _Asked:
    """A question of which every word is understood."""

    predicate: Predicate | None
    order: Order
    where: tuple[Field, ...]
    """What the predicate looks at."""

    @property
    def fields(self) -> list[Field]:
        return [*self.where, *(field for field, _ in self.order)]

    def meant(self, records: Sequence[Record], now: datetime) -> list[Record]:
        """The runs that it is true of, in its order, those of each job judged by one metric."""
        if any(field.kind == OBJECTIVE for field in self.where):
            records = chosen.judged(records)
        true = [record for record in records if self.predicate is None or self.predicate(record, now)]
        return ordered(chosen.judged(true), self.order, now)


@dataclass(frozen=True)
class Answer:
    """The runs that are meant, by what lists show of them."""

    records: tuple[Record, ...]
    """In the order that was asked for, as many as were asked for."""
    matching: int
    total: int
    now: datetime
    load: Callable[[str], Record | None] = field(repr=False)
    unknown: tuple[str, ...] = ()
    """What was asked for and no run has, in words."""

    def full(self) -> Iterable[Record]:
        """The whole records of the same runs."""
        for record in self.records:
            found = self.load(record.name)
            if found is not None:
                yield _named(found, record.name)

    def nowhere(self, said: str, metrics: Sequence[str], name: str = "columns") -> tuple[str, ...]:
        """Which of these no run has that is shown, in words."""
        fields = checked_fields(said, name, self._meaning) if said.strip() else []
        fields += [Field("metric", metric) for metric in metrics]
        return tuple(_nowhere_of(fields, self.records, "run of these")) if self.records else ()

    def listing(self, said: str = "", metrics: Sequence[str] = ()) -> Listing:
        """As a table with these columns, or else the usual ones.

        :raises UsageError: for columns that there are not.
        """
        if said.strip():
            return columns.chosen_columns(
                self.records, checked_fields(said, "columns", self._meaning), self.now
            )
        return columns.usual(self.records, metrics, self.now)

    def wide(self) -> Listing:
        """As a table of everything."""
        return columns.wide(self.records, self.now)

    def groups(self, said: str, metrics: Sequence[str] = ()) -> Groups:
        """Taken together by these fields.

        :raises UsageError: for fields that there are not.
        """
        return grouped(self.records, checked_fields(said, "group-by", self._meaning), metrics, self.now)

    @property
    def _meaning(self) -> Meaning:
        return meaning_in(self.records)


class Shelf:
    """All runs of a project. Those that have not ended are looked at, and given their end if their owner is dead."""

    def __init__(
        self, store: RunStore, clock: Clock, environment: Mapping[str, str], report: Report = silent
    ) -> None:
        self._store, self._clock, self._report = store, clock, report
        self._settler = Settler(store, clock, environment)

    def ask(self, question: Question) -> Answer:
        rows, now = self.rows(), self._clock.now()
        if not (question.where.strip() or question.sort.strip() or question.job):
            # Only what is shown has to be read.
            shown = rows[: question.limit or None]
            newest = tuple(chosen.judged(self._records(shown)))
            return Answer(newest, len(rows), len(rows), now, self._store.load)
        records = list(self._records(rows))
        asked = question.asked_of(meaning_in(records))
        of_job = [record for record in records if question.job in ("", record.at("Skylift.job"))]
        meant = asked.meant(of_job, now)
        unknown = tuple(_unknown(question.job, asked.fields, records))
        return Answer(
            tuple(meant[: question.limit or None]), len(meant), len(records), now, self._store.load, unknown
        )

    def rows(self) -> list[Row]:
        """What lists need of every run, newest first. The index is put right by the way."""
        known, whole = index.read(self._store.index)
        found, fresh = [], []
        for name, stamp in self._store.stamps():
            row = known.pop(name, None)
            if row is None or row.stamp != stamp:
                known.update({name: row} if row is not None else {})
                row = self._look(name, stamp)
                if row is None:
                    continue
                if row.stamp != _NOT_YET:
                    fresh.append(row)
            found.append(row)
        final = [row for row in found if row.stamp != _NOT_YET]
        if known or (final and not whole):
            # Of what is gone nothing stays.
            index.write(self._store.index, final)
        elif fresh:
            index.add(self._store.index, fresh)
        return sorted(found, key=lambda row: (row.created, row.name), reverse=True)

    def _look(self, name: str, stamp: Stamp | None) -> Row | None:
        try:
            record = self._settled(name)
        except (NotReady, OSError) as error:
            # One run that can not be read must not hide the others.
            self._report(Progress("warning", str(error)))
            return None
        if record is None:
            return None
        final = record.terminal and stamp is not None and self._store.stamp(name) == stamp
        return index.row(name, stamp if final and stamp else _NOT_YET, brief(_named(record, name)).data)

    def _settled(self, name: str) -> Record | None:
        """The record as it is now; None for a folder that is no run, or one of which nothing was started yet."""
        folder = self._store.folder(name)
        if not folder.intent.exists():
            return None
        record = self._store.load(name)
        if record is not None and record.terminal:
            return record
        # A list must not ask a service about every run; `show` does, for the one that is asked for.
        if self._store.intent(name).get("executor") == "service":
            return record
        try:
            self._settler.settle(folder)
        except OSError as error:
            # Its owner died, and there is no room to write that down: what is known is shown all the same.
            self._report(Progress("warning", f"run {name} can not be given its end: {error}"))
            return record
        return self._store.load(name)

    def _records(self, rows: Sequence[Row]) -> Iterable[Record]:
        for row, data in zip(rows, index.all_data(rows), strict=True):
            # A record that has another name than its folder was copied there by somebody.
            yield Record(data) if data is not None else self._copied(row.name)

    def _copied(self, name: str) -> Record:
        record = self._store.load(name)
        return Record({**(brief(record).data if record is not None else {}), "TrainingJobName": name})


def _named(record: Record, name: str) -> Record:
    return record if "TrainingJobName" in record.data else Record({**record.data, "TrainingJobName": name})


def _unknown(job: str, fields: Iterable[Field], records: Sequence[Record]) -> Iterable[str]:
    """A misspelt parameter is missing everywhere, and silence would be taken for an answer."""
    if job and all(record.at("Skylift.job") != job for record in records):
        there = sorted({str(record.at("Skylift.job")) for record in records})
        yield f"no run of a job `{job}`; there are: {', '.join(there)}"
    yield from _nowhere_of(fields, records, "run")


def _nowhere_of(fields: Iterable[Field], records: Sequence[Record], among: str) -> Iterable[str]:
    for asked in dict.fromkeys(fields):
        if asked.kind == "param" and all(parameter(record, asked.name) is None for record in records):
            names = (name for record in records for name in columns.parameter_names(record))
            yield _nowhere(f"no {among} has a parameter", asked, names)
        if asked.kind in ("metric", "best", "last") and not any(
            asked.name in chosen.metric_names(record) for record in records
        ):
            names = (name for record in records for name in chosen.metric_names(record))
            yield _nowhere(f"no {among} has a metric", asked, names)


def _nowhere(what: str, asked: Field, names: Iterable[str]) -> str:
    known = dict.fromkeys(map(str, names))
    return " ".join(filter(None, [f"{what} `{asked.name}`;", nearest(asked.name, known)])).rstrip(";")
