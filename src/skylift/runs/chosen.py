"""Which metric stands for a run, which way it improves, and what it came to. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from skylift.values.directions import is_held_out, smaller_is_better
from skylift.values.record import Record

_SAID: Mapping[str, bool | None] = {"min": True, "max": False, "none": None}


def direction(record: Record, name: str) -> bool | None:
    """Whether a smaller value of a run's metric is better: as its config said, else by the name; None for neither.

    >>> record = Record({"Skylift": {"metrics": {"goals": {"score2": "min"}}}})
    >>> direction(record, "score2"), direction(record, "auc"), direction(record, "lr")
    (True, False, None)
    """
    return way(record.at("Skylift.metrics.goals"), name)


def way(goals: Any, name: str) -> bool | None:
    said = str(goals.get(name)) if isinstance(goals, Mapping) else ""
    return _SAID[said] if said in _SAID else smaller_is_better(name)


def objective(record: Record) -> str:
    """The metric that a run is about: as its config said, else the likeliest of those that have a best; empty for none.

    >>> objective(Record({"Skylift": {"metrics": {"best": {"loss": {}, "val_loss": {}, "val_auc": {}}}}}))
    'val_auc'
    """
    return said_objective(record) or likeliest(metric_table(record, "best"))


def said_objective(record: Record) -> str:
    said = record.at("Skylift.metrics.objective")
    return said if isinstance(said, str) else ""


def likeliest(names: Iterable[str]) -> str:
    """The metric that a run is about, of some whose better end is known, where nobody said it; empty for none."""
    return min(names, key=lambda name: (not is_held_out(name), "loss" in name, name), default="")


def best(record: Record, name: str) -> float | None:
    """The best value of a metric; None where it has no direction, or no value that is a number."""
    found = metric_table(record, "best").get(name)
    return finite(found.get("value") if isinstance(found, dict) else None)


def best_step(record: Record, name: str) -> int | None:
    found = metric_table(record, "best").get(name)
    return found.get("step") if isinstance(found, dict) else None


def last(record: Record, name: str) -> float | None:
    return finite(metric_table(record, "last").get(name))


def value(record: Record, name: str) -> float | None:
    """What a metric came to: its best value, or the last one where nothing says which way is better."""
    found = best(record, name)
    return last(record, name) if found is None else found


def metric_names(record: Record) -> list[str]:
    return list(dict.fromkeys([*metric_table(record, "best"), *metric_table(record, "last")]))


def metric_table(record: Record, which: Literal["best", "last"]) -> dict[str, Any]:
    # Asked of ten thousand runs at once.
    metrics = record.ours.get("metrics")
    found = metrics.get(which) if isinstance(metrics, dict) else None
    return found if isinstance(found, dict) else {}


def finite(found: Any) -> float | None:
    """A value that can be compared; None for all others."""
    is_number = isinstance(found, (int, float)) and not isinstance(found, bool)
    return found if is_number and math.isfinite(found) else None
