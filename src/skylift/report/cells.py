"""What lists of runs and a single one say alike."""

from __future__ import annotations

from typing import Any

from skylift.report.text import duration, number
from skylift.values.record import Record
from skylift.values.secrets import unless_secret


def took(record: Record) -> str:
    return "-" if record.took_s is None else duration(max(0.0, record.took_s))


def hidden(name: str, value: Any) -> str:
    """A value as it is shown: who looks on need not see what is a secret by its name."""
    return number(unless_secret(name, value))
