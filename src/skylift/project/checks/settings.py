"""Checks of what the config says against what the programs take."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterator

from skylift.errors import ConfigError
from skylift.project.arguments.exclusive import of_command, unmet, ways
from skylift.project.arguments.raw import read_raw
from skylift.project.arguments.resolve import resolve, unknown_places
from skylift.project.arguments.scope import in_scope
from skylift.project.checks.subject import Subject
from skylift.project.init.cloud import SUGGESTED
from skylift.project.source.command import words_of
from skylift.values.arguments import Exclusive, Parameter
from skylift.values.finding import Finding
from skylift.values.settings import JobSettings
from skylift_runtime.contract import COMMAND_KEY, DEFAULT_JOB


def unknown_parameters(subject: Subject) -> Iterator[Finding]:
    """A value in [hyperparameters] that the program can not be given: no such name, another type, none of the choices."""
    for job in subject.jobs:
        yield from _unfit(subject, job)


def _unfit(subject: Subject, job: JobSettings) -> Iterator[Finding]:
    schema = subject.schemas[job.name]
    # What is required may come with each run: that is none of the config's faults.
    given = [parameter.key for parameter in schema.parameters]
    try:
        resolve(schema, job.hyperparameters, (), bound=given, where="{} {}".format)
    except ConfigError as error:
        for issue in error.issues:
            if issue.where == COMMAND_KEY:
                # No sub-command is chosen yet: a note, like all that is required.
                continue
            name = issue.where.removeprefix("hyperparameters ").partition("=")[0]
            yield Finding(
                "parameter", "error", subject.where(job, "hyperparameters", name), issue.what, issue.hint
            )


def unknown_arguments(subject: Subject) -> Iterator[Finding]:
    """A name in [arguments] that the program does not take."""
    for job in subject.jobs:
        schema = subject.schemas[job.name]
        for issue in unknown_places(schema, job.arguments, "{} {}".format):
            at = subject.where(job, *issue.where.split(" ", 1))
            yield Finding("argument", "error", at, issue.what, issue.hint)
        known = [] if schema.complete else sorted(parameter.key for parameter in schema.parameters)
        for name in job.arguments:
            if known and schema.find(name) is None and not schema.takes(name):
                near = difflib.get_close_matches(name.replace("_", "-"), known, 1, 0.6)
                remedy = f"did you mean `{near[0]}`?" if near else "it may be one of those that were not read"
                what = f"the program has no option `{name}` that could be read"
                yield Finding("argument", "warning", subject.where(job, "arguments", name), what, remedy)


def unfilled(subject: Subject) -> Iterator[Finding]:
    """A value that the program requires, and that neither config nor contract gives."""
    for job in subject.jobs:
        run = "skylift run" + ("" if job.name == DEFAULT_JOB else f" --job {shlex.quote(job.name)}")
        schema, at = subject.schemas[job.name], subject.where(job, "entry-point")
        if schema.command_required and len(schema.commands) > 1 and COMMAND_KEY not in job.hyperparameters:
            what = f"the program wants one of its sub-commands: {', '.join(schema.commands)}"
            remedy = f"give it at each run: {run} {COMMAND_KEY}={shlex.quote(schema.commands[0])}, or in [hyperparameters]"
            yield Finding("required", "note", at, what, remedy)
        for parameter in missing(subject, job):
            what = f"the program requires `{parameter.key}`"
            remedy = f"give it at each run: {run} {parameter.key}=VALUE, or in [hyperparameters]"
            yield Finding("required", "note", at, what, remedy)
        for group in missing_groups(subject, job):
            what = f"the program requires one of {', '.join(f'`{key}`' for key in group.keys)}"
            remedy = f"give it at each run: {ways(group, schema)}, or in [hyperparameters]"
            yield Finding("required", "note", at, what, remedy)


def missing(subject: Subject, job: JobSettings) -> list[Parameter]:
    """What a run of a job has to be given, since neither config nor contract gives it."""
    scope = in_scope(subject.schemas[job.name], _command(subject, job))
    given = {name.replace("-", "_") for name in (*job.hyperparameters, *job.arguments)}
    said = read_raw(scope, {}, words_of(subject.root, job.command)).seen
    return [
        one
        for one in scope.parameters
        if one.required
        and one.key not in said
        and not {name.replace("-", "_") for name in (one.key, *one.aliases)} & given
    ]


def missing_groups(subject: Subject, job: JobSettings) -> list[Exclusive]:
    """Of which groups it has to be given one."""
    schema, command = subject.schemas[job.name], _command(subject, job)
    scope = in_scope(schema, command)
    said = read_raw(scope, {}, words_of(subject.root, job.command)).seen
    return list(unmet(of_command(schema, command), scope, dict(job.hyperparameters), {*job.arguments, *said}))


def _command(subject: Subject, job: JobSettings) -> str:
    """The sub-command that a run of a job has, as far as the config and the program say."""
    schema = subject.schemas[job.name]
    only = schema.commands[0] if len(schema.commands) == 1 and schema.command_required else ""
    return str(job.hyperparameters.get(COMMAND_KEY) or only)


def cloud(subject: Subject) -> Iterator[Finding]:
    """A target in the cloud that lacks what every job there needs."""
    aws = subject.settings.aws
    missing = [key for key in ("region", "storage", "role") if not getattr(aws, key)]
    clouds = {name: one for name, one in subject.settings.targets.items() if one.backend == "sagemaker"}
    looked_at = aws.storage or aws.role or aws.account or any(one != SUGGESTED for one in clouds.values())
    targets = list(clouds) if looked_at else []
    if missing and targets:
        what = f"jobs on `{targets[0]}` want [aws] {', '.join(missing)}"
        yield Finding(
            "cloud",
            "note",
            subject.where(None, "targets", targets[0]),
            what,
            "set them before the first job there",
        )


def notebooks(subject: Subject) -> Iterator[Finding]:
    """A notebook that is given values, and has no cell for them."""
    for job in subject.jobs:
        if not str(job.entry_point or "").endswith(".ipynb"):
            continue
        if not subject.schemas[job.name].parameters and _is_given_values(job):
            what = "no cell is tagged `parameters`: values are set before the first cell, which may set them again"
            remedy = "tag the cell with the defaults: in Jupyter, View > Cell toolbar > Tags"
            yield Finding("notebook", "warning", str(job.entry_point), what, remedy)


def _is_given_values(job: JobSettings) -> bool:
    return bool(job.hyperparameters or job.arguments)
