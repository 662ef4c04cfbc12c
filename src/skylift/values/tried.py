"""What a project's config reads from a log, and what it could read besides."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class ReadMetric:
    """A metric that was read."""

    name: str
    how: Literal["own pattern", "by itself"]
    count: int
    first: float
    last: float
    best: float | None
    """None where neither way is better."""
    goal: Literal["max", "min", "none"]
    step: int | None
    """The last that was told; None where no line told one."""
    line: int
    """The number of the first line that it was read from."""


@dataclass(frozen=True)
class Unread:
    """A line that looks as if it told a metric, which was not read."""

    name: str
    line: int
    text: str
    count: int
    """How many lines are like it."""


@dataclass(frozen=True)
class Proposed:
    """A pattern that would read a number, tried on the log."""

    name: str
    pattern: str
    count: int
    first: float
    last: float
    line: int
    text: str


@dataclass(frozen=True)
class Tried:
    """A log, read with a config."""

    source: str
    lines: int
    metrics: tuple[ReadMetric, ...]
    silent: tuple[str, ...] = ()
    """Own patterns that found nothing."""
    only_here: tuple[str, ...] = ()
    """Own patterns that find nothing in what the service stores, where a tab is ``#011``."""
    unread: tuple[Unread, ...] = ()
    proposed: tuple[Proposed, ...] = ()
    more: int = 0
    """Patterns that could be proposed besides."""
    table: str = "tool.skylift.metrics"
    """Where in the config they would stand."""

    def as_json(self) -> dict[str, Any]:
        """For scripts. Values that JSON can not hold are text, as in the history: ``"nan"``."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
