"""Read a project that has no config, and say what its config would be (``init``). Nothing of it is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from skylift.errors import UsageError
from skylift.project.config.defaults import project_name
from skylift.project.config.package_checks import refuse_malformed
from skylift.project.config.toml import read_config
from skylift.project.files.made import Made, made_by
from skylift.project.init.cloud import left, suggested
from skylift.project.init.commands import Commands, read_commands
from skylift.project.init.declared import as_declared, keep_declared
from skylift.project.init.documented import given_by, say_example, say_given, with_given
from skylift.project.init.evidence.clues import Clue
from skylift.project.init.findings import Findings
from skylift.project.init.handed import missing_once, say_handed, without_nested
from skylift.project.init.layout import FoundJob, Layout, read_layout
from skylift.project.init.metrics import read_metrics
from skylift.project.init.named_channels import say_elsewhere
from skylift.project.init.needs import read_needs
from skylift.project.init.places import read_places
from skylift.project.init.samples import nothing_is_read
from skylift.project.init.secrets import keep_secrets_out
from skylift.project.init.unbound import together
from skylift.project.parameters.reading import Reading
from skylift.project.parameters.schema import read_parameters
from skylift.project.source.notebooks import Unreadable, in_cells
from skylift.project.source.program import Program
from skylift.values.ports import ReadsMetrics
from skylift.values.project import Choice, Detection, Understood
from skylift_runtime.contract import COMMAND_KEY, DEFAULT_JOB

_NO_VARIABLES: Mapping[str, str] = {}
_TABLES = (
    "hyperparameters", "channels", "arguments", "paths", "collect", "metrics", "", "targets", "jobs", "aws",
)  # fmt: skip
"""As people read them: what the main job has, then where it runs, then the other jobs. A new one has the empty place."""


def detect(
    root: Path,
    *,
    entry_point: str | None = None,
    variables: Mapping[str, str] = _NO_VARIABLES,
    reads: ReadsMetrics = nothing_is_read,
) -> Detection:
    """Find the jobs, what they need, and what they read and write.

    Without a clear entry point the config has none, and ``candidates`` are those it could be.

    :param entry_point: what the user says it is.
    :param variables: of the environment; they tell which virtual environment is active.
    :param reads: tells which metrics are read without a pattern.
    :raises UsageError: when that is not in the project.
    :raises ConfigError: when ``pyproject.toml`` is not what it has to be.
    """
    pyproject = read_config(root / "pyproject.toml", "pyproject.toml") or {}
    refuse_malformed(pyproject)
    found = Findings()
    name, source = project_name(root, pyproject)
    found.add("name", name, source)
    layout = read_layout(root, pyproject, entry_point)
    found.take(layout.findings)
    programs = [(job, _program(root, job)) for job in layout.jobs]
    read = [program for _, program in programs if program is not None]
    found.take(read_needs(root, pyproject, read, variables))
    made = _made(found, programs)
    for job, program in programs:
        if program is not None:
            _job(found, job, program, (layout.clues, made, reads))
    say_handed(found, root, made, lambda name: _known(found, name))
    say_elsewhere(found)
    found.config.setdefault("targets", suggested())
    found.left += filter(None, [left(found.config)])
    keep_secrets_out(found)
    told = [replace(one, what=in_cells(one.what), gist=in_cells(one.gist)) for one in found.unbound]
    return Detection(
        ordered(without_nested(found.config)),
        tuple(replace(row, why=in_cells(row.why)) for row in found.understood),
        _choices(layout),
        together([in_cells(line) for line in missing_once(found.left)], told),
        tuple(told),
    )


def ordered(config: Mapping[str, Any]) -> dict[str, Any]:
    """A config with its plain values first, then its tables in their order; in each job's table as well."""
    places = {name: number for number, name in enumerate(_TABLES)}

    def place(key: str) -> int:
        return places.get(key, places[""]) if isinstance(config[key], Mapping) else -1

    found = {key: config[key] for key in sorted(config, key=place)}
    if isinstance(found.get("jobs"), Mapping):
        found["jobs"] = {name: ordered(job) for name, job in found["jobs"].items()}
    return found


def _choices(layout: Layout) -> tuple[Choice, ...]:
    return tuple(Choice(one.path, in_cells(one.why), tied=not layout.jobs) for one in layout.candidates)


def _program(root: Path, job: FoundJob) -> Program | None:
    try:
        return Program.read(root, job.path)
    except Unreadable as problem:
        raise UsageError(f"{job.path.name} {problem}") from problem


def _made(found: Findings, programs: list[tuple[FoundJob, Program | None]]) -> tuple[Made, ...]:
    """What the jobs leave for each other, where there are several."""
    every: list[Made] = []
    ways = [
        (*way, job) for job, program in programs if program is not None for way in _ways(found, job, program)
    ]
    if len(ways) == 1:
        return ()
    configs = [read_places(program, mine, job.words).config for _, mine, program, job in ways]
    for (name, mine, program, _), config in zip(ways, configs, strict=True):
        beside = [
            other
            for (_, _, one, _), other in zip(ways, configs, strict=True)
            if one is program and other is not config
        ]
        every += made_by(name, as_declared(config, _known(found, name), beside), _texts(mine))
    return tuple(dict.fromkeys(every))


def _texts(reading: Reading) -> dict[str, str]:
    defaults = {one.parameter.key: one.parameter.default for one in reading.options}
    return {key: text for key, text in defaults.items() if isinstance(text, str)}


def _ways(found: Findings, job: FoundJob, program: Program) -> Iterator[tuple[str, Reading, Program]]:
    """The jobs that a program is, each with its options."""
    reading, commands, command = _commands(found, job, program)
    yield job.name, reading.of_command(command) if reading.commands else reading, program
    yield from ((name, reading.of_command(command), program) for name, command in commands.beside.items())


def _commands(found: Findings, job: FoundJob, program: Program) -> tuple[Reading, Commands, str]:
    """What a program takes, its sub-commands, and the one that the job is: what is declared goes first."""
    reading = read_parameters(program.root, job.entry_point).after(job.words)
    commands = read_commands(reading, job.entry_point) if job.name == DEFAULT_JOB else Commands("", {})
    declared = str(_known(found, job.name).get("hyperparameters", {}).get(COMMAND_KEY, ""))
    return reading, commands, declared if declared in reading.commands else commands.training


def _job(
    found: Findings,
    job: FoundJob,
    program: Program,
    hints: tuple[tuple[Clue, ...], tuple[Made, ...], ReadsMetrics],
) -> None:
    """What one job takes, reads and writes; of a program with sub-commands the jobs beside it as well.

    :param hints: what files say of how programs are started, what the jobs leave for each other, and what is read of
        what they print.
    """
    clues, made, reads = hints
    reading, commands, command = _commands(found, job, program)
    found.left += [commands.left] if commands.left and not command else []
    said = [clue for clue in clues if clue.path == program.name and not job.words]
    part = _tables(
        program, reading, (command, job.words), said, _others(made, job.name), _known(found, job.name)
    )
    mine = reading.of_command(command) if reading.commands else reading
    say_example(part, mine, said, command, job.name)
    if commands.training and command == commands.training:
        part.understood.insert(0, _command_row(program, reading, command))
    keep_declared(part, _known(found, job.name))
    part.take(_metrics(found, job, program, reads))
    _take(found, _below(job.name, part))
    for name, command in commands.beside.items():
        found.say(f"job {name}", f"{job.entry_point} {command}", f"a command of {program.name} besides")
        part = _tables(program, replace(reading, remarks=[]), (command, ()), said, _others(made, name), {})
        part.config = {"entry-point": job.entry_point, **part.config}
        _take(found, _below(name, part))


def _others(made: tuple[Made, ...], name: str) -> tuple[Made, ...]:
    return tuple(one for one in made if one.job != name)


def _take(found: Findings, part: Findings) -> None:
    """What one job needs to have shipped, others need besides."""
    before = found.config.get("ship", {}).get("include", [])
    if before and "ship" in part.config:
        part.config["ship"] = {"include": list(dict.fromkeys([*before, *part.config["ship"]["include"]]))}
    found.take(part)


def _command_row(program: Program, reading: Reading, command: str) -> Understood:
    return Understood("command", command, f"{program.name} has the commands {', '.join(reading.commands)}")


def _tables(
    program: Program,
    reading: Reading,
    start: tuple[str, tuple[str, ...]],
    clues: list[Clue],
    made: tuple[Made, ...],
    known: Mapping[str, Any],
) -> Findings:
    (command, words), part = start, Findings()
    mine = reading.of_command(command) if reading.commands else reading
    if command:
        part.config["hyperparameters"] = {COMMAND_KEY: command}
    if mine.options:
        _parameters(part, mine)
    elif mine.notes:
        part.say("arguments", "none that could be read", "; ".join(mine.notes), sure=False)
    for remark in reading.remarks:
        part.say("note", remark, "")
    declared = known.get("hyperparameters", {})
    given = {key: one for key, one in given_by(program, mine, clues, command).items() if key not in declared}
    part.take(read_places(program, with_given(mine, given), words, made))
    say_given(part, given, mine)
    return part


def _metrics(found: Findings, job: FoundJob, program: Program, reads: ReadsMetrics) -> Findings:
    """Guesses, unless something says which the job has."""
    return Findings() if "metrics" in _known(found, job.name) else read_metrics(program, reads)


def _known(found: Findings, name: str) -> Mapping[str, Any]:
    """What is said of a job already, by a pipeline or by code that submits it."""
    known = found.config if name == DEFAULT_JOB else found.config.get("jobs", {}).get(name, {})
    return dict(known)


def _below(name: str, part: Findings) -> Findings:
    """A job's keys where they belong: the main job's at top level, the others' below ``[jobs]``."""
    part.understood = [replace(row, job=name) for row in part.understood]
    ship = part.config.pop("ship", None)
    part.unbound = [replace(one, job=name) for one in part.unbound]
    if name != DEFAULT_JOB:
        part.config = {"jobs": {name: part.config}}
    if ship:
        part.config["ship"] = ship
    return part


def _parameters(found: Findings, reading: Reading) -> None:
    keys = ", ".join(option.parameter.key for option in reading.options)
    why = "; ".join(reading.notes) or reading.source
    found.say("arguments", keys, why, sure=not reading.notes)
