"""What the project is right now: config, files, lock, schemas. Read once for one command."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from skylift.errors import ConfigError, Issue, NotReady, SkyliftError, UsageError
from skylift.flow.world import World
from skylift.host.files import canonical_json, sha256_file
from skylift.packages.lock import LOCK_NAME, is_fresh, known_lock, lock_project
from skylift.project.config.find import find_root
from skylift.project.config.layers import dotted
from skylift.project.config.load import load
from skylift.project.files.describe import description
from skylift.project.files.revision import revision
from skylift.project.files.ship import files_that_ship
from skylift.project.parameters.schema import read_schema
from skylift.project.source.import_path import import_path
from skylift.runs.store import STATE_FOLDER
from skylift.values.arguments import Schema
from skylift.values.known import KnownFile
from skylift.values.packages import Asked, Lock, Upgrade
from skylift.values.progress import Progress
from skylift.values.project import Loaded, Revision, ShippedFile
from skylift.values.references import slug
from skylift.values.settings import JobSettings, Settings, TargetSettings
from skylift_runtime.contract import DEFAULT_JOB

_OF_THE_LOCK = frozenset({"python", "requirements", "dependencies", "extras", "groups"})


@dataclass(frozen=True)
class Past:
    """Of which project a copy holds earlier code, and where that code stands in git."""

    home: Path
    revision: Revision


@dataclass(frozen=True)
class Sources:
    """A project as it stands. Everything is read when it is first asked for, and only once."""

    loaded: Loaded
    world: World
    locked: bool = False
    """Refuse a stale lock instead of renewing it."""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """What was said for this command only."""
    past: Past | None = None
    """For the code of an earlier run, which lies in a copy of the project."""

    @classmethod
    def read(
        cls, start: Path, world: World, *, overrides: Mapping[str, Any], locked: bool = False
    ) -> Sources:
        root = find_root(start)
        loaded = load(root, environment=world.environment, home=world.home, overrides=overrides)
        for warning in loaded.warnings:
            world.report(Progress("warning", warning))
        return cls(loaded, world, locked, overrides)

    @classmethod
    def of_runs(
        cls, start: Path, world: World, *, overrides: Mapping[str, Any]
    ) -> tuple[Sources, SkyliftError | None]:
        """What is needed to find runs, and what is wrong with the config, which they do not need.

        :raises NotReady: when there is neither a config nor a run.
        """
        try:
            return cls.read(start, world, overrides=overrides), None
        except (ConfigError, NotReady) as problem:
            root = find_root(start)
            if isinstance(problem, NotReady) and not (root / STATE_FOLDER / "runs").is_dir():
                raise
            empty = Loaded(root, Settings(slug(root.name, limit=40) or "project"), ())
            return cls(empty, world), problem

    @property
    def root(self) -> Path:
        return self.loaded.root

    @property
    def home(self) -> Path:
        """Where the project itself lies, with its data and its environment: the root, unless that is a copy."""
        return self.past.home if self.past is not None else self.root

    @property
    def settings(self) -> Settings:
        return self.loaded.settings

    def job(self, name: str) -> JobSettings:
        return _named("job", self.settings.jobs, name)

    def target(self, name: str) -> TargetSettings:
        return _named("target", self.settings.targets, name)

    def key(self, job: JobSettings, table: str, name: str) -> str:
        """Where a key of one of a job's tables stands, for messages: the file and the key."""
        path = (table,) if job.name == DEFAULT_JOB else ("jobs", job.name, table)
        wanted = dotted((*path, name))
        origin = next((one.origin for one in self.loaded.origins if one.key == wanted), "")
        if origin and not origin.endswith(".toml"):
            # A flag or a variable.
            return origin
        table = ".".join([*(["tool.skylift"] if origin == "pyproject.toml" else []), *path])
        return f"{origin} [{table}] {name}".strip()

    @cached_property
    def files(self) -> tuple[ShippedFile, ...]:
        folders = {
            channel.local
            for job in self.settings.jobs.values()
            for channel in job.channels.values()
            if channel.local
        }
        return files_that_ship(self.root, self.settings.ship.include, without=tuple(sorted(folders)))

    @cached_property
    def schemas(self) -> dict[str, Schema]:
        return {name: read_schema(self.root, job) for name, job in self.settings.jobs.items()}

    @cached_property
    def description(self) -> bytes:
        path = import_path(self.root, self.settings.jobs.values())
        return description(self.settings, self.schemas, self.files, path)

    @cached_property
    def revision(self) -> Revision:
        return self.past.revision if self.past is not None else revision(self.root)

    @cached_property
    def lock(self) -> Lock:
        return self.make_lock()

    def make_lock(self, upgrade: Upgrade | None = None) -> Lock:
        """The lock, renewed where it has to be, or in any case with newer versions.

        :raises UsageError: when it would be renewed for what is said for this command only.
        """
        settings = self.settings
        asked = Asked(
            settings.python,
            settings.requirements,
            settings.dependencies,
            settings.extras,
            settings.groups,
        )
        if not self.locked:
            self._refuse_passing_values(asked)
        return lock_project(
            self.root,
            asked,
            environment=self.world.environment,
            report=self.world.report,
            locked=self.locked,
            upgrade=upgrade,
        )

    def _refuse_passing_values(self, asked: Asked) -> None:
        """What a flag or a variable says is for one command, and the lock is for everybody."""
        passing = {
            origin.origin: origin.key
            for origin in self.loaded.origins
            if origin.key in _OF_THE_LOCK and origin.origin.startswith(("--set ", "SKYLIFT_"))
        }
        if passing and not is_fresh(self.root, asked):
            keys = ", ".join(f"`{key}`" for key in passing.values())
            raise UsageError(
                f"{LOCK_NAME} is for everybody, and would be made for {', '.join(passing)} of this command",
                hints=(f"write {keys} into the config, then: skylift lock",),
            )

    @cached_property
    def known_lock(self) -> Lock | None:
        """The lock as it lies there, fresh or stale: nothing is resolved, so no network is needed."""
        return known_lock(self.root)

    @cached_property
    def code_hash(self) -> str:
        """SHA-256 over the files that ship, for telling whether two commands want the same thing."""
        rows = [(file.path, file.executable, file.link or file.sha256) for file in self.contents]
        return hashlib.sha256(canonical_json(rows) + self.description).hexdigest()

    @cached_property
    def contents(self) -> tuple[KnownFile, ...]:
        """The files that ship, with what is in them."""
        return tuple(_content(self.root, file) for file in self.files)


def _content(root: Path, file: ShippedFile) -> KnownFile:
    if file.link:
        return KnownFile(file.path, executable=file.executable, link=file.link)
    path = root / file.path
    return KnownFile(file.path, sha256_file(path), path.stat().st_size, file.executable)


Entry = TypeVar("Entry", JobSettings, TargetSettings)


def _named(kind: str, table: Mapping[str, Entry], name: str) -> Entry:
    if name in table:
        return table[name]
    raise ConfigError(
        [
            Issue(
                f"--{'on' if kind == 'target' else kind}",
                f"no {kind} {name!r}",
                "there are: " + ", ".join(sorted(table)),
            )
        ]
    )
