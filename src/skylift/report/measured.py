"""How a run's metrics went: last, best, and a small curve of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from skylift.report.curves import sparkline
from skylift.report.text import number, table, width
from skylift.values.directions import is_held_out
from skylift.values.record import Record
from skylift.values.words import counted

_CURVE = 16
"""Columns of a curve beside its metric."""


@dataclass(frozen=True)
class Course:
    """What there is to tell of a run's metrics besides its record."""

    curves: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """The values of each, as they were printed."""
    smaller: Mapping[str, bool | None] = field(default_factory=dict)
    """For each whether it is better when it is smaller; None where nobody says."""
    objective: str = ""
    """The one that the run is about."""


def metrics_table(
    record: Record, course: Course, *, columns: int = 0, most: int | None = None, plain: bool = False
) -> str:
    """The metrics that matter most first; empty for none. Where curves do not fit there are none.

    :param columns: of the terminal; 0 for as many as it takes.
    :param plain: nothing but ASCII.
    """
    last, best = record.at("Skylift.metrics.last") or {}, record.at("Skylift.metrics.best") or {}
    names = sorted(
        last, key=lambda name: importance(name, course.objective, smaller=course.smaller.get(name))
    )
    rows = [
        (
            name,
            number(last[name]),
            _best(best.get(name), smaller=course.smaller.get(name), plain=plain),
            _curve(course.curves.get(name, ()), plain=plain),
        )
        for name in names[:most]
    ]
    if not rows:
        return ""
    headers = ("METRIC", "LAST", "BEST", "CURVE" if any(row[-1] for row in rows) else "")
    text = table(headers, rows)
    if 0 < columns < max(map(width, text.splitlines())):
        text = table(headers[:3], [row[:3] for row in rows])
    more = len(names) - len(rows)
    return text + (f"\nand {counted(more, 'metric')} more" if more > 0 else "")


def _best(best: object, *, smaller: bool | None, plain: bool) -> str:
    found = best if isinstance(best, Mapping) else {}
    if found.get("value") is None:
        return "-"
    at = f" at {found['step']}" if found.get("step") is not None else ""
    return f"{arrow(smaller=smaller, plain=plain).strip()} {number(found['value'])}{at}".strip()


def _curve(values: Sequence[float], *, plain: bool) -> str:
    return sparkline(values, _CURVE, plain=plain) if len(values) > 1 else ""


def arrow(*, smaller: bool | None, plain: bool) -> str:
    """Which way a metric is better."""
    if smaller is None:
        return " "
    return (" (low) " if smaller else " (high) ") if plain else (" ↓ " if smaller else " ↑ ")


def importance(name: str, objective: str, *, smaller: bool | None) -> tuple[bool, bool, bool, str]:
    """What the run is about goes first, what was held out before what was trained on, and a learning rate last."""
    return name != objective, smaller is None, not is_held_out(name), name
