"""A handle on one run, wherever it is: watch it, stop it, read its record, its metrics and what it left."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from skylift.errors import JobFailed, JobStopped, NotReady
from skylift.flow.artifacts import Artifacts
from skylift.flow.backends import Backend, refuse_elsewhere
from skylift.flow.explaining import explain
from skylift.flow.finding import newest_with
from skylift.flow.live import with_metrics
from skylift.flow.recover import release
from skylift.flow.rows import MetricRow, metric_rows
from skylift.flow.waiting import Deadline
from skylift.flow.world import Cloud
from skylift.host.clock import iso
from skylift.host.files import read_source_text
from skylift.jobs.watch import watch
from skylift.report.notebook import run_html
from skylift.runs.metrics import MetricReader
from skylift.runs.points import Row, history
from skylift.runs.recorder import Recorder, RemoteRecorder, record_of
from skylift.runs.store import RunStore
from skylift.runs.unpack import is_without_files
from skylift.values.figures import sift
from skylift.values.jobs import Described, Event, LogLine, Pause, Unfinished, hosts_of
from skylift.values.record import Artifact, Left, Record
from skylift.values.run_folder import RunFolder

_ARTIFACTS: tuple[Artifact, ...] = ("model", "output")


@dataclass(frozen=True)
class Run:
    """One run, wherever it is. What is known of it is on disk; this only knows where.

    >>> run = Project.load(folder).run(hyperparameters={"epochs": 2})
    >>> run.wait().status
    'Completed'
    >>> [(row["step"], row["name"], row["value"]) for row in run.metrics][:2]
    [(1, 'train:loss', 0.5), (1, 'validation:auc', 0.75)]
    >>> run.record.at("Skylift.metrics.best")["validation:auc"]
    {'value': 0.833, 'step': 2}
    >>> sorted(path.name for path in run.artifacts.pull().iterdir())
    ['model.json']
    """

    name: str
    store: RunStore
    backend: Backend
    cloud: Cloud

    @property
    def folder(self) -> RunFolder:
        return self.store.folder(self.name)

    @property
    def record(self) -> Record:
        """What is known now. Asks the backend, unless the record is final; the first reader after the end completes it.

        :raises NotReady: when nothing was ever created.
        """
        known = self.store.load(self.name)
        if known is not None and known.terminal:
            return known
        described = self.backend.service.describe(self.name)
        if described is not None and not self.backend.here:
            if Described(described).terminal:
                return self.wait()
            self.store.save(record_of(described, self._ours()))
        known = self.store.load(self.name)
        if known is None:
            raise NotReady(f"run {self.name} was planned, but nothing was started")
        return known

    @property
    def status(self) -> str:
        """``InProgress``, ``Completed``, ``Failed`` or ``Stopped``, as DescribeTrainingJob has them."""
        return self.record.status

    @property
    def metrics(self) -> list[MetricRow]:
        """The history of all metrics so far, as rows for ``pandas.DataFrame``: ``name step time value``.

        ``step`` is None where the line that was printed did not say; ``time`` is aware, in UTC; ``value`` may be nan.
        """
        kept = self.folder.metrics.exists() or self.backend.here
        return metric_rows(history(self.folder.metrics) if kept else self._rows_so_far())

    @property
    def artifacts(self) -> Artifacts:
        """What the run has left, and how to have it here."""
        refuse = partial(refuse_elsewhere, self._intent, self.cloud.environment)
        other = partial(newest_with, self.store, self.name)
        return Artifacts(self.record, self.left, self.folder, self.backend.here, self.cloud, refuse, other)

    def logs(self, *, follow: bool = False) -> Iterator[str]:
        """The lines that the job printed, without their ends; of several hosts each begins with ``[algo-1]``.

        :param follow: go on until the run has ended, instead of ending with what there is.
        """
        several = len(hosts_of(self._intent.get("request") or {})) > 1
        events = self.watch() if follow else self.lines_so_far()
        return (event.spoken(several=several) for event in events if isinstance(event, LogLine))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went well enough, but should be known: data that changed under a job, for example."""
        try:
            return tuple(read_source_text(self.folder.supervisor_log).splitlines())
        except FileNotFoundError:
            return ()

    @property
    def left(self) -> Left:
        """What the job left. What lies in the cloud is not fetched to find out: of that only the model is named."""
        record = self.record
        if not record.terminal:
            return Left()
        if not self.backend.here:
            return Left(record.artifact("model"))
        found = {what: self._is_there(record.artifact(what)) for what in _ARTIFACTS}
        return Left(**{what: record.artifact(what) if there else "" for what, there in found.items()})

    def _is_there(self, uri: str) -> bool:
        path = self.folder.artifacts / uri.rstrip("/").rpartition("/")[2]
        if not uri or not path.exists():
            return False
        try:
            return not is_without_files(path)
        except NotReady:
            # Damaged: something is there all the same, and whoever unpacks it is told.
            return True

    def watch(self, *, skip: int = 0, live: bool = False) -> Iterator[Event]:
        """Events from the beginning of the log until the run has ended, less the first ``skip`` lines.

        For a run on the service this is also what keeps its record. ``live``: with what somebody who looks on wants
        to see besides: metrics, lines that have no end yet, and where nothing happens.
        """
        if live:
            written = self.folder.metrics if self.backend.here else None
            yield from with_metrics(self._watch(skip), written, self._reader(), self.backend.clock)
        else:
            yield from (event for event in self._watch(skip) if not isinstance(event, Unfinished | Pause))

    def _watch(self, skip: int) -> Iterator[Event]:
        if self.backend.here:
            yield from _without(skip, self._events())
            return
        last: Described | None = None
        with RemoteRecorder(self._recorder(), self.folder) as recorder:
            for event in self._events():
                last = event if isinstance(event, Described) else last
                is_end = isinstance(event, Described) and event.terminal
                seen = event if is_end else recorder.take(event)
                if seen is not None:
                    yield from _without(skip, [seen])
                    skip -= isinstance(seen, LogLine)
            if last is not None and last.terminal:
                recorder.end(last)

    def _events(self) -> Iterator[Event]:
        return watch(self.backend.service, self.name, pace=self.backend.pace, clock=self.backend.clock)

    def wait(self, timeout: float | None = None) -> Record:
        """Block until the run has ended; its final record, also of one that failed. Interrupted, the run goes on.

        :param timeout: seconds after which to give up; the run goes on.
        :raises StillRunning: when it has not ended by then. It is a TimeoutError, too.
        """
        known = self.store.load(self.name)
        if known is not None and known.terminal:
            return known
        clock = self.backend.clock
        waiting = self
        if timeout is not None:
            waiting = replace(self, backend=replace(self.backend, clock=Deadline(clock, timeout, self.name)))
        for _ in waiting.watch():
            pass
        return self.record

    def lines_so_far(self) -> Iterator[LogLine]:
        """The log up to now, without waiting for more."""
        cursor: object = None
        while True:
            page = self.backend.service.logs(self.name, cursor)
            if not page.lines:
                return
            yield from page.lines if self.backend.here else _without_figures(page.lines)
            cursor = page.cursor

    def stop(self, *, kill: bool = False) -> None:
        """SIGTERM, and SIGKILL when the grace is over; ``kill`` does not wait for that.

        Returns at once; ``wait`` gives the end.
        """
        self.backend.service.stop(self.name, kill=kill)

    def outcome(self, timeout: float | None = None) -> Record:
        """Wait for the end, as ``wait`` does; the final record of a run that completed.

        :raises JobFailed: with the reason.
        :raises JobStopped: by request or by a limit.
        :raises StillRunning: when it has not ended after so many seconds.
        """
        record = self.wait(timeout)
        if record.status == "Failed":
            raise JobFailed(
                self.name,
                reason=record.reason,
                hints=(*filter(None, (record.hint,)), f"the whole log: skylift logs {self.name[-4:]}"),
            )
        if record.status == "Stopped":
            raise JobStopped(self.name, status=record.secondary)
        return record

    def release(self) -> None:
        """The command that started this run is done with it."""
        release(self.folder)

    @property
    def _intent(self) -> dict[str, Any]:
        return self.store.intent(self.name)

    def _recorder(self) -> Recorder:
        tell = partial(explain, self.folder, self._intent)
        return Recorder(self.store, self.name, self._ours(), self._reader(), self.backend.clock, tell)

    def _reader(self) -> MetricReader:
        return MetricReader(self._intent.get("metrics") or {})

    def _rows_so_far(self) -> Iterator[Row]:
        """Of a run on the service that nobody has watched to its end yet."""
        reader = self._reader()
        for line in self.lines_so_far():
            for point in reader.read(line.text):
                yield Row(point.name, point.step, iso(line.at), point.value)

    def _ours(self) -> Mapping[str, Any]:
        found = self._intent.get("ours")
        return found if isinstance(found, Mapping) else {}

    def __repr__(self) -> str:
        # What is on disk: nobody expects a service to be asked, or an error, because something is shown.
        known = self.store.load(self.name)
        return f"<Run {self.name}: {known.secondary if known is not None else 'not started'}>"

    def _repr_html_(self) -> str:
        known = self.store.load(self.name)
        return run_html(known) if known is not None else html.escape(repr(self))


def _without_figures(lines: Iterable[LogLine]) -> Iterator[LogLine]:
    for line in lines:
        text, _ = sift(line.text)
        if text is not None:
            yield line if text == line.text else replace(line, text=text)


def _without(skip: int, events: Iterable[Event]) -> Iterator[Event]:
    """The events less the first ``skip`` lines, which somebody has seen already."""
    left = iter(events)
    while skip > 0:
        event = next(left, None)
        if event is None:
            return
        if isinstance(event, LogLine):
            skip -= 1
        else:
            yield event
    yield from left
