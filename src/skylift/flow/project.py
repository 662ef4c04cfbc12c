"""The Python face: a project, and what can be done with it. The CLI uses nothing else."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from skylift import __version__
from skylift.ci import circleci, plain
from skylift.ci.pipeline import Pipeline, pipeline
from skylift.errors import NotReady, SkyliftError, UsageError
from skylift.flow.backends import backend_for, reachable, refuse_elsewhere
from skylift.flow.emulation import shell
from skylift.flow.images import destination, prepare
from skylift.flow.launching import Launch
from skylift.flow.preparing import RunOptions, prepare_run
from skylift.flow.running import Run
from skylift.flow.sources import Sources
from skylift.flow.world import Cloud, World
from skylift.host.files import read_source_text, write_text
from skylift.runs.compare import compare
from skylift.runs.store import RunStore, newest
from skylift.runs.unpack import copy, download, files_in, unpack
from skylift.values.comparison import Comparison
from skylift.values.packages import Lock, Upgrade
from skylift.values.plan import BuiltImage, ImagePlan, Plan
from skylift.values.progress import Progress
from skylift.values.record import Artifact, Left, Record
from skylift.values.references import S3Url, parse_s3
from skylift.values.settings import Origin

_VENDORS: dict[str, tuple[str, Callable[[Pipeline], str]]] = {
    "circleci": (circleci.FILE, circleci.circleci),
    "plain": (plain.FILE, plain.plain),
}


@dataclass(frozen=True)
class Project:
    """A project with its config, ready to plan, build and run."""

    sources: Sources
    problem: SkyliftError | None = None
    """What is wrong with the config, where only the runs were asked for."""

    @classmethod
    def load(
        cls,
        path: Path | str = ".",
        *,
        world: World | None = None,
        overrides: Mapping[str, Any] | None = None,
        locked: bool = False,
    ) -> Project:
        """Read the project that ``path`` lies in.

        :raises ConfigError: with every problem of the config.
        :raises NotReady: when there is no config yet.
        """
        sources = Sources.read(Path(path), world or World.here(), overrides=overrides or {}, locked=locked)
        return cls(sources)

    @classmethod
    def of_runs(
        cls,
        path: Path | str = ".",
        *,
        world: World | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> Project:
        """The project with its runs, which are there whatever is wrong with its config.

        :raises NotReady: when there is neither a config nor a run.
        """
        return cls(*Sources.of_runs(Path(path), world or World.here(), overrides=overrides or {}))

    @property
    def root(self) -> Path:
        return self.sources.root

    @property
    def store(self) -> RunStore:
        return RunStore(self.root)

    def origins(self) -> tuple[Origin, ...]:
        return self.sources.loaded.origins

    def lock(self, upgrade: tuple[str, ...] | None = None) -> Lock:
        """The lock, renewed where it has to be.

        :param upgrade: packages to have in newer versions where they fit; all of them when none is named.
        """
        if upgrade is None:
            return self.sources.lock
        return self.sources.make_lock(Upgrade(upgrade))

    def plan(self, options: RunOptions) -> Plan:
        """What ``run`` would do. Creates nothing; loaded with ``locked``, it does not renew the lock either."""
        return self._launch(options, only_plan=True).plan()

    def run(self, options: RunOptions) -> Run:
        """Start a run; returns as soon as the job is created."""
        return self._launch(options).start()

    def shell(self, options: RunOptions, command: tuple[str, ...] = ()) -> int:
        """A shell on our own terminal where a run's code would start; nothing of it is recorded or kept."""
        return self._launch(options).shell(command)

    def shell_of(self, text: str, command: tuple[str, ...] = ()) -> int:
        """A shell in the environment of a run on this machine, with what is left of its files.

        :raises UsageError: for a run that was not on this machine.
        """
        name = self.store.resolve(text)
        intent = self.store.intent(name)
        if intent.get("executor") not in ("process", "docker"):
            raise UsageError(
                f"run {name} was not on this machine, and a shell opens here",
                hints=("the project as it is now, in its image: skylift run --on docker --shell",),
            )
        return shell(self.store.folder(name), intent, command, self.sources.world.environment)

    def plan_image(self) -> ImagePlan:
        return prepare(self.sources, destination(self.sources, self._cloud())).plan()

    def build(self, *, push: bool) -> BuiltImage:
        """Assemble the image; push what the registry does not have."""
        clock = self.sources.world.clock
        began = clock.monotonic()
        work = prepare(self.sources, destination(self.sources, self._cloud()))
        if push:
            return work.push()
        image = work.build()
        return BuiltImage(image.digest, None, (), work.layers(), 0, clock.monotonic() - began)

    def runs(self) -> list[Record]:
        """All runs of this project on this machine, newest first."""
        found = [self._record(name) for name in self.store.names()]
        return newest(record for record in found if record is not None)

    def find(self, text: str) -> Run:
        """A run by name, unique suffix, or ``@last``.

        :raises UsageError: when there is none, or more than one.
        """
        return self._run(self.store.resolve(text))

    def _run(self, name: str) -> Run:
        executor = self.store.intent(name).get("executor")
        kind = {"process": "local", "docker": "docker"}.get(str(executor), "sagemaker")
        backend = backend_for(kind, self.sources, self._cloud(), self.store, detach=True)
        backend = reachable(backend, self.store.intent(name), self.sources.world.environment)
        return Run(name, self.store, backend)

    def compare(self, names: tuple[str, ...]) -> Comparison:
        return compare([self.find(name).record for name in names])

    def pull(self, text: str, into: Path, what: Artifact = "model") -> list[str]:
        """Put a run's model, or its output, into a new folder, unpacked; the names of its files.

        :raises NotReady: when there is none, or none yet.
        """
        run = self.find(text)
        record, left = run.record, run.left
        uri = record.artifact(what)
        if not record.terminal or (not uri and record.status != "Failed"):
            raise NotReady(f"run {record.name} has no {what} yet: it is {record.secondary}")
        # A success has a model, be it an empty one: where that is missing somebody has taken it away.
        optional = run.backend.here and (what == "output" or record.status == "Failed")
        is_missing = not uri or (optional and not getattr(left, what))
        files = [] if is_missing else self._bring(record, uri, into)
        if not files:
            if into.is_dir() and uri != f"{into.absolute().as_uri()}/":
                into.rmdir()
            raise _nothing(record, what, left)
        return files

    def ci(self, vendor: str, target: str) -> tuple[Path, str]:
        """The pipeline file of a CI vendor: where it belongs, and its text.

        :raises ConfigError: when there is no such target.
        """
        settings = self.sources.settings
        self.sources.target(target)
        found = pipeline(settings.name, python=settings.python, target=target, version=__version__)
        file, render = _VENDORS[vendor]
        return self.root / file, render(found)

    def write_ci(self, path: Path, text: str) -> None:
        """
        :raises UsageError: rather than overwrite a file that says something else.
        """
        if path.exists() and read_source_text(path) != text:
            raise UsageError(f"{path} is already there and differs", hints=("see the new one: --dry-run",))
        write_text(path, text)

    def _bring(self, record: Record, uri: str, into: Path) -> list[str]:
        """An archive, or with OutputDataConfig.CompressionType NONE a folder or a prefix."""
        if not uri.endswith("/"):
            return unpack(self._archive(record, uri), into)
        if uri.startswith("file://"):
            source = _existing(record, _path_of(uri))
            return copy(source, into) if source != into.absolute() else files_in(source)
        refuse_elsewhere(self.store.intent(record.name), self.sources.world.environment)
        store, prefix = self._cloud().store, parse_s3(uri)
        names = [found.url.key.removeprefix(prefix.key) for found in store.iterate(prefix)]
        return download(
            names, lambda name, path: store.download(S3Url(prefix.bucket, prefix.key + name), path), into
        )

    def _archive(self, record: Record, uri: str) -> Path:
        if uri.startswith("file://"):
            return _existing(record, _path_of(uri))
        path = self.store.folder(record.name).artifacts / uri.rpartition("/")[2]
        if not path.exists():
            refuse_elsewhere(self.store.intent(record.name), self.sources.world.environment)
            path.parent.mkdir(exist_ok=True)
            self._cloud().store.download(parse_s3(uri), path)
        return path

    def _record(self, name: str) -> Record | None:
        try:
            # A list must not ask a service about every run; `show` does, for the one that is asked for.
            if self.store.intent(name).get("executor") == "service":
                return self.store.load(name)
            return self._run(name).record
        except NotReady as error:
            # One run that can not be read must not hide the others.
            self.sources.world.report(Progress("warning", str(error)))
            return None
        except OSError as error:
            # Its owner died, and there is no room to write that down: what is known is shown all the same.
            self.sources.world.report(Progress("warning", f"run {name} can not be given its end: {error}"))
            return self.store.load(name)

    def _launch(self, options: RunOptions, *, only_plan: bool = False) -> Launch:
        prepared = prepare_run(self.sources, options, only_plan=only_plan)
        return Launch(prepared, self._cloud(), self.store)

    def _cloud(self) -> Cloud:
        problem = self.problem
        if problem is not None:
            hints = (
                *problem.hints,
                "a run in the cloud is reached with [aws] of the config; one on this machine needs none",
            )
            problem = UsageError(str(problem), hints=hints)
        return Cloud(self.sources.settings.aws, self.sources.world, problem=problem)


def _path_of(uri: str) -> Path:
    return Path(os.fsdecode(unquote_to_bytes(urlsplit(uri).path)))


def _existing(record: Record, path: Path) -> Path:
    if not path.exists():
        raise NotReady(f"run {record.name} has left nothing there, or it is gone: {path}")
    return path


def _nothing(record: Record, what: Artifact, left: Left) -> NotReady:
    tag, variable = record.name[-4:], {"model": "SM_MODEL_DIR", "output": "SM_OUTPUT_DATA_DIR"}[what]
    if record.status == "Failed":
        return NotReady(f"run {record.name} has no {what}: it failed", hints=(f"skylift show {tag}",))
    if what == "model" and left.output:
        hints = [f"it has an output: skylift pull {tag} output"]
    elif what == "output" and left.model:
        hints = [f"it has a model: skylift pull {tag}"]
    else:
        hints = [
            f"whether it left files beside itself, and how to keep them, is in its log: skylift logs {tag}"
        ]
    return NotReady(f"run {record.name} has no {what}: nothing was written to {variable}", hints=tuple(hints))
