"""The Python face: a project, and what can be done with it. The CLI uses nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from skylift import __version__
from skylift.ci import circleci, plain
from skylift.ci.pipeline import Pipeline, pipeline
from skylift.errors import SkyliftError, UsageError
from skylift.flow.backends import backend_for, reachable
from skylift.flow.compared import Compared
from skylift.flow.comparing import EVERYTHING, CompareOptions, compare_runs
from skylift.flow.demands import NO_DEMANDS, Demands
from skylift.flow.emulation import shell
from skylift.flow.images import destination, prepare
from skylift.flow.launching import Launch
from skylift.flow.listed import Runs
from skylift.flow.listing import list_runs
from skylift.flow.preparing import RunOptions, prepare_run
from skylift.flow.repeating import NOTHING_CHANGED, Changes, repeated
from skylift.flow.running import Run
from skylift.flow.sources import Sources
from skylift.flow.spelled import Hyperparameters, spelled
from skylift.flow.world import Cloud, World
from skylift.host.files import read_source_text, write_text
from skylift.runs.store import RunStore
from skylift.values.packages import Lock, Upgrade
from skylift.values.plan import BuiltImage, ImagePlan, Plan
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

    def __repr__(self) -> str:
        return f"<Project {self.sources.settings.name}: {self.root}>"

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

    def plan(
        self,
        *,
        target: str = "local",
        job: str = "train",
        hyperparameters: Hyperparameters | None = None,
        arguments: Sequence[str] = (),
        demands: Demands = NO_DEMANDS,
    ) -> Plan:
        """What ``run`` would do with the same words. Creates nothing.

        Loaded with ``locked``, the project does not renew the lock either.

        >>> plan = Project.load(folder).plan(hyperparameters={"epochs": 3})
        >>> plan.target, plan.request["HyperParameters"]
        ('local', {'epochs': '3'})
        """
        given = spelled(hyperparameters)
        options = RunOptions(target, job, given, tuple(arguments), demands=demands)
        return self._launch(options, only_plan=True).plan()

    def run(
        self,
        *,
        target: str = "local",
        job: str = "train",
        hyperparameters: Hyperparameters | None = None,
        arguments: Sequence[str] = (),
        python: str | None = None,
        detach: bool = True,
        demands: Demands = NO_DEMANDS,
    ) -> Run:
        """Start a run; returns as soon as the job is created. It goes on by itself.

        :param target: ``local``, ``docker``, or a target of the config.
        :param job: which of the project's jobs.
        :param hyperparameters: values by name, of the types that the script's parser declares; or ``name=value`` items.
        :param arguments: passed to the script as they are, as what follows ``--`` on the command line.
        :param python: interpreter for the local target.
        :param detach: false ties a job on this machine to this process: when that ends, in whatever way, so does the job.
        :param demands: limits and faults for this run only.
        :raises ConfigError: for a config, or hyperparameters, that can not be; every problem at once.
        :raises NotReady: for what this machine lacks.
        :raises RemoteError: when a registry or AWS did not do what it was asked.

        >>> run = Project.load(folder).run(hyperparameters={"epochs": 1, "lr": 0.2})
        >>> run.wait().at("Skylift.given")
        {'epochs': 1, 'lr': 0.2}
        """
        options = RunOptions(target, job, spelled(hyperparameters), tuple(arguments), python, detach, demands)
        return self._launch(options).start()

    def shell(
        self,
        *,
        target: str = "local",
        job: str = "train",
        hyperparameters: Hyperparameters | None = None,
        arguments: Sequence[str] = (),
        python: str | None = None,
        demands: Demands = NO_DEMANDS,
    ) -> int:
        """A shell on our own terminal where a run's code would start; nothing of it is recorded or kept."""
        given = spelled(hyperparameters)
        options = RunOptions(target, job, given, tuple(arguments), python, demands=demands)
        return self._launch(options).shell(())

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

    def runs(self, where: str | None = None, *, sort: str | None = None, limit: int = 0) -> Runs:
        """The runs of this project on this machine, newest first or as ``sort`` says.

        :param where: a question as ``skylift runs --where`` takes it: ``metric:"validation:auc" > 0.8 and param:lr < 0.01``.
        :param sort: fields with commas between them, downwards with ``-`` in front.
        :param limit: at most so many; 0 for all.
        :raises UsageError: for a question that can not be answered, with every problem in it.

        >>> project = Project.load(folder)
        >>> for lr in (0.3, 0.1):
        ...     _ = project.run(hyperparameters={"lr": lr, "epochs": 1}).wait()
        >>> [run.record.at("Skylift.given.lr") for run in project.runs("param:lr in (0.1, 0.3)", sort="param:lr")]
        [0.1, 0.3]
        >>> project.runs("param:lr = 0.1").rows()[0]["metric:validation:auc"]
        0.95
        """
        world = self.sources.world
        found = list_runs(
            self.store,
            world.clock,
            world.environment,
            where=where,
            sort=sort,
            limit=limit,
            report=world.report,
        )
        return Runs(tuple(found), self._run)

    def find(self, text: str) -> Run:
        """A run by name, unique suffix, or ``@last``.

        :raises UsageError: when there is none, or more than one.
        """
        return self._run(self.store.resolve(text))

    def _run(self, name: str) -> Run:
        cloud, executor = self._cloud(), self.store.intent(name).get("executor")
        kind = {"process": "local", "docker": "docker"}.get(str(executor), "sagemaker")
        backend = backend_for(kind, self.sources, cloud, self.store, detach=True)
        backend = reachable(backend, self.store.intent(name), self.sources.world.environment)
        return Run(name, self.store, backend, cloud)

    def compare(self, *runs: str, options: CompareOptions = EVERYTHING) -> Compared:
        """Put runs side by side: those, or one and the one before it, or the last two of the same job.

        :raises UsageError: when there are not two.
        """
        asked = replace(options, runs=runs or options.runs)
        return compare_runs(asked, self.store, self.root, lambda name: self._run(name).record)

    def again(self, run: str, changes: Changes = NOTHING_CHANGED) -> Run:
        """Start a run that is like another, but for what is changed. What else is not the same its record says.

        :raises NotReady: when something could not be the same, and ``changes.exact`` wants that it is.

        >>> first = Project.load(folder).run(hyperparameters={"epochs": 1, "lr": 0.2})
        >>> second = Project.load(folder).again(first.wait().name, Changes(given=("lr=0.5",)))
        >>> second.wait().at("Skylift.given"), second.record.at("Skylift.like.changed")
        ({'epochs': 1, 'lr': 0.5}, {'lr': 0.5})
        """
        with repeated(self.find(run).record, changes, self.sources, self.store) as launch:
            return launch.start()

    def plan_again(self, run: str, changes: Changes = NOTHING_CHANGED) -> Plan:
        """What ``again`` would do, and what would not be the same."""
        record = self.find(run).record
        with repeated(record, changes, self.sources, self.store, only_plan=True) as launch:
            return launch.plan()

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
