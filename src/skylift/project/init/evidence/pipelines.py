"""Pipelines that a project declares: stages of dvc.yaml, entry points of an MLproject."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from skylift.project.init.evidence.clues import Clue
from skylift.project.init.evidence.commands import Started, has_placeholder, started
from skylift.project.init.evidence.roles import role_of_name
from skylift.project.init.evidence.stages import made_in, with_files
from skylift.project.init.evidence.survey import Survey
from skylift.project.init.evidence.texts import program_of

_WEIGHT, _NAMED = 30, 20
_OPTION = re.compile(r"--([A-Za-z][\w.-]*)(?:=(.*))?", re.DOTALL)
_OVERRIDE = re.compile(r"\+{0,2}([A-Za-z_][\w.]*)=(.*)", re.DOTALL)


def pipeline_clues(survey: Survey, console: dict[str, str]) -> Iterator[Clue]:
    for path in survey.named("dvc.yaml"):
        stages = list(_entries(survey, path, "stages"))
        made = made_in(stage for _, stage in stages)
        for name, stage in stages:
            why = f"{path}: the stage `{name}` starts it"
            for clue in _clue(survey, console, name, stage.get("cmd"), why):
                yield with_files(survey, clue, stage, made)
    for path in survey.named("mlproject"):
        for name, entry in _entries(survey, path, "entry_points"):
            why = f"{path}: the entry point `{name}` starts it"
            command, usual = entry.get("command"), _usual(entry.get("parameters"))
            for clue in _clue(survey, console, name, command, why):
                yield replace(clue, facts=_facts(clue.started, usual)) if clue.started else clue


def _entries(survey: Survey, path: str, key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    document = survey.yaml(path)
    table = document.get(key) if isinstance(document, Mapping) else None
    for name, entry in table.items() if isinstance(table, Mapping) else ():
        if isinstance(entry, Mapping):
            # A stage `foreach` is several: its program is told, and its words are placeholders.
            inner = entry.get("do")
            yield str(name), inner if isinstance(inner, Mapping) else entry


def _clue(survey: Survey, console: dict[str, str], name: str, command: Any, why: str) -> Iterator[Clue]:
    lines = command if isinstance(command, list) else [command]
    programs = [
        (program, found)
        for line in lines
        if isinstance(line, str)
        for found in started(line.replace("\n", " "))
        if (program := program_of(survey, console, found))
    ]
    for program, found in programs[:1]:
        trains = role_of_name(name) == "train" or name == "main"
        several = len({program for program, _ in programs}) > 1
        note = f"`{name}` starts several programs, of which {program} is the first"
        notes = (note,) if several else ()
        yield Clue(
            program,
            why,
            _WEIGHT + (_NAMED if trains else 0),
            name,
            found,
            facts=_facts(found),
            notes=notes,
            declared=True,
        )


def _usual(parameters: Any) -> dict[str, str]:
    """What MLflow puts into a command for ``{alpha}`` where nobody says another value, by that placeholder.

    >>> _usual({"alpha": {"type": "float", "default": 0.5}, "data": "path", "name": {"type": "string"}})
    {'{alpha}': '0.5'}
    """
    table = parameters if isinstance(parameters, Mapping) else {}
    said = {key: one.get("default") for key, one in table.items() if isinstance(one, Mapping)}
    return {f"{{{key}}}": str(value) for key, value in said.items() if isinstance(value, str | int | float)}


def _facts(found: Started, usual: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """The options that a stage always gives, as hyperparameters of its job.

    :param usual: what stands for a placeholder.
    """
    words = found.arguments
    for placeholder, value in (usual or {}).items():
        words = tuple(word.replace(placeholder, value) for word in words)
    given = given_options(replace(found, arguments=words))
    return {"hyperparameters": given} if given else {}


def given_options(found: Started) -> dict[str, Any]:
    """``--config params.yaml --lr 0.1`` by name; nothing unless all of the arguments are such.

    >>> given_options(Started("a.py", "script", arguments=("--n", "1", "--fast", "x.y=b")))
    {'n': 1, 'fast': True, 'x.y': 'b'}
    """
    given: dict[str, Any] = {}
    left = list(found.arguments)
    while left:
        word = left.pop(0)
        option, override = _OPTION.fullmatch(word), _OVERRIDE.fullmatch(word)
        if option:
            follows = left and not left[0].startswith("--") and not _OVERRIDE.fullmatch(left[0])
            apart = option[2] is None and follows
            name, text = option[1], left.pop(0) if apart else option[2]
        elif override:
            name, text = override[1], override[2]
        else:
            return {}
        # What is only known at run time is left out; of what may be a secret `secrets` says that it is.
        if not (text and has_placeholder(text)):
            given[name] = True if text is None else as_value(text)
    return given


def as_value(text: str) -> Any:
    """A number where it is one."""
    if re.fullmatch(r"[-+]?\d+", text):
        return int(text)
    return float(text) if re.fullmatch(r"[-+]?(\d+\.\d*|\.?\d+)([eE][-+]?\d+)?", text) else text
