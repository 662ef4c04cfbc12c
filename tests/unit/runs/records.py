"""Records for tests, in one line each."""

from __future__ import annotations

from typing import Any

from skylift.values.record import Record


def record(name: str = "flights-261101120000-abcd", **said: Any) -> Record:
    """``top`` is merged at the top, ``best`` and ``last`` are metrics; everything else is under our key."""
    top = said.pop("top", {})
    best, last = said.pop("best", {}), said.pop("last", None)
    metrics = {
        "best": {key: {"value": value, "step": 1} for key, value in best.items()},
        "last": {**best, **(last or {})},
    }
    data = {
        "TrainingJobName": name,
        "TrainingJobStatus": "Completed",
        "SecondaryStatus": "Completed",
        "CreationTime": "2026-11-01T12:00:00.000Z",
        "TrainingEndTime": "2026-11-01T12:10:00.000Z",
        **top,
    }
    return Record(
        {**data, "Skylift": {"schema": 1, "job": "train", "target": "local", "metrics": metrics, **said}}
    )
