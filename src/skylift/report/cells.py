"""What lists of runs and a single one say alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from skylift.report.text import duration, number
from skylift.values.record import Record
from skylift.values.secrets import is_secret


def status(record: Record) -> str:
    return record.secondary if not record.terminal or record.status == "Stopped" else record.status


def time(record: Record, key: str) -> datetime | None:
    found = record.data.get(key)
    return datetime.fromisoformat(str(found).replace("Z", "+00:00")) if found else None


def took(record: Record) -> str:
    start, end = time(record, "CreationTime"), time(record, "TrainingEndTime")
    return duration(max(0.0, (end - start).total_seconds())) if start and end else "-"


def hidden(name: str, value: Any) -> str:
    """A value as it is shown: who looks on need not see what is a secret by its name."""
    return "***" if isinstance(value, str) and is_secret(name, value) else number(value)
