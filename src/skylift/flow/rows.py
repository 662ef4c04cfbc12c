"""Runs and their metrics as rows: what pandas, polars or a loop takes as it is. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypedDict

from skylift.runs.points import Row
from skylift.values.record import Record
from skylift.values.secrets import unless_secret


class MetricRow(TypedDict):
    """One value of one metric."""

    name: str
    step: int | None
    time: datetime
    value: float


def metric_rows(rows: Iterable[Row]) -> list[MetricRow]:
    """
    >>> metric_rows([Row("loss", 3, "2026-01-02T03:04:05.678Z", 0.5)])[0]["time"].isoformat()
    '2026-01-02T03:04:05.678000+00:00'
    """
    return [MetricRow(name=r.name, step=r.step, time=_moment(r.time), value=r.value) for r in rows]


def _moment(text: str) -> datetime:
    # Before Python 3.11 the letter is not understood.
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def run_row(record: Record) -> dict[str, Any]:
    """One run in one row. Who looks on need not see what is a secret by its name."""
    last, best = record.at("Skylift.metrics.last") or {}, record.at("Skylift.metrics.best") or {}
    given = record.at("Skylift.arguments") or {}
    return {
        "name": record.name,
        "job": record.at("Skylift.job"),
        "target": record.at("Skylift.target"),
        "status": record.status,
        "created": record.time("CreationTime"),
        "duration": record.took_s,
        "reason": record.reason or None,
        **{f"param:{name}": unless_secret(name, value) for name, value in given.items()},
        **{f"metric:{name}": best[name]["value"] if name in best else last[name] for name in last},
    }
