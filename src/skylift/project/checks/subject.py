"""What the checks look at: a project whose config could be read, each part read once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from skylift.errors import UsageError
from skylift.project.arguments.groups import chosen_groups
from skylift.project.config.layers import dotted
from skylift.project.files.ship import files_that_ship
from skylift.project.init.places import read_uses
from skylift.project.init.uses import Use
from skylift.project.parameters.reading import Reading
from skylift.project.parameters.schema import read_parameters, read_schema
from skylift.project.source.command import program_of, words_of
from skylift.project.source.entry import entry_file
from skylift.project.source.literals import literal, module_constants
from skylift.project.source.notebooks import Unreadable
from skylift.project.source.program import Program
from skylift.project.source.trees import walk
from skylift.values.arguments import Schema
from skylift.values.project import Loaded, ShippedFile
from skylift.values.settings import JobSettings, Settings
from skylift_runtime.contract import COMMAND_KEY, DEFAULT_JOB


@dataclass(frozen=True)
class CodeCall:
    """A call in the code of a job, with the texts that it is given."""

    path: Path
    node: ast.Call
    name: str
    """The last part of what is called: ``read_csv``."""
    texts: tuple[str, ...]
    """Positional and named arguments that are known to be texts, in order."""


@dataclass(frozen=True)
class Subject:
    """A project, as the checks see it."""

    loaded: Loaded
    locked: frozenset[str] = frozenset()
    """The packages of a lock that is fresh."""

    @property
    def root(self) -> Path:
        return self.loaded.root

    @property
    def settings(self) -> Settings:
        return self.loaded.settings

    def where(self, job: JobSettings | None, *key: str) -> str:
        """Where a key of the config stands, for people."""
        path = (*(("jobs", job.name) if job is not None and job.name != DEFAULT_JOB else ()), *key)
        wanted = dotted(path)
        origins = [one.origin for one in self.loaded.origins if one.key.startswith(wanted)]
        said = [origin for origin in origins if origin != "default"]
        return " ".join([*(said[:1] or ["the config"]), wanted])

    @cached_property
    def links(self) -> tuple[str, ...]:
        """What keeps the project from shipping at all."""
        return self._shipping[1]

    @cached_property
    def files(self) -> tuple[ShippedFile, ...]:
        return self._shipping[0]

    @cached_property
    def _shipping(self) -> tuple[tuple[ShippedFile, ...], tuple[str, ...]]:
        without = tuple(sorted(folder for job in self.jobs for folder in folders(job).values()))
        try:
            return files_that_ship(self.root, self.settings.ship.include, without=without), ()
        except UsageError as error:
            return (), tuple(str(error).splitlines())

    @property
    def jobs(self) -> tuple[JobSettings, ...]:
        return tuple(self.settings.jobs.values())

    @cached_property
    def schemas(self) -> dict[str, Schema]:
        return {job.name: self._schema(job) for job in self.jobs}

    def _schema(self, job: JobSettings) -> Schema:
        schema = read_schema(self.root, job)
        chosen = chosen_groups(schema, job.hyperparameters, (), ())
        return read_schema(self.root, job, chosen) if chosen else schema

    @cached_property
    def programs(self) -> dict[str, Program]:
        found = {job.name: self._program(job) for job in self.jobs}
        return {name: program for name, program in found.items() if program is not None}

    def start(self, job: JobSettings) -> str:
        """What a job starts of the project, by itself or below a launcher; empty where that is not known."""
        return job.entry_point or program_of(self.root, job.command) or ""

    def _program(self, job: JobSettings) -> Program | None:
        start = self.start(job)
        file = entry_file(self.root, start) if start else None
        try:
            return Program.read(self.root, file) if file is not None else None
        except Unreadable:
            return None

    def shown(self, path: Path, line: int = 0) -> str:
        name = path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)
        return f"{name}:{line}" if line else name

    @cached_property
    def modules(self) -> dict[Path, ast.Module]:
        """The sources of every job, each once. A notebook has cells, and no lines that could be named."""
        return {
            path: tree
            for program in self.programs.values()
            for path, tree in program.modules
            if path.suffix == ".py"
        }

    @cached_property
    def uses(self) -> dict[str, tuple[Use, ...]]:
        """What each job does with paths, by job, as ``init`` reads it: through constants, joins and functions."""
        return {
            job.name: read_uses(self.programs[job.name], self._reading(job), words_of(self.root, job.command))
            for job in self.jobs
            if job.name in self.programs
        }

    def _reading(self, job: JobSettings) -> Reading:
        """The options of a job; of a program with sub-commands those of its own."""
        reading = read_parameters(self.root, self.start(job))
        command = str(job.hyperparameters.get(COMMAND_KEY, ""))
        return reading.of_command(command) if command in reading.commands else reading

    @cached_property
    def calls(self) -> tuple[CodeCall, ...]:
        return tuple(self._calls())

    def _calls(self) -> Iterator[CodeCall]:
        for path, tree in self.modules.items():
            constants = module_constants(tree)
            nodes = [node for node in walk(tree) if isinstance(node, ast.Call)]
            for node in sorted(nodes, key=lambda one: (one.lineno, one.col_offset)):
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                values = (literal(one, constants) for one in given if not isinstance(one, ast.Starred))
                texts = [one.value for one in values if one is not None and isinstance(one.value, str)]
                yield CodeCall(path, node, name, tuple(texts))


def folders(job: JobSettings) -> dict[str, str]:
    """The folders of a job's channels, by the channels' names."""
    return {name: one.local.rstrip("/") for name, one in job.channels.items() if one.local}
