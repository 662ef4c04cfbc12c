"""Last and best of every metric, by the way each of them improves. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from skylift.runs.chosen import way
from skylift.runs.forms import Forms
from skylift.runs.points import Point


class Summary:
    """Last and best of every metric, as the record keeps them. Values that are not numbers stay out of JSON."""

    def __init__(self, said: Mapping[str, Any] | None = None) -> None:
        """``said``: what the config says of the metrics, as the record keeps it: ``goals`` and ``objective``."""
        self._said = {key: (said or {})[key] for key in ("goals", "objective") if (said or {}).get(key)}
        self.forms = Forms()
        self._last: dict[str, float | None] = {}
        self._best: dict[str, Point] = {}
        self._smaller: dict[str, bool | None] = {}

    def __bool__(self) -> bool:
        return bool(self._last)

    def add(self, points: Iterable[Point]) -> None:
        for point in points:
            finite = math.isfinite(point.value)
            if point.name not in self._last:
                self._smaller[point.name] = way(self._said.get("goals"), point.name)
            self._last[point.name] = point.value if finite else None
            smaller, best = self._smaller[point.name], self._best.get(point.name)
            if smaller is None or not finite:
                continue
            if best is None or (point.value < best.value if smaller else point.value > best.value):
                self._best[point.name] = point

    def as_json(self) -> dict[str, Any]:
        best = {name: {"value": point.value, "step": point.step} for name, point in self._best.items()}
        return {"last": dict(self._last), "best": best, **self._said, **self._how()}

    def _how(self) -> dict[str, Any]:
        # That none was found is something else than that nobody looked.
        return {"forms": self.forms.as_json()} if self.forms.looked else {}


def summary(points: Iterable[Point], said: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The summary of all points at once."""
    found = Summary(said)
    found.add(points)
    return found.as_json()
