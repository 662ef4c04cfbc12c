"""One thing that somebody wrote down about a program of the project, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from skylift.project.init.evidence.commands import Started
from skylift.project.init.evidence.survey import Survey
from skylift.project.source.entry import module_file


@dataclass(frozen=True)
class Clue:
    """Evidence that a program of the project is started."""

    path: str
    """The program's file."""
    why: str
    """As the report says it: ``the Makefile's target train starts it``."""
    weight: int
    job: str = ""
    """What the job is called there: a stage, a target, an entry point."""
    started: Started | None = None
    function: str = ""
    """``pkg.mod:function``, of a console script."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Keys of the config that are told there for this job, as ``[hyperparameters]`` of an estimator."""
    notes: tuple[str, ...] = ()
    """What is left to the user."""
    declared: bool = False
    """A job by declaration: a stage of a pipeline, not a line in a README."""
    more: tuple[tuple[str, Started], ...] = ()
    """Other lines of the same file that start it, each with its place."""

    @property
    def module(self) -> str:
        """The module that it is started as; empty for a file."""
        return self.started.target if self.started is not None and self.started.kind == "module" else ""


def resolve(survey: Survey, found: Started, folder: str = "") -> str:
    """The project's file behind what a command line starts; empty when it is none of the project's, or not clear.

    :param folder: where the evidence lies, and commands may have been typed.
    """
    if found.kind == "module":
        return _module(survey, found.target)
    if found.kind in ("script", "shell"):
        return _file(survey, found.target, folder)
    return ""


def _module(survey: Survey, name: str) -> str:
    path = module_file(survey.root, name)
    if path is not None:
        return path.relative_to(survey.root).as_posix()
    stem = name.replace(".", "/")
    found = [*survey.ending(f"{stem}.py"), *survey.ending(f"{stem}/__main__.py")]
    return found[0] if len(found) == 1 else ""


def _file(survey: Survey, target: str, folder: str) -> str:
    bare = re.sub(r"\$\{workspaceFolder\}/|\$\(pwd\)/|\$PWD/", "", target)
    if any(sign in bare for sign in "*{<"):
        return ""
    pure = PurePosixPath(bare)
    parts = [part for part in pure.parts if part not in ("/", ".", "..") and "$" not in part]
    if not parts:
        return ""
    tail = PurePosixPath(*parts).as_posix()
    for base in ("", folder):
        path = f"{base}/{tail}" if base else tail
        if path in survey.known:
            return path
    # `cd src && python train.py`, and `/opt/program/train.py` of an image.
    while parts:
        found = survey.ending("/".join(parts))
        if len(found) == 1:
            return found[0]
        if found:
            return ""
        parts = parts[1:] if pure.is_absolute() or "$" in bare or ".." in pure.parts else []
    return ""
