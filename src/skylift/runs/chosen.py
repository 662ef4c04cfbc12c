"""Which metric stands for a run, and what it came to. Pure."""

from __future__ import annotations

from typing import Any

from skylift.runs.summary import smaller_is_better
from skylift.values.record import Record

_GOALS = ("min", "max", "none")


def direction(record: Record, name: str) -> bool | None:
    """Whether smaller is better for a metric of this run: as its job says, or its name; None where nothing says."""
    goals = record.at("Skylift.metrics.goals")
    said = goals.get(name) if isinstance(goals, dict) else None
    return {"min": True, "max": False, "none": None}[said] if said in _GOALS else smaller_is_better(name)


def objective(record: Record) -> str:
    """The metric by which this run is judged: what its job says, else what was held out; empty for none.

    >>> objective(Record({"Skylift": {"metrics": {"best": {"loss": {"value": 1}, "val_auc": {"value": 0.5}}}}}))
    'val_auc'
    """
    said = record.at("Skylift.metrics.objective")
    if isinstance(said, str) and said:
        return said
    best = record.at("Skylift.metrics.best")
    # What was held out says more than what was trained on.
    names = sorted(
        best if isinstance(best, dict) else (),
        key=lambda name: (not name.startswith(("val", "test")), "loss" in name, name),
    )
    return names[0] if names else ""


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
