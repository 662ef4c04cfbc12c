"""What is known of a project: its revision, the files that ship, what was understood of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skylift.values.settings import Origin, Settings


@dataclass(frozen=True)
class Revision:
    """Where the code stands. All empty outside git."""

    commit: str = ""
    """Full hash of HEAD."""
    branch: str = ""
    """Empty when detached."""
    dirty: bool = False
    """Files that ship differ from HEAD."""
    diff: str = ""
    """SHA-256, in hex, of the difference; empty when clean. The difference itself stays here."""
    time: str = ""
    """When HEAD was committed, ISO-8601; the image carries it as its own time."""
    identity: str = ""
    """Hash of the first commit: tells two projects of one name apart."""


@dataclass(frozen=True)
class ShippedFile:
    """One file that goes with the job."""

    path: str
    """POSIX, relative to the project's root."""
    executable: bool = False
    link: str = ""
    """Target of a symlink that stays inside the project; empty for a regular file."""


@dataclass(frozen=True)
class Loaded:
    """The config of a project and where each value came from."""

    root: Path
    settings: Settings
    origins: tuple[Origin, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Understood:
    """One thing that ``init`` found out, for the report that it prints."""

    topic: str
    """``entry point``, ``channel train``, ``requirements``, …"""
    value: str
    why: str
    sure: bool = True


@dataclass(frozen=True)
class Detection:
    """What ``init`` understood: the config it would write, and why."""

    config: Mapping[str, Any]
    """The table ``[tool.skylift]`` as it would be written."""
    understood: tuple[Understood, ...]
    candidates: tuple[str, ...] = field(default=())
    """Entry points, best first; more than one of equal rank is a question."""
    left_to_you: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Arguments:
    """Hyperparameters of one run, checked against the schema."""

    given: Mapping[str, Any]
    """What is sent: config and command line, by key."""
    effective: Mapping[str, Any]
    """With the script's own defaults under them, as the record keeps them."""
    raw: tuple[str, ...] = ()
    """What followed ``--``, passed on untouched."""
    warnings: tuple[str, ...] = ()
    from_raw: frozenset[str] = frozenset()
    """Keys whose effective value was read from what followed ``--``."""
