"""Metrics for somebody who looks on: as they are written down, and of a bar that is still moving."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from skylift.host.files import open_source
from skylift.report.measured import Course
from skylift.runs.chosen import direction, likeliest, metric_table, objective, way
from skylift.runs.metrics import MetricReader
from skylift.runs.points import Point, history, read_row
from skylift.values.jobs import Event, LogLine, Measured, Unfinished
from skylift.values.ports import Clock
from skylift.values.record import Record
from skylift.values.run_folder import RunFolder

_PACE_S = 0.5
_LINES = 1024
"""After so many at once it is time for a look, too."""
_MOST = 1 << 20
"""Bytes of the history read at once; of a log that is all metrics, the latest are shown."""


def with_metrics(
    events: Iterable[Event], history: Path | None, reader: MetricReader, clock: Clock
) -> Iterator[Event]:
    """The events, and between them what was measured since.

    :param history: where it is written down by somebody else; None where it has to be read from the lines.
    """
    written, looked_s, passed = _Written(history), float("-inf"), 0
    for event in events:
        yield event
        if isinstance(event, LogLine) and history is not None:
            # There can be millions.
            passed += 1
            if passed % _LINES:
                continue
        elif isinstance(event, Unfinished | LogLine):
            found = reader.read(event.text)
            if found:
                yield _measured(found, passing=isinstance(event, Unfinished))
        now_s = clock.monotonic()
        if now_s - looked_s >= _PACE_S:
            looked_s = now_s
            yield from written.news()
    yield from written.news()


def _curves(folder: RunFolder) -> dict[str, list[float]]:
    """The history of each metric, of as much of it as one wants to read for a line at the end."""
    found: dict[str, list[float]] = {}
    for row in history(folder.metrics) if _size(folder.metrics) <= 16 * _MOST else ():
        found.setdefault(row.name, []).append(row.value)
    return found


def course_of(record: Record, folder: RunFolder) -> Course:
    """How the metrics of a run went, as far as it is known here."""
    smaller = {name: direction(record, name) for name in metric_table(record, "last")}
    return Course(_curves(folder), smaller, objective(record))


def said_of(
    intent: Mapping[str, Any],
) -> tuple[Callable[[str], bool | None], str, Callable[[Iterable[str]], str]]:
    """Of a run that has begun: whether a metric is better when it is smaller, the one that it is about, if any was said,
    and which of some is the likeliest to be.
    """
    said = (intent.get("ours") or {}).get("metrics") or {}
    return partial(way, said.get("goals")), str(said.get("objective") or ""), likeliest


class _Written:
    """Reads on in a run's history while it is written."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._offset = 0

    def news(self) -> Iterator[Measured]:
        size = _size(self._path) if self._path is not None else 0
        if self._path is None or size <= self._offset:
            return
        with open_source(self._path) as stream:
            stream.seek(max(self._offset, size - _MOST))
            data = stream.read(_MOST)
            self._offset = stream.tell()
        whole, _, rest = data.rpartition(b"\n")
        self._offset -= len(rest)
        rows = (read_row(line.decode(errors="replace")) for line in whole.split(b"\n"))
        found = [row.point for row in rows if row is not None]
        if found:
            yield _measured(found)


def _measured(found: Sequence[Point], *, passing: bool = False) -> Measured:
    step = next((point.step for point in reversed(found) if point.step is not None), None)
    return Measured(tuple((point.name, point.value) for point in found), passing, step)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
