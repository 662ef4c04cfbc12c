"""A handle on one run, wherever it is: watch it, stop it, read its record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from skylift.errors import JobFailed, JobStopped, NotReady
from skylift.flow.backends import Backend
from skylift.flow.explaining import explain
from skylift.flow.recover import release
from skylift.jobs.watch import watch
from skylift.runs.metrics import MetricReader
from skylift.runs.recorder import Recorder, RemoteRecorder, record_of
from skylift.runs.store import RunStore
from skylift.runs.unpack import is_without_files
from skylift.values.jobs import Described, Event, LogLine
from skylift.values.record import Artifact, Left, Record
from skylift.values.run_folder import RunFolder

_ARTIFACTS: tuple[Artifact, ...] = ("model", "output")


@dataclass(frozen=True)
class Run:
    """One run, wherever it is. What is known of it is on disk; this only knows where."""

    name: str
    store: RunStore
    backend: Backend

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
    def warnings(self) -> tuple[str, ...]:
        """What went well enough, but should be known: data that changed under a job, for example."""
        try:
            return tuple(self.folder.supervisor_log.read_text(errors="replace").splitlines())
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

    def watch(self, *, skip: int = 0) -> Iterator[Event]:
        """Events from the beginning of the log until the run has ended, less the first ``skip`` lines.

        For a run on the service this is also what keeps its record.
        """
        if self.backend.here:
            yield from _without(skip, self._events())
            return
        last: Described | None = None
        with RemoteRecorder(self._recorder(), self.folder) as recorder:
            for event in self._events():
                last = event if isinstance(event, Described) else last
                if not (isinstance(event, Described) and event.terminal):
                    recorder.take(event)
                yield from _without(skip, [event])
                skip -= isinstance(event, LogLine)
            if last is not None and last.terminal:
                recorder.end(last)

    def _events(self) -> Iterator[Event]:
        return watch(self.backend.service, self.name, pace=self.backend.pace, clock=self.backend.clock)

    def wait(self) -> Record:
        """Block until the run has ended; its final record. Of one that has ended nobody is asked."""
        known = self.store.load(self.name)
        if known is not None and known.terminal:
            return known
        for _ in self.watch():
            pass
        return self.record

    def lines_so_far(self) -> Iterator[LogLine]:
        """The log up to now, without waiting for more."""
        cursor: object = None
        while True:
            page = self.backend.service.logs(self.name, cursor)
            if not page.lines:
                return
            yield from page.lines
            cursor = page.cursor

    def stop(self, *, kill: bool = False) -> None:
        """SIGTERM, and SIGKILL when the grace is over; ``kill`` does not wait for that."""
        self.backend.service.stop(self.name, kill=kill)

    def outcome(self) -> Record:
        """The final record of a run that completed.

        :raises JobFailed: with the reason.
        :raises JobStopped: by request or by a limit.
        """
        record = self.record
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

    def _recorder(self) -> Recorder:
        intent = self.store.intent(self.name)
        reader = MetricReader(intent.get("metrics") or {})
        tell = partial(explain, self.folder, intent)
        return Recorder(self.store, self.name, self._ours(), reader, self.backend.clock, tell)

    def _ours(self) -> Mapping[str, Any]:
        found = self.store.intent(self.name).get("ours")
        return found if isinstance(found, Mapping) else {}


def _without(skip: int, events: Iterable[Event]) -> Iterator[Event]:
    """The events less the first ``skip`` lines, which somebody has seen already."""
    for event in events:
        if not isinstance(event, LogLine) or skip <= 0:
            yield event
        else:
            skip -= 1
