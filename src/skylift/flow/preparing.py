"""One run, thought through: what it is called, what it is given, where its inputs come from."""

from __future__ import annotations

import getpass
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from skylift.errors import ConfigError, Issue
from skylift.flow.arguments import arguments_of
from skylift.flow.channels import ChannelInput, channel_facts, channel_input
from skylift.flow.demands import NO_DEMANDS, Demands, demanded
from skylift.flow.handing import check_secrets
from skylift.flow.interpreters import UNKNOWN, Interpreter, interpreter_for, need_for_notebook
from skylift.flow.sources import Sources
from skylift.flow.started import concerns, started
from skylift.host.files import canonical_json
from skylift.host.redaction import without_secret
from skylift.project.arguments.wire import Wire, on_wire
from skylift.project.source.notebooks import is_notebook
from skylift.runs.store import RunStore
from skylift.values.jobs import ChannelSpec, JobSpec
from skylift.values.project import Arguments
from skylift.values.references import letters_after, run_name
from skylift.values.settings import JobSettings, SystemSettings, TargetSettings
from skylift_runtime.contract import (
    COMMAND_KEY,
    FIGURES_VARIABLE,
    GRACE_VARIABLE,
    JOB_VARIABLE,
    LOCAL_ACCOUNT,
    SECRET_PREFIX,
    STOP_GRACE_S,
)

LOCAL_ROLE = f"arn:aws:iam::{LOCAL_ACCOUNT}:role/local"


@dataclass(frozen=True)
class RunOptions:
    """What the command line, or the Python caller, asks for."""

    target: str = "local"
    job: str = "train"
    given: tuple[str, ...] = ()
    """``name=value`` items."""
    raw: tuple[str, ...] = ()
    """Passed to the script as they are."""
    python: str | None = None
    """Interpreter for the local target."""
    detach: bool = False
    demands: Demands = NO_DEMANDS


@dataclass(frozen=True)
class Prepared:
    """Everything that was found out before anything is created."""

    name: str
    sources: Sources
    options: RunOptions
    job: JobSettings
    target: TargetSettings
    arguments: Arguments
    channels: tuple[ChannelInput, ...]
    interpreter: Interpreter
    ours: Mapping[str, Any] = field(default_factory=dict)
    """What the record says under ``Skylift`` from the start."""

    @property
    def inputs(self) -> str:
        """Hash of what this run is made of: two commands with equal inputs want the same thing."""
        settings = self.sources.settings
        parts = [
            settings.name,
            self.options.job,
            dict(self.arguments.given),
            list(self.arguments.raw),
            self.sources.code_hash,
            self.ours.get("lock"),
            dict(self.job.secrets),
            [(channel.name, channel.identity, asdict(channel.settings)) for channel in self.channels],
            asdict(self.target),
            asdict(settings.image),
            asdict(settings.aws),
        ]
        return hashlib.sha256(canonical_json(parts)).hexdigest()

    @property
    def patterns(self) -> dict[str, str]:
        """The config's own, for metrics that are not read by themselves."""
        return {name: said.pattern for name, said in self.job.metrics.items() if said.pattern is not None}

    @property
    def wire(self) -> Wire:
        return on_wire(self.arguments)

    def renamed(self) -> Prepared:
        """The same under another name."""
        return replace(self, name=_new_name(self.sources))

    def spec(
        self,
        *,
        channels: tuple[ChannelSpec, ...],
        output: str,
        role: str,
        image: str | None,
        checkpoints: str | None,
    ) -> JobSpec:
        target = self.target
        return JobSpec(
            name=self.name,
            hyperparameters=self.wire.hyperparameters,
            channels=channels,
            output=output,
            role=role,
            image=image,
            checkpoints=checkpoints,
            environment=self._environment(),
            instance_type=target.instance_type if target.backend == "sagemaker" else "local",
            instance_count=target.instance_count,
            volume_gb=target.volume,
            max_run_s=target.max_run,
            output_compression=target.output_compression,
            metrics=self.patterns,
            raw_request=target.request if target.backend == "sagemaker" else {},
        )

    def _environment(self) -> dict[str, str]:
        """Of a secret only the reference travels."""
        references = {SECRET_PREFIX + name: text for name, text in self.job.secrets.items()}
        figures = _figures(self.sources.settings.system)
        return {
            **self.target.environment,
            JOB_VARIABLE: self.job.name,
            **references,
            **_grace(self.target),
            **figures,
        }


def _grace(target: TargetSettings) -> dict[str, str]:
    return {GRACE_VARIABLE: str(target.grace)} if target.grace != STOP_GRACE_S else {}


def _figures(system: SystemSettings) -> dict[str, str]:
    return {FIGURES_VARIABLE: str(system.interval)} if system.figures else {}


def prepare_run(sources: Sources, options: RunOptions, *, only_plan: bool = False) -> Prepared:
    """Check arguments, read channels, choose the interpreter; its environment and the lock are made if need be.

    :param only_plan: choose no interpreter, so that nothing is made for one.
    :raises ConfigError: for arguments or channels that can not be; every problem at once; or for secrets.
    """
    target, job = demanded(sources.target(options.target), options.demands), sources.job(options.job)
    check_secrets(job, target, sources.world.environment)
    _refuse_names_of_jobs(sources, options)
    arguments = arguments_of(sources, job, options.given, options.raw)
    channels = tuple(
        channel_input(sources, target, (job.name, name), said) for name, said in sorted(job.channels.items())
    )
    interpreter = UNKNOWN if only_plan else interpreter_for(sources, target, options.python)
    if interpreter is not UNKNOWN and is_notebook(job.entry_point):
        need_for_notebook(sources, target, interpreter)
    prepared = Prepared(
        name=_new_name(sources),
        sources=sources,
        options=options,
        job=job,
        target=target,
        arguments=arguments,
        channels=channels,
        interpreter=interpreter,
    )
    for concern in concerns(prepared):
        sources.world.report(concern)
    return replace(prepared, ours={**_ours(prepared), **started(prepared)})


def _refuse_names_of_jobs(sources: Sources, options: RunOptions) -> None:
    """``skylift run evaluate`` means another job, where the program has no sub-command of that name.

    And so does ``command=evaluate``.
    """
    commands, jobs = sources.schemas[options.job].commands, sources.settings.jobs
    words = {item: item.removeprefix(f"{COMMAND_KEY}=") for item in options.given}
    named = [(item, word) for item, word in words.items() if word in jobs and word not in commands]
    if named:
        raise ConfigError(
            [
                Issue(
                    item,
                    "is a job, and no parameter"
                    if item == word
                    else f"`{word}` is a job, and no sub-command",
                    f"skylift run --job {word}",
                )
                for item, word in named
            ]
        )


def _new_name(sources: Sources) -> str:
    now, project = sources.world.clock.now(), sources.settings.name
    stem = run_name(project, now, "")
    # Names are what runs are in order by, and of one second the letters decide: the newer has the greater.
    before = max(
        (name.removeprefix(stem) for name in RunStore(sources.root).beginning_with(stem)), default=""
    )
    return run_name(project, now, letters_after(before, secrets.randbelow))


def _ours(prepared: Prepared) -> dict[str, Any]:
    sources, revision = prepared.sources, prepared.sources.revision
    return {
        "project": sources.settings.name,
        "job": prepared.job.name,
        "target": prepared.options.target,
        "backend": prepared.target.backend,
        "arguments": _effective(prepared),
        "given": dict(prepared.arguments.given),
        "raw": list(prepared.arguments.raw),
        "revision": {
            "commit": revision.commit,
            "branch": revision.branch,
            "dirty": revision.dirty,
            "diff": revision.diff,
            "code": sources.code_hash,
        },
        "lock": _lock_digest(sources, prepared.interpreter),
        "image": None,
        "interpreter": {
            "python": prepared.interpreter.version,
            "path": prepared.interpreter.path,
            "freeze": prepared.interpreter.freeze,
            **({"drift": prepared.interpreter.drift} if prepared.interpreter.drift else {}),
        },
        "channels": {channel.name: channel_facts(channel) for channel in prepared.channels},
        "metrics": _said_of_metrics(prepared.job),
        "user": _user(),
        "cost": None,
    }


def _said_of_metrics(job: JobSettings) -> dict[str, Any]:
    """What whoever reads the record could not know without the config."""
    goals = {name: said.goal for name, said in sorted(job.metrics.items()) if said.goal is not None}
    return {"goals": goals, "objective": job.objective}


def _effective(prepared: Prepared) -> dict[str, Any]:
    """What the script works with. Options that the contract fills have a value of each place, not one of theirs."""
    said = {name.replace("_", "-") for name in (*prepared.arguments.given, *prepared.arguments.from_raw)}
    filled = {name.replace("_", "-") for name in prepared.job.arguments} - said
    return {
        # What nobody gave stands in the source, which not everybody reads who reads records.
        key: value if key.replace("_", "-") in said else without_secret(key, value)
        for key, value in prepared.arguments.effective.items()
        if key.replace("_", "-") not in filled
    }


def _lock_digest(sources: Sources, interpreter: Interpreter) -> str | None:
    if interpreter.from_lock or (sources.locked and interpreter is not UNKNOWN):
        return sources.lock.digest
    # With an environment of the user's own nothing has to be resolved: no network is needed to train.
    return sources.known_lock.digest if sources.known_lock is not None else None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container's user id may have no name.
        return "unknown"
