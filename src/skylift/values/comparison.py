"""Runs side by side, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One line of a comparison: a name and each run's value, in the order of the runs."""

    topic: str
    name: str
    values: tuple[Any, ...]

    @property
    def same(self) -> bool:
        return all(value == self.values[0] for value in self.values)


@dataclass(frozen=True)
class Comparison:
    runs: tuple[str, ...]
    differences: tuple[Difference, ...]
    """Parameters, code, data and lock that differ; metrics always."""
