"""Last and best of every metric, by the way each of them improves. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

from skylift.runs.points import Point

_SMALLER_IS_BETTER = re.compile(r"loss|error|err\b|mse|mae|rmse|perplexity|wer\b|cer\b")
_LARGER_IS_BETTER = re.compile(r"auc|acc|f1|precision|recall|score|map\b|bleu|rouge|r2\b|dice|iou")


def smaller_is_better(name: str) -> bool | None:
    """Which way a metric improves, by its name; None when the name does not say.

    >>> smaller_is_better("validation:loss"), smaller_is_better("val_auc"), smaller_is_better("lr")
    (True, False, None)
    """
    lowered = name.lower()
    if _SMALLER_IS_BETTER.search(lowered):
        return True
    return False if _LARGER_IS_BETTER.search(lowered) else None


class Summary:
    """Last and best of every metric, as the record keeps them. Values that are not numbers stay out of JSON."""

    def __init__(self) -> None:
        self._last: dict[str, float | None] = {}
        self._best: dict[str, Point] = {}
        self._smaller: dict[str, bool | None] = {}

    def __bool__(self) -> bool:
        return bool(self._last)

    def add(self, points: Iterable[Point]) -> None:
        for point in points:
            finite = math.isfinite(point.value)
            if point.name not in self._last:
                self._smaller[point.name] = smaller_is_better(point.name)
            self._last[point.name] = point.value if finite else None
            smaller, best = self._smaller[point.name], self._best.get(point.name)
            if smaller is None or not finite:
                continue
            if best is None or (point.value < best.value if smaller else point.value > best.value):
                self._best[point.name] = point

    def as_json(self) -> dict[str, Any]:
        best = {name: {"value": point.value, "step": point.step} for name, point in self._best.items()}
        return {"last": dict(self._last), "best": best}


def summary(points: Iterable[Point]) -> dict[str, Any]:
    """The summary of all points at once."""
    found = Summary()
    found.add(points)
    return found.as_json()
