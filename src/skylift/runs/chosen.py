"""Which metric stands for a run, and what it came to. Pure."""

from __future__ import annotations

from typing import Any

from skylift.runs import summary
from skylift.runs.summary import direction
from skylift.values.record import Record

__all__ = ["best", "direction", "last", "metric_names", "objective", "value"]


def objective(record: Record) -> str:
    """The metric by which this run is judged; empty for none."""
    found = summary.objective(record)
    return found if isinstance(found, str) else ""


def best(record: Record, name: str) -> float | None:
    """The best value of a metric; None where it has no direction, or no value that is a number."""
    found = _table(record, "best").get(name)
    return _number(found.get("value") if isinstance(found, dict) else None)


def last(record: Record, name: str) -> float | None:
    return _number(_table(record, "last").get(name))


def value(record: Record, name: str) -> float | None:
    """What a metric came to: its best value, or the last one where nothing says which way is better."""
    found = best(record, name)
    return last(record, name) if found is None else found


def metric_names(record: Record) -> list[str]:
    return list(dict.fromkeys([*_table(record, "best"), *_table(record, "last")]))


def _table(record: Record, which: str) -> dict[str, Any]:
    # Asked of ten thousand runs at once.
    metrics = record.ours.get("metrics")
    found = metrics.get(which) if isinstance(metrics, dict) else None
    return found if isinstance(found, dict) else {}


def _number(found: Any) -> float | None:
    is_number = isinstance(found, (int, float)) and not isinstance(found, bool)
    # A value that is not a number is none that can be compared.
    return found if is_number and found == found else None  # noqa: PLR0124
