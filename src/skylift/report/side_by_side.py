"""Runs side by side, as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from skylift.report.text import fields, number, safe, table
from skylift.values.comparison import Comparison


def comparison(found: Comparison) -> str:
    """Runs as columns, what differs as rows; metrics with the change against the first run."""
    tags = _tags(found.runs)
    legend = fields(list(zip(tags, found.runs, strict=True)))
    rows = [
        (item.topic, item.name, *(_value(item.topic, value, item.values[0]) for value in item.values))
        for item in found.differences
    ]
    return legend + "\n\n" + table(("", "", *tags), rows)


def _tags(names: Sequence[str]) -> list[str]:
    """The last letters of each run, or the whole names where those are the same."""
    tags = [name.rsplit("-", 1)[-1] for name in names]
    return tags if len(set(tags)) == len(tags) else list(names)


def _value(topic: str, value: Any, first: Any) -> str:
    text = number(value)
    if topic in {"code", "data"}:
        text = text if len(text) <= 24 else text[:19]
    numbers = isinstance(value, float) and isinstance(first, float)
    if topic in ("best", "last") and numbers and value != first:
        return f"{text} ({value - first:+.4g})"
    return safe(text)
