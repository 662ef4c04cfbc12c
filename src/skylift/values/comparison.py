"""Runs side by side, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


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
class Commits:
    """What lies between the commits of two runs."""

    before: str
    after: str
    added: tuple[str, ...] = ()
    """Hash and subject of the first commits that only the later run has, newest first."""
    added_count: int = 0
    removed: tuple[str, ...] = ()
    """The same of those that only the earlier run has: there are some where the two diverged, or went back."""
    removed_count: int = 0
    unknown: tuple[str, ...] = ()
    """Commits that this repository does not have."""


@dataclass(frozen=True)
class FileChange:
    """One file that is not the same in two runs."""

    path: str
    kind: Literal["added", "removed", "changed"]
    added: int | None = None
    """Lines; None where that is not known, or the file is no text."""
    removed: int | None = None
    patch: str = ""
    """As ``diff -u`` has it, where it was asked for and both contents are known."""


@dataclass(frozen=True)
class PackageChange:
    name: str
    before: str
    """Empty where it is new."""
    after: str
    """Empty where it is gone."""


@dataclass(frozen=True)
class DataChange:
    """What happened to the files of a channel."""

    channel: str
    files: tuple[FileChange, ...]
    bytes_before: int
    bytes_after: int


@dataclass(frozen=True)
class Between:
    """What lies between the baseline and another run. None: it was not kept, or nothing differs."""

    run: str
    commits: Commits | None = None
    files: tuple[FileChange, ...] | None = None
    lock: tuple[PackageChange, ...] | None = None
    packages: tuple[PackageChange, ...] | None = None
    """Of what was installed, where the interpreter was the user's own."""
    data: tuple[DataChange, ...] = ()
    not_as_it_was: tuple[str, ...] = ()
    """Of a run that repeats the baseline: what could not be the same."""
    not_kept: tuple[str, ...] = ()
    """What differs, and can not be said more of: ``code``, ``lock``, ``channel train`` …"""


@dataclass(frozen=True)
class Metric:
    """One metric of all runs, in the order of the runs."""

    name: str
    which: Literal["best", "last"]
    smaller_is_better: bool | None
    """None when nobody knows."""
    values: tuple[float | None, ...]
    """None where a run does not have it, or it is no number."""
    steps: tuple[int | None, ...]
    deltas: tuple[float | None, ...] = ()
    """Against the baseline, absolute."""
    relative: tuple[float | None, ...] = ()
    """The same in parts of the baseline's value."""
    verdicts: tuple[str, ...] = ()
    """``better``, ``worse``, ``same``, or nothing where that can not be said."""


@dataclass(frozen=True)
class Gate:
    """Whether a run is better than another by so much."""

    metric: str
    wanted: str
    """As it was asked for: ``0.01`` or ``1%``."""
    open: bool
    said: str
    """All of it in a line."""
    baseline: float | None = None
    candidate: float | None = None


Curves = Mapping[str, Mapping[str, tuple[tuple[float, float], ...]]]
"""Of each metric, the points of each run: step, or else position, and value."""


@dataclass(frozen=True)
class Comparison:
    runs: tuple[str, ...]
    differences: tuple[Difference, ...]
    """Parameters, code, environment, data and secrets that differ; the status always."""
    metrics: tuple[Metric, ...] = ()
    baseline: int = 0
    """Which run the others are held against."""
    objective: str = ""
    """The metric that these runs are about, as far as that is known."""
    between: tuple[Between, ...] = ()
    """For each run but the baseline."""
    curves: Curves = field(default_factory=dict)
    gate: Gate | None = None
    why: str = ""
    """Which runs these are, where nobody named them."""
