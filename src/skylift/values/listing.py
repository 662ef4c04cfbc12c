"""Runs as a table, before anybody decides how it looks: columns, values, and what is the same in every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Column:
    """One column: the field it shows, as it is asked for, and how that reads above it."""

    name: str
    header: str
    type: str
    """What its values are: ``text number duration date truth any``, or ``named`` for name and number."""


@dataclass(frozen=True)
class Listing:
    """Runs by row. A value that is missing is None."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    same: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By job: the parameters that have one value in all its rows, and no column for that reason."""
    chosen: bool = False
    """Somebody said which columns; none may be left out."""


@dataclass(frozen=True)
class Spread:
    """What one metric came to in the completed runs of a group."""

    name: str
    count: int
    mean: float
    deviation: float | None
    """Of the sample; None for a single run."""
    best: float | None
    """None where nothing says which way is better."""
    run: str
    """Whose that is."""


@dataclass(frozen=True)
class Group:
    """Runs that agree in what they were grouped by."""

    key: tuple[Any, ...]
    runs: int
    completed: int
    failed: int
    metrics: tuple[Spread | None, ...]


@dataclass(frozen=True)
class Groups:
    by: tuple[Column, ...]
    metrics: tuple[str, ...]
    groups: tuple[Group, ...]
