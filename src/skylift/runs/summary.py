"""Last and best of every metric, by the way each of them improves. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from skylift.runs.forms import Forms
from skylift.runs.points import Point
from skylift.values.directions import smaller_is_better
from skylift.values.record import Record

__all__ = ["Summary", "direction", "objective", "smaller_is_better", "summary"]
_SAID: Mapping[str, bool | None] = {"min": True, "max": False, "none": None}
_HELD_OUT = ("val", "eval", "test", "dev")
"""How names begin of what was not trained on, which says more."""


def direction(record: Record, name: str) -> bool | None:
    """Whether a smaller value of a run's metric is better: as its config said, else by the name; None for neither.

    >>> record = Record({"Skylift": {"metrics": {"goals": {"score2": "min"}}}})
    >>> direction(record, "score2"), direction(record, "auc"), direction(record, "lr")
    (True, False, None)
    """
    return way(record.at("Skylift.metrics.goals"), name)


def objective(record: Record) -> str | None:
    """The metric that a run is about: as its config said, else the likeliest of those that have a best; None for none.

    >>> objective(Record({"Skylift": {"metrics": {"best": {"loss": {}, "val_loss": {}, "val_auc": {}}}}}))
    'val_auc'
    """
    said = record.at("Skylift.metrics.objective")
    if isinstance(said, str) and said:
        return said
    best = record.at("Skylift.metrics.best")
    names = best if isinstance(best, Mapping) else {}
    return min(names, key=lambda name: (not name.startswith(_HELD_OUT), "loss" in name, name), default=None)


def way(goals: Any, name: str) -> bool | None:
    said = str(goals.get(name)) if isinstance(goals, Mapping) else ""
    return _SAID[said] if said in _SAID else smaller_is_better(name)


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
