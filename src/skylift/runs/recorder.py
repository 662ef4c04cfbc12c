"""Events to record: whoever owns a run feeds this, and the folder is always up to date."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from skylift.host.clock import iso
from skylift.runs.metrics import MetricReader, Point, summary
from skylift.runs.store import RunStore
from skylift.values.jobs import Described, Event, LogLine
from skylift.values.record import OURS, SCHEMA, Record


class Recorder:
    """Keeps ``record.json`` and ``metrics.jsonl`` of one run.

    ``keep_log`` writes the lines down too, for jobs whose output is not already a file here.
    ``ours`` is what we know of the run from the start: project, target, arguments, revision, ….
    """

    def __init__(
        self,
        store: RunStore,
        name: str,
        ours: Mapping[str, Any],
        reader: MetricReader,
        *,
        keep_log: bool = False,
    ) -> None:
        self._store = store
        self._folder = store.folder(name)
        self._ours = dict(ours)
        self._reader = reader
        self._points: list[Point] = []
        self._keep_log = keep_log
        # A recorder always begins at the job's first line, so what an earlier one left is replaced.
        self._opened: set[Path] = set()

    def take(self, event: Event) -> None:
        if isinstance(event, LogLine):
            self._line(event)
        else:
            self._described(event)

    def _line(self, line: LogLine) -> None:
        if self._keep_log:
            self._append(self._folder.log, line.text + "\n")
        points = self._reader.read(line.text)
        if not points:
            return
        self._points.extend(points)
        rows = [_row(point, line) for point in points]
        self._append(self._folder.metrics, "".join(json.dumps(row) + "\n" for row in rows))

    def _append(self, path: Path, text: str) -> None:
        with path.open("ab" if path in self._opened else "wb") as stream:
            stream.write(text.encode(errors="replace"))
        self._opened.add(path)

    def _described(self, event: Described) -> None:
        self._store.save(record_of(event.description, self._ours, self._points))


def record_of(
    description: Mapping[str, Any], ours: Mapping[str, Any], points: Iterable[Point] = ()
) -> Record:
    """A service's description with all of ours under one key.

    >>> record_of({"TrainingJobName": "x"}, {"project": "p"}).at("Skylift.schema")
    1
    """
    return Record({**description, OURS: {"schema": SCHEMA, **ours, "metrics": summary(points)}})


def _row(point: Point, line: LogLine) -> dict[str, Any]:
    value = point.value if math.isfinite(point.value) else str(point.value)
    return {"name": point.name, "step": point.step, "time": iso(line.at), "value": value}
