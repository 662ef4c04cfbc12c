"""Events to record: whoever owns a run feeds this, and the folder is always up to date."""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from skylift.host.clock import iso
from skylift.host.files import remove_tree
from skylift.host.line_times import TimesWriter
from skylift.runs.advice import advice
from skylift.runs.figures import System
from skylift.runs.figures import row as system_row
from skylift.runs.metrics import MetricReader, WholeLines
from skylift.runs.points import Point, row
from skylift.runs.store import RunStore
from skylift.runs.summary import Summary
from skylift.values.figures import Figures, sift
from skylift.values.jobs import TERMINAL, Described, Event, LogLine, hosts_of
from skylift.values.ports import Clock
from skylift.values.printed import Printed
from skylift.values.record import OURS, SCHEMA, Record
from skylift.values.run_folder import RunFolder
from skylift_runtime.contract import FIGURES_PREFIX

_SAVE_EVERY_S = 2.0
_LONGEST = 1 << 20
"""Characters of a line that is put together again."""


class Recorder:
    """Keeps ``record.json`` and ``metrics.jsonl`` of one run.

    ``ours`` is what we know of the run from the start: project, target, arguments, revision, ….
    """

    def __init__(
        self,
        store: RunStore,
        name: str,
        ours: Mapping[str, Any],
        reader: MetricReader,
        clock: Clock,
        explain: Callable[[str], str] = lambda _: "",
    ) -> None:
        """``explain``: what this side knows of a failure's reason and the job could not; empty for nothing."""
        self._explain = explain
        self._store = store
        self._ours = dict(ours)
        self._reader = reader
        self._clock = clock
        self._summary = Summary(ours.get("metrics"))
        self._system = System()
        self._described: Mapping[str, Any] | None = None
        self._saved_s = clock.monotonic()
        self._lines: dict[str, WholeLines] = defaultdict(WholeLines)
        self.metrics_file = store.folder(name).metrics
        self.system_file = store.folder(name).system

    def take(self, event: Event) -> None:
        if isinstance(event, Described):
            self._described = event.description
            hint = self._explain(str(event.description.get("FailureReason", ""))) if event.failed else ""
            self._ours |= {"hint": hint} if hint else {}
            if event.terminal:
                self._read_rests()
            self._save()
        elif isinstance(event, LogLine):
            self._keep(self._reader.read(event.text, event.host), event.at, lambda: [event.text])

    def printed(self, printed: Printed) -> None:
        """The same as taking each of the lines, at the speed of a log; one without its end is read when it has it."""
        data = self._lines[printed.host].feed(printed.data)
        if data:
            self._read(printed if data is printed.data else replace(printed, data=data))

    def measured(self, host: str, at: datetime, figures: Figures) -> None:
        """Keep a line of system figures. No run fails for want of room for them."""
        self._system.add(host, figures)
        with suppress(OSError), self.system_file.open("a") as stream:
            stream.write(system_row(host, at, figures))

    def _read_rests(self) -> None:
        for host, lines in self._lines.items():
            if rest := lines.rest():
                self._read(Printed(self._clock.now(), host, rest))

    def _read(self, printed: Printed) -> None:
        self._keep(self._reader.find(printed), printed.at, printed.lines)

    def _keep(self, points: Sequence[Point], at: datetime, lines: Callable[[], Sequence[str]]) -> None:
        if not points:
            return
        self._summary.add(points)
        if unknown := self._summary.forms.wants(points):
            self._summary.forms.learn(unknown, lines())
        moment = iso(at)
        with self.metrics_file.open("a") as stream:
            stream.write("".join(row(point, moment) for point in points))
        if self._clock.monotonic() - self._saved_s >= _SAVE_EVERY_S:
            self._save()

    def _save(self) -> None:
        self._saved_s = self._clock.monotonic()
        if self._described is not None:
            self._store.save(record_of(self._described, self._ours, self._summary, self._system))


class RemoteRecorder:
    """The same for a job whose output is not a file here: keeps the log as well.

    Any number of commands may watch one job. Each begins at its first line and writes into a folder of
    its own; whoever sees the end puts its whole files in place, and they are all the same.
    """

    def __init__(self, recorder: Recorder, folder: RunFolder) -> None:
        self._recorder = recorder
        self._folder = folder
        self._part = folder.path
        self._times = TimesWriter(folder.log_times)
        self._several = False
        self._cut: dict[str, LogLine] = {}
        """By host, a line that figures came into: what follows is its rest."""

    def __enter__(self) -> RemoteRecorder:  # noqa: PYI034 - typing.Self begins with Python 3.11
        self._part = Path(tempfile.mkdtemp(dir=self._folder.path, prefix=".watch-"))
        self._recorder.metrics_file = self._part / self._folder.metrics.name
        self._times = TimesWriter(self._part / self._folder.log_times.name)
        self._recorder.system_file = self._part / self._folder.system.name
        return self

    def __exit__(self, *_: object) -> None:
        remove_tree(self._part)

    def take(self, event: Event) -> Event | None:
        """What of the event is the job's: None for a line of figures, which is for nobody to see."""
        if isinstance(event, LogLine):
            text, figures = sift(event.text)
            if figures is not None:
                self._recorder.measured(event.host, event.at, figures)
            if text is None:
                return None
            unjoined = replace(event, text=text)
            before = self._cut.pop(event.host, None)
            whole = unjoined if before is None else replace(unjoined, text=before.text + text)
            if text != event.text and FIGURES_PREFIX not in event.text and len(whole.text) < _LONGEST:
                self._cut[event.host] = whole
            else:
                self._keep(whole)
            return unjoined
        if isinstance(event, Described):
            self._several = len(hosts_of(event.description)) > 1
            self._recorder.take(event)
        return event

    def _keep(self, line: LogLine) -> None:
        with (self._part / self._folder.log.name).open("ab") as stream:
            self._times.note(stream.seek(0, os.SEEK_END), line.at)
            stream.write(line.spoken(several=self._several).encode(errors="replace") + b"\n")
        self._recorder.take(line)

    def end(self, last: Described) -> None:
        """Every line has been read: put log and metrics in place, then write the final record, once."""
        for line in self._cut.values():
            self._keep(line)
        self._cut.clear()
        for path in (self._folder.log, self._folder.log_times, self._folder.metrics, self._folder.system):
            part = self._part / path.name
            if part.exists():
                part.replace(path)
        self._recorder.take(last)


def record_of(
    description: Mapping[str, Any],
    ours: Mapping[str, Any],
    found: Summary | None = None,
    system: System | None = None,
) -> Record:
    """A service's description with all of ours under one key.

    What the config says of metrics stands with what was found, and not before: it must not hide that.

    >>> record_of({"TrainingJobName": "x"}, {"project": "p"}).at("Skylift.schema")
    1
    """
    ended = description.get("TrainingJobStatus") in TERMINAL
    said = ours.get("metrics")
    known = {key: value for key, value in ours.items() if key != "metrics"}
    metrics = {"metrics": (found or Summary(said)).as_json()} if found or ended else {}
    used = of_system(system or System(), ours) if ended else {}
    return Record({**description, OURS: {"schema": SCHEMA, **known, **metrics, **used}})


def of_system(system: System, ours: Mapping[str, Any]) -> dict[str, Any]:
    """What the record of a run that has ended says of its system figures."""
    summary = system.as_json()
    return {"system": summary, "advice": advice(summary, here=ours.get("backend") != "sagemaker")}
