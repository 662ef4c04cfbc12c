"""What is known of a project: its revision, the files that ship, what was understood of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from skylift.errors import Issue
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
    uncommitted: tuple[str, ...] = ()
    """The files that differ from HEAD."""


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
    """With ``file:line`` where that is known."""
    sure: bool = True
    job: str = ""
    """The job that it is about; empty for the project as a whole."""


@dataclass(frozen=True)
class Choice:
    """A program that could be the one that trains."""

    path: str
    why: str
    tied: bool = True
    """Nothing tells it from the likeliest."""


@dataclass(frozen=True)
class Unbound:
    """An option that wants data, for which no folder of the project could be made a channel."""

    key: str
    names: frozenset[str]
    """All that it may go by in the config."""
    flag: str
    what: str
    """What is wrong with it, with the line that says so."""
    gist: str
    """The same without the line."""
    job: str = ""
    folder: str = ""
    """Where its data may lie."""
    channel: str = ""
    """The channel of that folder, where it is one already."""
    file: str = ""
    """For an option that names a file, the file in that folder."""
    name: str = ""
    """What a channel for it is best called, where its folder does not say that."""
    todo: str = ""
    """What to do, where that is more than to write it into the config."""


@dataclass(frozen=True)
class Detection:
    """What ``init`` understood: the config it would write, and why."""

    config: Mapping[str, Any]
    """The table ``[tool.skylift]`` as it would be written."""
    understood: tuple[Understood, ...]
    choices: tuple[Choice, ...] = field(default=())
    """What could be the entry point, best first; more than one that is tied is a question."""
    left_to_you: tuple[str, ...] = field(default=())
    unbound: tuple[Unbound, ...] = field(default=())
    """What of that is about options."""

    @property
    def candidates(self) -> tuple[str, ...]:
        return tuple(choice.path for choice in self.choices)


@dataclass(frozen=True)
class Change:
    """One key of the config that ``init`` proposes to write, or to take out."""

    kind: Literal["add", "change", "remove"]
    key: tuple[str, ...]
    before: Any = None
    after: Any = None
    why: str = ""


@dataclass(frozen=True)
class Proposal:
    """What ``init`` would write, before it does."""

    root: Path
    file: Path
    """``pyproject.toml`` or ``skylift.toml``."""
    before: str | None
    """The file's text; None when there is no such file."""
    after: str
    changes: tuple[Change, ...] = ()
    """Against the config that is there already; for a first one they are all additions."""
    kept: tuple[str, ...] = ()
    """What was seen and is not proposed, since the user decided otherwise."""
    proposed: Mapping[str, Any] = field(default_factory=dict)
    """Everything that is proposed now or was before, for the next time."""
    again: bool = False
    """There is a config already."""
    problems: tuple[Issue, ...] = ()
    """What keeps this config from being used before somebody corrects it."""


@dataclass(frozen=True)
class Undoing:
    """What is taken back: a file, and its text without what ``init`` wrote."""

    root: Path
    file: Path
    before: str | None
    after: str | None
    """None when the file was made by ``init`` and goes."""
    differs: tuple[str, ...] = ()
    """What the user changed since; then ``after`` is without the whole config, which is more than ours."""
    unknown: bool = False
    """Nothing says what of the config ``init`` wrote."""
    stays: tuple[str, ...] = ()
    """What Skylift made here besides, and leaves."""


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
