"""Which metric stands for a run, which way it improves, and what it came to. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from skylift.values.directions import is_held_out, is_of_the_best, is_of_training, smaller_is_better
from skylift.values.record import OURS, Record

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
    # Asked of ten thousand runs at once, most of which have the same metrics.
    return said_objective(record) or _likeliest(tuple(metric_table(record, "best")))


def judged(records: Iterable[Record]) -> list[Record]:
    """The same runs, those of one job judged by one metric: what differs can not be put in an order.

    It is what the config said last, else what most of those that completed are about. A run without it has
    no objective then: one that failed before its first validation is not the best for its loss.
    """
    found = list(records)
    by_job: dict[str, list[Record]] = {}
    for record in found:
        by_job.setdefault(_job(record), []).append(record)
    names = {job: _of_one_job(own) for job, own in by_job.items()}
    return [_judged_by(record, names[_job(record)]) for record in found]


def _of_one_job(records: Sequence[Record]) -> str:
    said = [name for record in _by_time(records) if (name := said_objective(record))]
    if said:
        return said[-1]
    completed = Counter(_about(record for record in records if record.status == "Completed"))
    votes = completed or Counter(_about(records))
    most = max(votes.values(), default=0)
    return likeliest(name for name, count in votes.items() if count == most)


def _about(records: Iterable[Record]) -> Iterator[str]:
    return (name for record in records if (name := objective(record)))


def _by_time(records: Sequence[Record]) -> Sequence[Record]:
    if len({said_objective(record) for record in records}) <= 1:
        return records[:1]
    return sorted(records, key=lambda record: str(record.data.get("CreationTime") or ""))


def _judged_by(record: Record, name: str) -> Record:
    if not name or objective(record) == name:
        return record
    metrics = {**(record.ours.get("metrics") or {}), "objective": name}
    return Record({**record.data, OURS: {**record.ours, "metrics": metrics}})


def _job(record: Record) -> str:
    return str(record.ours.get("job") or "")


def said_objective(record: Record) -> str:
    said = record.at("Skylift.metrics.objective")
    return said if isinstance(said, str) else ""


def likeliest(names: Iterable[str]) -> str:
    """The metric that a run is about, of some whose better end is known, where nobody said it; empty for none.

    What was held out comes first and what was trained on last; what is told only when it is a record is no measure of
    every run, and a loss is no measure that people report.

    >>> likeliest(["acc", "train_acc", "validation_accuracy"]), likeliest(["best_val_acc", "val_acc", "val_loss"])
    ('validation_accuracy', 'val_acc')
    """
    return min(names, key=_likelihood, default="")


def _likelihood(name: str) -> tuple[bool, bool, bool, bool, str]:
    return not is_held_out(name), is_of_training(name), is_of_the_best(name), "loss" in name.lower(), name


@lru_cache(1024)
def _likeliest(names: tuple[str, ...]) -> str:
    return likeliest(names)


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
