"""All that a project's files say of how its programs are started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from skylift.project.init.evidence.clues import Clue
from skylift.project.init.evidence.commands import logical_lines, started
from skylift.project.init.evidence.console import console_clues
from skylift.project.init.evidence.pipelines import given_options, pipeline_clues
from skylift.project.init.evidence.sagemaker import sagemaker_clues
from skylift.project.init.evidence.survey import Survey
from skylift.project.init.evidence.texts import program_of, text_clues


def gather(survey: Survey, pyproject: Mapping[str, Any], left: list[str]) -> list[Clue]:
    """The clues, the most telling kinds first. One that leads to a shell script leads to the one program in it.

    :param left: what leads to no program, and is left to the user, is added to it.
    """
    scripts = console_clues(survey, pyproject)
    console = {clue.job: clue.path for clue in scripts}
    found = [
        *sagemaker_clues(survey, left),
        *pipeline_clues(survey, console),
        *scripts,
        *text_clues(survey, console),
    ]
    return [_followed(survey, console, clue) for clue in found]


def _followed(survey: Survey, console: dict[str, str], clue: Clue) -> Clue:
    if not clue.path.endswith(".sh"):
        return clue
    folder = PurePosixPath(clue.path).parent.as_posix().removeprefix(".")
    inner = {
        program: command
        for _, line in logical_lines(survey.text(clue.path))
        for command in started(line)
        if (program := program_of(survey, console, command, folder)) and not program.endswith(".sh")
    }
    if len(inner) != 1:
        return clue
    program, command = next(iter(inner.items()))
    given = given_options(command) if clue.declared else {}
    facts = {**clue.facts, **({"hyperparameters": given} if given else {})}
    why = f"{clue.why} through {clue.path}"
    return replace(clue, path=program, started=command, facts=facts, why=why)
