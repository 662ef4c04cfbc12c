"""MetricDefinitions over what a job prints, as the service reads it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from skylift.emulator.escape import escape
from skylift.host.clock import iso


class FinalMetrics:
    """The last value of each definition, for FinalMetricDataList."""

    def __init__(self, definitions: Sequence[Mapping[str, str]]) -> None:
        self._patterns = [(item["Name"], re.compile(item["Regex"])) for item in definitions]
        self._last: dict[str, tuple[float, datetime]] = {}

    def read(self, text: str, at: datetime) -> None:
        if not self._patterns:
            return
        escaped = escape(text)
        for name, pattern in self._patterns:
            for match in pattern.finditer(escaped):
                value = _number(match[1])
                if math.isfinite(value):
                    self._last[name] = (value, at)

    def listed(self) -> list[dict[str, Any]]:
        """In the order of the definitions; metrics that were never printed are left out."""
        return [
            {"MetricName": name, "Value": self._last[name][0], "Timestamp": iso(self._last[name][1])}
            for name in dict(self._patterns)
            if name in self._last
        ]


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan
