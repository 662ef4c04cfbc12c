"""What a project's program takes, for those who only ask: help and completion. Reads config and source, no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from skylift.errors import NotReady, SkyliftError
from skylift.project.arguments.scope import in_scope
from skylift.project.config.find import find_root
from skylift.project.config.load import load
from skylift.project.parameters.schema import read_schema
from skylift.values.arguments import Parameter, Schema
from skylift.values.settings import JobSettings, Settings
from skylift_runtime.contract import COMMAND_KEY


@dataclass(frozen=True)
class Declared:
    """The parameters of one job of a project."""

    settings: Settings | None
    job: JobSettings | None
    schema: Schema
    problem: str = ""
    """Why they are not known, where the config is broken or has no such job."""

    @property
    def shown(self) -> Schema:
        """Without those of sub-commands that a job of another one has no use for."""
        is_chosen = self.job is not None and self.schema.commands and COMMAND_KEY in self.job.hyperparameters
        return replace(self.schema, parameters=self.within(None)) if is_chosen else self.schema

    def within(self, command: str | None) -> tuple[Parameter, ...]:
        """Those that can be given with a sub-command: one that was named, or else the config's."""
        configured = self.job.hyperparameters.get(COMMAND_KEY, "") if self.job else ""
        return in_scope(self.schema, command if command is not None else str(configured)).parameters


def declared(
    folder: Path,
    job: str,
    *,
    environment: Mapping[str, str],
    home: Path,
    overrides: Mapping[str, Any],
) -> Declared | None:
    """What is known of the project that ``folder`` lies in; None outside a project."""
    try:
        root = find_root(folder)
        settings = load(root, environment=environment, home=home, overrides=overrides).settings
    except NotReady:
        return None
    except (SkyliftError, OSError) as error:
        first, *more = str(error).splitlines() or ["it can not be read"]
        also = f" (and {len(more)} more)" if more else ""
        return Declared(None, None, Schema(), f"the config is broken: {first}{also}")
    found = settings.jobs.get(job)
    if found is None:
        there = ", ".join(sorted(settings.jobs)) or "none"
        return Declared(settings, None, Schema(), f"no job `{job}`, there are: {there}")
    try:
        return Declared(settings, found, read_schema(root, found))
    except (SkyliftError, OSError) as error:
        return Declared(settings, found, Schema(), str(error))
