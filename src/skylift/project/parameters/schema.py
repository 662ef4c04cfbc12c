"""The arguments an entry point takes, read from its source: nothing is imported or run (joint 11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from skylift.project.parameters.absl_flags import read_absl
from skylift.project.parameters.bare import read_bare
from skylift.project.parameters.bound_values import add_bound_values
from skylift.project.parameters.click_commands import read_click
from skylift.project.parameters.config_files import config_files, remarks_on
from skylift.project.parameters.context import context_of
from skylift.project.parameters.docopt_usage import read_docopt
from skylift.project.parameters.fire_commands import read_fire
from skylift.project.parameters.hugging_face import read_hugging_face
from skylift.project.parameters.hydra_programs import read_hydra, read_omegaconf
from skylift.project.parameters.jsonargparse_commands import read_jsonargparse
from skylift.project.parameters.module_globals import read_globals
from skylift.project.parameters.notebook import read_notebook_parameters
from skylift.project.parameters.optparse_calls import read_optparse
from skylift.project.parameters.parsers import read_argparse
from skylift.project.parameters.reading import Reading
from skylift.project.parameters.sacred_configs import read_sacred
from skylift.project.parameters.service_file import read_service_file
from skylift.project.parameters.signature import read_signature, reads_command_line
from skylift.project.parameters.typed_parsers import read_typed
from skylift.project.parameters.typer_commands import read_typer
from skylift.project.source.command import program_of, words_of
from skylift.project.source.entry import entry_file, function_name
from skylift.project.source.notebooks import is_notebook, notebook_of
from skylift.project.source.parsing import is_python
from skylift.project.source.program import Program
from skylift.values.arguments import Schema
from skylift.values.settings import JobSettings

_Reader = Callable[[Program, str], Reading | None]
_OF_LIBRARIES: tuple[_Reader, ...] = (
    read_hydra,
    read_click,
    read_typer,
    read_hugging_face,
    read_typed,
    read_fire,
    read_absl,
    read_docopt,
    read_jsonargparse,
    read_sacred,
    read_omegaconf,
    read_argparse,
    read_optparse,
)
_OF_SCRIPTS: tuple[_Reader, ...] = (read_globals, read_service_file, read_bare)
"""In order; the first that finds a parser of its kind has the word."""


def read_schema(root: Path, job: JobSettings, chosen: Mapping[str, Any] | None = None) -> Schema:
    """The parameters of a job. ``complete`` only when every one of them was read.

    Of a command they are those of the project's program that it launches, without what it says itself by place.

    :param chosen: configs of Hydra's that one run chooses, by group: the defaults are those of them.
    """
    entry_point = job.entry_point or program_of(root, job.command)
    if entry_point is None:
        return Schema(notes=("no Python program of the project is in the command",))
    words = () if job.entry_point else words_of(root, job.command)
    return read_parameters(root, entry_point, chosen).after(words).schema()


def read_parameters(root: Path, entry_point: str, chosen: Mapping[str, Any] | None = None) -> Reading:
    """What the program behind an entry point takes, by whatever kind of parser it has."""
    path = entry_file(root, entry_point)
    if path is not None and is_notebook(entry_point):
        return read_notebook_parameters(notebook_of(path))
    if path is None or not is_python(path):
        return Reading("", notes=["there is no Python to read"])
    program = Program.read(root, path)
    if program is None:
        return Reading("", notes=[f"{path.relative_to(root).as_posix()} is not Python that can be read"])
    function = function_name(entry_point)
    if function:
        console = _console(program, function) if reads_command_line(program, function) else None
        return console or read_signature(program, function)
    found = (read(program, "") for read in (*_OF_LIBRARIES, *_OF_SCRIPTS))
    reading = (read_hydra(program, "", chosen) if chosen else None) or next(
        (one for one in found if one is not None), Reading("")
    )
    add_bound_values(program, reading)
    if context_of(program).reach.is_cut:
        reading.notes.append(f"{program.name}: it is made of more modules than are read")
    reading.remarks += remarks_on(config_files(program, reading), reading)
    return reading


def _console(program: Program, function: str) -> Reading | None:
    """What is called as a console script is, and reads the command line itself."""
    found = (read(program, function) for read in _OF_LIBRARIES)
    return next((one for one in found if one is not None), None)
