"""The history of a run's metrics: ``metrics.jsonl``, one object a line, ``name step time value``."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skylift.host.files import open_source
from skylift.values.record_shape import is_moment

_LARGEST_STEP = 1 << 63
"""What is larger counts nothing."""


@dataclass(frozen=True)
class Point:
    """One value of one metric. ``step`` is None where the line does not say."""

    name: str
    value: float
    step: int | None


@dataclass(frozen=True)
class Row:
    """A point with the time it was printed at: ISO-8601, UTC."""

    name: str
    step: int | None
    time: str
    value: float
    """Also nan or infinite, as it was printed."""

    @property
    def point(self) -> Point:
        return Point(self.name, self.value, self.step)


def row(point: Point, moment: str) -> str:
    """A line of the history. Values that JSON can not hold are text: ``"nan"``."""
    value = point.value if math.isfinite(point.value) else str(point.value)
    return json.dumps({"name": point.name, "step": point.step, "time": moment, "value": value}) + "\n"


def history(path: Path) -> Iterator[Row]:
    """The rows of a history, as they were written; none where there is no file."""
    if not path.exists():
        return
    with open_source(path) as stream:
        for line in stream:
            found = read_row(line.decode(errors="replace"))
            if found is not None:
                yield found


def read_row(line: str) -> Row | None:
    """What ``row`` made a line of; None for what is none."""
    try:
        found: dict[str, Any] = json.loads(line)
        name, step, time, value = found["name"], found["step"], found["time"], float(found["value"])
        is_ours = isinstance(name, str) and is_moment(time) and (step is None or _is_step(step))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        # The last line may be half a line: its writer was killed.
        return None
    return Row(name, step, time, value) if is_ours else None


def _is_step(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST_STEP
