"""Which programs of a project are its jobs, and how likely that is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from skylift.errors import NotReady, UsageError
from skylift.project.init.candidates import (
    CLOSE,
    Candidate,
    home_of,
    likely,
    programs,
    told_at_the_top,
    worth_a_look,
)
from skylift.project.init.commands import training_command
from skylift.project.init.evidence.clues import Clue
from skylift.project.init.evidence.gathered import gather
from skylift.project.init.evidence.libraries import library_command
from skylift.project.init.evidence.sdk_config import settings_facts
from skylift.project.init.evidence.several import notes_of, target_of
from skylift.project.init.evidence.survey import Survey
from skylift.project.init.evidence.unread import unread
from skylift.project.init.findings import Findings
from skylift.project.init.functions import remedies
from skylift.project.init.more_jobs import OtherJob, other_jobs, training_clue
from skylift.project.init.said import entry_said
from skylift.project.init.starting import Start, start_of
from skylift.project.init.workspace import MARKS, members
from skylift.project.parameters.schema import read_parameters
from skylift.project.source.command import words_of
from skylift.project.source.entry import entry_file
from skylift.project.source.folders import renamed_packages
from skylift_runtime.contract import DEFAULT_JOB

BY_LIBRARY = "a library trains"
"""The topic of a command that trains without any program of the project."""
CANDIDATE = "could train"
"""The topic of programs that are a question."""
_REASONS = 4
_WORTH = 30
_PROGRAMS = (".py", ".ipynb", ".sh")
_WAS_NAMED = ("it was named",)


@dataclass(frozen=True)
class FoundJob:
    """A program that becomes a job."""

    name: str
    """``train`` for the one that stands at top level of the config, else the key below ``[jobs]``."""
    entry_point: str
    """As the config spells it; for a command, the program that it starts, as it would be spelled."""
    path: Path
    """The file behind it."""
    words: tuple[str, ...] = ()
    """What a command gives it by itself."""


@dataclass(frozen=True)
class Layout:
    """The jobs of a project; none when it is not clear which program trains."""

    jobs: tuple[FoundJob, ...]
    candidates: tuple[Candidate, ...]
    """What could train, likeliest first; more than one without jobs is a question."""
    findings: Findings
    clues: tuple[Clue, ...] = ()
    """What files say of how programs are started."""


def read_layout(root: Path, pyproject: Mapping[str, Any], said: str | None) -> Layout:
    """Find the programs that are jobs.

    :param said: what the user says trains.
    :raises UsageError: when that is not in the project, when there is nothing that could be a program, or when the
        project is a workspace of others.
    :raises NotReady: when the folder can not be read.
    """
    survey = Survey.of(root)
    _refuse_nothing(survey)
    astray: list[str] = []
    clues = gather(survey, pyproject, astray)
    every = programs(survey, clues)
    unseen = unread(survey, worth_a_look(survey, {clue.path for clue in clues}))
    found = Findings(left=[*unseen, *astray])
    if said is not None:
        best, start = _named(survey, every, said)
        likeliest = [best]
    else:
        likeliest = _likeliest(survey, every)
        _refuse_workspace(root, pyproject, likeliest)
        if not any(one.trains for one in likeliest):
            likeliest = _by_command(root, likeliest) or likeliest
        if len(likeliest) != 1 or not _is_clear(likeliest[0], every):
            # The programs beside a template make projects of it.
            likeliest = [one for one in likeliest if one.trains or not survey.is_template]
            _say_what_there_is(survey, every, likeliest, found)
            return Layout((), tuple(likeliest), found)
        best = likeliest[0]
        start = start_of(root, best)
    _say_entry(found, best, start, _rivals(every, best))
    train = training_clue(best)
    _say_facts(
        found, best, [clue for clue in best.clues if clue.facts and (not clue.declared or clue is train)]
    )
    _say_settings(found, survey)
    jobs = [*_jobs(root, DEFAULT_JOB, start)]
    for other in other_jobs(root, every, best, clues, home=home_of(survey, best.path)):
        jobs += _add_other(found, root, other)
    _say_limits(found, survey, best)
    return Layout(tuple(jobs), tuple(likeliest), found, tuple(clues))


def _refuse_nothing(survey: Survey) -> None:
    if "." in survey.closed:
        raise NotReady(f"{survey.root} can not be read", hints=("ask for the right to, or go elsewhere",))
    if not any(path.endswith(_PROGRAMS) or path.rpartition("/")[2] == "train" for path in survey.files):
        hint = "go to the folder of your project, or say another: skylift init -C FOLDER"
        if survey.templates:
            hint = f"{survey.templates[0]} is a template: make a project of it first, and go there"
        raise UsageError(f"there is no program in {survey.root}: no Python file, no notebook", hints=(hint,))


def _named(survey: Survey, every: list[Candidate], said: str) -> tuple[Candidate, Start]:
    text = entry_said(survey, said)
    file = entry_file(survey.root, text)
    path = file.relative_to(survey.root).as_posix() if file is not None else text
    known = next((one for one in every if one.path == path), Candidate(path, 0, ()))
    named = Candidate(path, known.score, _WAS_NAMED, known.role, known.deeds, known.clues)
    usual = start_of(survey.root, named)
    words = ", ".join(json.dumps(word, ensure_ascii=False) for word in usual.command)
    other = (f"{path} is started in another way elsewhere: command = [{words}]",) if words else usual.left
    return named, Start(text, left=other)


def _likeliest(survey: Survey, every: list[Candidate]) -> list[Candidate]:
    """The best, with those that can not be told from it; of a collection the best of each part."""
    able = likely(every)
    if not able:
        return []
    best = able[0]
    home = home_of(survey, best.path)
    if home:
        first: dict[str, Candidate] = {}
        for one in able:
            if one.trains and one.score >= _WORTH:
                first.setdefault(home_of(survey, one.path), one)
        if len(first) > 1:
            return _the_one_told(list(first.values()))
    near = [one for one in able if one.score > best.score - CLOSE]
    return _the_one_told([best, *(one for one in near[1:] if not _is_variant(best, one))])


def _the_one_told(tied: list[Candidate]) -> list[Candidate]:
    """Of some that can not be told apart, the only one that the project's own README starts."""
    told = told_at_the_top(tied)
    return told if len(told) == 1 else tied


def _by_command(root: Path, found: list[Candidate]) -> list[Candidate]:
    """Those with a sub-command for training, however their parser is put together."""
    able = [one for one in found[:_REASONS] if one.path.endswith(".py") and one.deeds is not None]
    read = ((one, training_command(read_parameters(root, one.path))) for one in able)
    return [
        replace(one, reasons=(f"it has the command `{command}`", *one.reasons), trains=True)
        for one, command in read
        if command
    ]


def _is_clear(best: Candidate, every: list[Candidate]) -> bool:
    """Whether the best may be taken: what else would it be, where it is the only one?"""
    alone = all(one is best or one.submits for one in every)
    return best.trains or best.role == "main" or (alone and best.role == "" and best.keeps_something)


def _is_variant(best: Candidate, other: Candidate) -> bool:
    """``classify/train.py`` beside ``train.py``: the project's own is the one that is nearer to its root."""
    one, two = PurePosixPath(best.path), PurePosixPath(other.path)
    return one.name == two.name and one.parent in two.parent.parents


def _refuse_workspace(root: Path, pyproject: Mapping[str, Any], found: list[Candidate]) -> None:
    """The root of a workspace that has no program of its own: its members are the projects."""
    inside = members(root, pyproject)
    if not inside or any(not one.path.startswith(tuple(f"{name}/" for name in inside)) for one in found):
        return
    with_code = [name for name in inside if any(one.path.startswith(f"{name}/") for one in found)]
    first = with_code[0] if with_code else inside[0]
    programs_there = ", ".join(one.path for one in found[:5])
    raise UsageError(
        f"this is the root of a workspace, whose members are projects: {', '.join(inside)}"
        + (f"; programs that may train: {programs_there}" if programs_there else ""),
        hints=(f"go to the one that trains: cd {first} && skylift init",),
        members=inside,
    )


def _rivals(every: list[Candidate], best: Candidate) -> list[str]:
    """Other programs that are named after training, and train."""
    able = [one for one in likely(every) if one.role == "train" and one.trains and one.score >= _WORTH]
    return [one.path for one in able if one.path != best.path and not _is_variant(best, one)]


def _say_entry(found: Findings, best: Candidate, start: Start, rivals: list[str]) -> None:
    reasons = [*best.told, *([start.why] if start.why else [])]
    found.config |= start.config
    told = best.reasons == _WAS_NAMED
    alone = not rivals or PurePosixPath(best.path).stem == "train"
    sure = told or (best.sure and alone and not best.is_function)
    found.say("command" if start.command else "entry point", start.shown, ", ".join(reasons), sure=sure)
    found.left += start.left
    if rivals and not told:
        shown = ", ".join(rivals[:_REASONS])
        found.left.append(f"other programs train, too: {shown}: take one by skylift init --entry-point FILE")


def _say_facts(found: Findings, best: Candidate, clues: list[Clue]) -> None:
    """What submitting code and pipelines tell of the job; of several that differ, the first counts."""
    found.left += notes_of(best.clues)
    for key, topic in _FACTS.items():
        telling = [clue for clue in clues if clue.facts.get(key)]
        if not telling:
            continue
        table = target_of(telling) if key == "targets" else dict(telling[0].facts[key])
        part = Findings({key: table})
        part.say(topic, _shown(key, table), _says(telling[0]))
        if any(clue.facts[key] != telling[0].facts[key] for clue in telling[1:]):
            others = ", ".join(dict.fromkeys(clue.why.partition(",")[0] for clue in telling[1:]))
            part.left.append(f"{topic}: {others} says something else")
        found.take(part)


def _says(clue: Clue) -> str:
    return re.sub(r",? starts it.*", " says so", clue.why)


_FACTS = {
    "hyperparameters": "hyperparameters",
    "metrics": "metrics",
    "channels": "channels",
    "paths": "paths",
    "collect": "collect",
    "targets": "target cloud",
    "aws": "aws",
}


def _shown(key: str, table: Mapping[str, Any]) -> str:
    if key == "targets":
        pairs = [pair for one in table.values() for pair in one.items()]
        # The request's own tables are long: they stand in the config.
        return ", ".join(f"{name}={'+'.join(value) if name == 'request' else value}" for name, value in pairs)
    if key == "channels":
        places = {name: one["cloud"] if isinstance(one, Mapping) else one for name, one in table.items()}
        return ", ".join(f"{name} = {place}" for name, place in places.items())
    if key == "metrics":
        return ", ".join(table)
    return ", ".join(f"{name}={value}" for name, value in table.items())


def _say_settings(found: Findings, survey: Survey) -> None:
    for path, facts, notes in settings_facts(survey):
        found.left += [f"{path}: {note}" for note in notes]
        for key, table in facts.items():
            new = _beyond(table, found.config.get(key, {}))
            if new:
                found.take(Findings({key: new}))
                found.say(_FACTS[key], _shown(key, new), f"{path} says so")


def _beyond(table: Mapping[str, Any], known: Any) -> dict[str, Any]:
    """What a table says that is not said already, however deep: what a job's own code says counts for more."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        if not isinstance(known, Mapping) or name not in known:
            found[name] = value
        elif isinstance(value, Mapping) and (deeper := _beyond(value, known[name])):
            found[name] = deeper
    return found


def _jobs(root: Path, name: str, start: Start) -> list[FoundJob]:
    path = entry_file(root, start.entry_point)
    words = words_of(root, start.command)
    return [FoundJob(name, start.entry_point, path, words)] if path is not None else []


def _add_other(found: Findings, root: Path, other: OtherJob) -> list[FoundJob]:
    table = {**other.start.config, **other.facts}
    found.take(Findings({"jobs": {other.name: table}}))
    found.say(f"job {other.name}", other.start.shown, other.why, sure=other.sure)
    found.left += [note for note in other.notes if note not in found.left]
    return _jobs(root, other.name, other.start)


def _say_what_there_is(
    survey: Survey, every: list[Candidate], likeliest: list[Candidate], found: Findings
) -> None:
    for one in likeliest:
        found.say(CANDIDATE, one.path, one.why, sure=False)
    if not likeliest:
        for one in every[:_REASONS]:
            what = "it has others train" if one.submits else "it does not look like training"
            found.say("a program", one.path, what, sure=False)
    if not likeliest:
        found.left += remedies(survey, worth_a_look(survey, ()))
    command, where = library_command(survey)
    if command and not any(one.trains for one in likeliest):
        found.say(BY_LIBRARY, command, where, sure=False)
    _say_limits(found, survey, None)


def _say_limits(found: Findings, survey: Survey, best: Candidate | None) -> None:
    if survey.closed:
        found.left.append(f"folders that could not be read: {', '.join(survey.closed[:5])}")
    if survey.templates:
        found.left.append(
            f"{survey.templates[0]} is a template: make a project of it first, and run skylift init there"
        )
    renamed = renamed_packages(survey.root)
    if renamed:
        found.left.append(
            f"{', '.join(renamed)}: the folder has another name than the package, so that a job can not import it"
        )
    if not survey.whole:
        found.left.append(f"only the first {len(survey.files)} files were looked at")
    home = home_of(survey, best.path) if best is not None else ""
    if home and not any(mark in survey.known for mark in MARKS):
        found.left.append(f"{home} may be a project by itself: then cd {home} && skylift init")
