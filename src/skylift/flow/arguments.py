"""The arguments of one run: what the config and the command line give, by what the program takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skylift.flow.sources import Sources
from skylift.project.arguments.groups import chosen_groups
from skylift.project.arguments.resolve import resolve
from skylift.project.parameters.schema import read_schema
from skylift.project.source.command import words_of
from skylift.project.source.entry import entry_file
from skylift.project.source.notebooks import (
    is_notebook,
    notebook_of,
    refuse_for_notebook,
    refuse_overwritten,
)
from skylift.values.arguments import Schema
from skylift.values.progress import Progress
from skylift.values.project import Arguments
from skylift.values.secrets import is_secret
from skylift.values.settings import JobSettings
from skylift_runtime.contract import COMMAND_KEY


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
    notebook = entry_file(sources.root, str(job.entry_point)) if is_notebook(job.entry_point) else None
    if notebook is not None:
        refuse_overwritten(str(job.entry_point), notebook_of(notebook), arguments.given)
    secrets = [item for item in given if is_secret(*item.partition("=")[::2])]
    command = str(arguments.given.get(COMMAND_KEY) or "")
    for warning in (*arguments.warnings, *_unheard(schema, raw, command), *_told(secrets)):
        sources.world.report(Progress("warning", warning))
    return arguments


def _unheard(schema: Schema, raw: Sequence[str], command: str) -> Iterator[str]:
    if command and raw and raw[0] in schema.commands:
        yield f"what follows `--` is appended: `{raw[0]}` stands behind the sub-command `{command}` that is chosen already"
    if raw and schema.complete and not schema.parameters and not schema.source:
        yield "the program reads no command line, as far as its source tells: nobody reads what follows `--`"


def _told(secrets: Sequence[str]) -> Iterator[str]:
    if secrets:
        names = [item.partition("=")[0] for item in secrets]
        variable = names[0].replace("-", "_").replace(".", "_").upper()
        yield (
            f"{', '.join(f'`{name}`' for name in names)} looks like a secret, and parameters are in the request and the "
            f'record; a variable of the job is in neither: [secrets] {variable} = "env:{variable}"'
        )
