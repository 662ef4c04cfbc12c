"""The arguments of one run: what the config and the command line give, by what the program takes."""

from __future__ import annotations

from collections.abc import Sequence

from skylift.flow.sources import Sources
from skylift.project.arguments.groups import chosen_groups
from skylift.project.arguments.resolve import resolve
from skylift.project.parameters.schema import read_schema
from skylift.project.source.command import words_of
from skylift.project.source.notebooks import refuse_for_notebook
from skylift.values.progress import Progress
from skylift.values.project import Arguments
from skylift.values.settings import JobSettings


def arguments_of(sources: Sources, job: JobSettings, given: Sequence[str], raw: Sequence[str]) -> Arguments:
    """Check what a run is given, and say what is worth a warning.

    :raises ConfigError: for arguments that can not be; every problem at once.
    :raises UsageError: for what a notebook can not be given.
    """
    schema = sources.schemas[job.name]
    chosen = chosen_groups(schema, job.hyperparameters, given, raw)
    if chosen:
        # Another config has other keys and values, and the record is to have those.
        schema = read_schema(sources.root, job, chosen)
    arguments = resolve(
        schema,
        job.hyperparameters,
        given,
        raw,
        bound=job.arguments,
        fixed=words_of(sources.root, job.command),
        where=lambda table, name: sources.key(job, table, name),
    )
    refuse_for_notebook(job.entry_point, arguments.given, job.arguments, raw)
    for warning in arguments.warnings:
        sources.world.report(Progress("warning", warning))
    return arguments
