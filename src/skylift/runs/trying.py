"""A log read with a project's config, line by line: what is read from it, and what could be. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from skylift.runs.chosen import way
from skylift.runs.metrics import MetricReader
from skylift.runs.points import Point
from skylift.runs.proposing import proposals, unread
from skylift.runs.summary import Summary
from skylift.runs.templates import Templates
from skylift.values.printed import Printed, escape, last_number, shown, unescape
from skylift.values.tried import ReadMetric, Tried

_ANY_TIME = datetime.fromtimestamp(0, timezone.utc)
_LONGEST = 4096
_MOST_PROPOSED = 12
_MOST_UNREAD = 10
_GOALS: Mapping[bool | None, Any] = {True: "min", False: "max", None: "none"}


class Trial:
    """Takes a log's lines, and tells what they give.

    :raises ConfigError: for a pattern that does not compile or has no group for the number.
    """

    def __init__(self, patterns: Mapping[str, str], goals: Mapping[str, str]) -> None:
        self._reader, self._goals = MetricReader(patterns), goals
        self._own = {name: re.compile(pattern) for name, pattern in patterns.items()}
        self._found: dict[str, _Found] = {}
        self._stored: set[str] = set()
        self._printed: set[str] = set()
        self._summary = Summary({"goals": goals})
        self._templates = Templates()
        self._lines = 0

    def take(self, data: bytes, host: str = "") -> None:
        """One line, without its end."""
        self._lines += 1
        printed = Printed(_ANY_TIME, host, data + b"\n")
        points = self._reader.find(printed)
        self._summary.add(points)
        text = data.decode(errors="replace")
        own = self._matching(printed) if self._own else set()
        for point in points:
            found = self._found.get(point.name)
            if found is None:
                self._found[point.name] = found = _Found(point, self._lines, point.name in own)
            found.take(point)
        self._templates.take(self._lines, text, {point.value for point in points})

    def _matching(self, printed: Printed) -> set[str]:
        """The own patterns that find a number in a line; and whether they do in what the service makes of it."""
        found: set[str] = set()
        for text in printed.candidates(list(self._own.values())):
            said = text if len(text) <= 2 * _LONGEST else f"{text[:_LONGEST]} {text[-_LONGEST:]}"
            pieces = shown(unescape(said))
            stored = [escape(piece) for piece in pieces]
            kept = {name for name, pattern in self._own.items() if last_number(pattern, stored) is not None}
            found |= kept
            found |= {name for name, pattern in self._own.items() if last_number(pattern, pieces) is not None}
            self._stored |= kept
        self._printed |= found
        return found

    def result(self, source: str, table: str) -> Tried:
        best: Mapping[str, Any] = self._summary.as_json()["best"]
        metrics = [
            ReadMetric(
                name,
                "own pattern" if found.own else "by itself",
                found.count,
                found.first,
                found.last,
                best[name]["value"] if name in best else None,
                _GOALS[way(self._goals, name)],
                found.step,
                found.line,
            )
            for name, found in self._found.items()
        ]
        templates = list(self._templates)
        proposed = proposals(templates, {*self._found, *self._own})
        return Tried(
            source,
            self._lines,
            tuple(metrics),
            tuple(name for name in self._own if name not in self._printed),
            tuple(name for name in self._own if name in self._printed - self._stored),
            tuple(unread(templates, self._found)[:_MOST_UNREAD]),
            tuple(proposed[:_MOST_PROPOSED]),
            max(0, len(proposed) - _MOST_PROPOSED),
            table,
        )


class _Found:
    def __init__(self, point: Point, line: int, own: bool) -> None:  # noqa: FBT001
        self.first, self.line, self.own = point.value, line, own
        self.last, self.step, self.count = point.value, point.step, 0

    def take(self, point: Point) -> None:
        self.count += 1
        self.last = point.value
        self.step = self.step if point.step is None else point.step


def tried(
    lines: Iterable[tuple[str, bytes]],
    patterns: Mapping[str, str],
    goals: Mapping[str, str],
    source: str,
    table: str,
) -> Tried:
    """A whole log at once: lines, each with its host."""
    trial = Trial(patterns, goals)
    for host, data in lines:
        trial.take(data, host)
    return trial.result(source, table)
