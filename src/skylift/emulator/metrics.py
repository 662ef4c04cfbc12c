"""MetricDefinitions over what a job prints, as the service reads it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from skylift.host.clock import iso
from skylift.values.patterns import literal_in
from skylift.values.printed import Printed, escape, last_number, shown

# What the service spells in another way, or what is not as it was printed.
_RESPELT = re.compile(r"#(?:0[0-3][0-7]|177)|[\x00-\x1f\x7f\ufffd]")


def _required(pattern: str) -> bytes:
    """What stands in every line that a pattern matches, whichever way its control characters are spelled."""
    return max(_RESPELT.split(literal_in(pattern)), key=len).encode()


class FinalMetrics:
    """The last value of each definition, for FinalMetricDataList."""

    def __init__(self, definitions: Sequence[Mapping[str, str]]) -> None:
        self._patterns = {item["Name"]: re.compile(item["Regex"]) for item in definitions}
        self._literals = {item["Name"]: _required(item["Regex"]) for item in definitions}
        """What stands in all that a definition matches: most output has none of it, and is passed over at once."""
        self._last: dict[str, tuple[float, datetime]] = {}
        self._unescaped: dict[str, None] = {}
        """Definitions that match what was printed, and not what the service makes of it."""

    def read(self, printed: Printed) -> None:
        near = {
            name: pattern for name, pattern in self._patterns.items() if self._literals[name] in printed.data
        }
        for line in printed.candidates(list(near.values())) if near else ():
            for name, pattern in near.items():
                self._look(name, pattern, line, printed.at)

    def _look(self, name: str, pattern: re.Pattern[str], line: str, at: datetime) -> None:
        # Nearly every line is printable, and then there is one text to look at.
        texts = [line] if line.isprintable() else [escape(part) for part in shown(line)]
        value = last_number(pattern, texts)
        if value is not None and math.isfinite(value):
            self._last[name] = (value, at)
        elif texts != [line] and name not in self._last and last_number(pattern, shown(line)) is not None:
            self._unescaped[name] = None

    def listed(self) -> list[dict[str, Any]]:
        """In the order of the definitions; metrics that were never printed are left out."""
        return [
            {"MetricName": name, "Value": self._last[name][0], "Timestamp": iso(self._last[name][1])}
            for name in self._patterns
            if name in self._last
        ]

    def warnings(self) -> list[str]:
        """For each definition that would find nothing on the service, though it finds something in what was printed."""
        return [
            f"metric {name}: SageMaker would find nothing: it spells control characters as #011 (tab) and "
            "#015 (carriage return) before it looks"
            for name in self._unescaped
            if name not in self._last
        ]
