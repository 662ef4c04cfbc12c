"""Which programs of a project are its jobs, and how likely that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skylift.errors import UsageError
from skylift.project.init.candidates import Candidate, candidates, spelled
from skylift.project.init.findings import Findings
from skylift.project.source.entry import entry_file


@dataclass(frozen=True)
class FoundJob:
    """A program that becomes a job."""

    name: str
    """``train`` for the one that stands at top level of the config, else the key below ``[jobs]``."""
    entry_point: str
    """As the config spells it."""
    path: Path
    """The file behind it."""


@dataclass(frozen=True)
class Layout:
    """The jobs of a project; none when it is not clear which program trains."""

    jobs: tuple[FoundJob, ...]
    candidates: tuple[Candidate, ...]
    """What could train, likeliest first; more than one of equal rank is a question."""
    findings: Findings


def read_layout(root: Path, pyproject: Mapping[str, Any], said: str | None) -> Layout:  # noqa: ARG001
    """Find the programs that are jobs.

    :param said: what the user says trains.
    :raises UsageError: when that is not in the project.
    """
    found = Findings()
    likely = _likely(root, said)
    if len(likely) != 1:
        return Layout((), tuple(likely), found)
    text, why = _spelled(root, likely[0], said)
    found.add("entry-point", text, why, topic="entry point")
    path = entry_file(root, text)
    jobs = (FoundJob("train", text, path),) if path is not None else ()
    return Layout(jobs, tuple(likely), found)


def _likely(root: Path, said: str | None) -> list[Candidate]:
    """The likeliest entry points: more than one when they can not be told apart."""
    if said is not None:
        if entry_file(root, said) is None:
            raise UsageError(
                f"entry point `{said}` is not in the project", hints=("name a script below " + str(root),)
            )
        return [Candidate(said, (), "it was named")]
    found = candidates(root)
    return [candidate for candidate in found if candidate.rank == found[0].rank]


def _spelled(root: Path, candidate: Candidate, said: str | None) -> tuple[str, str]:
    if said is not None:
        return candidate.path, candidate.why
    text, why = spelled(root, candidate.path)
    return text, ", ".join(part for part in (candidate.why, why) if part)
