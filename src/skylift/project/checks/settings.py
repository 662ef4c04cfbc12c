"""Checks of what the config says against what the programs take."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from skylift.errors import ConfigError
from skylift.project.arguments.resolve import resolve
from skylift.project.checks.subject import Subject
from skylift.values.finding import Finding, Severity
from skylift.values.settings import JobSettings


def unknown_parameters(subject: Subject) -> Iterator[Finding]:
    """A value in [hyperparameters] that the program can not be given: no such name, another type, none of the choices."""
    for job in subject.jobs:
        yield from _unfit(subject, job)


def _unfit(subject: Subject, job: JobSettings) -> Iterator[Finding]:
    try:
        resolve(subject.schemas[job.name], job.hyperparameters, ())
    except ConfigError as error:
        for issue in error.issues:
            at = subject.where(job, "hyperparameters", issue.where.removeprefix("[hyperparameters] "))
            yield Finding("parameter", "error", at, issue.what, issue.hint)


def unknown_arguments(subject: Subject) -> Iterator[Finding]:
    """A name in [arguments] that the program does not take."""
    for job in subject.jobs:
        schema = subject.schemas[job.name]
        known = sorted(parameter.key for parameter in schema.parameters)
        for name in job.arguments:
            if schema.find(name) is None and known:
                near = difflib.get_close_matches(name.replace("_", "-"), known, 1, 0.6)
                remedy = f"did you mean `{near[0]}`?" if near else "there are: " + ", ".join(known)
                severity: Severity = "error" if schema.complete else "warning"
                what = f"the program has no option `{name}`"
                yield Finding("argument", severity, subject.where(job, "arguments", name), what, remedy)


def unfilled(subject: Subject) -> Iterator[Finding]:
    """A value that the program requires, and that neither config nor contract gives."""
    for job in subject.jobs:
        given = {name.replace("-", "_") for name in (*job.hyperparameters, *job.arguments)}
        for parameter in subject.schemas[job.name].parameters:
            names = {name.replace("-", "_") for name in (parameter.key, *parameter.aliases)}
            if parameter.required and not parameter.command and not names & given:
                what = f"the program requires `{parameter.key}`"
                run = "skylift run" + ("" if job.name == "train" else f" --job {job.name}")
                remedy = f"give it at each run: {run} {parameter.key}=VALUE, or in [hyperparameters]"
                yield Finding("required", "note", subject.where(job, "entry-point"), what, remedy)


def cloud(subject: Subject) -> Iterator[Finding]:
    """A target in the cloud that lacks what every job there needs."""
    aws = subject.settings.aws
    missing = [key for key in ("region", "storage", "role") if not getattr(aws, key)]
    targets = [name for name, one in subject.settings.targets.items() if one.backend == "sagemaker"]
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
