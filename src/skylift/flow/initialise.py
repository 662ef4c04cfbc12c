"""The way into Skylift, and the way out: understand a project, write its config, follow it, take it back."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from skylift.errors import ConfigError, NotReady, UsageError
from skylift.project.checks.settings import missing, missing_groups
from skylift.project.checks.subject import Subject
from skylift.project.config.load import load
from skylift.project.files.made import maker_of
from skylift.project.init import undo, write
from skylift.project.init.detect import detect
from skylift.project.init.inputs import NOT_HERE
from skylift.project.init.layout import BY_LIBRARY, CANDIDATE
from skylift.project.init.memory import OWN
from skylift.project.init.merge import leaves
from skylift.project.init.unbound import still_left
from skylift.project.init.workspace import project_folder
from skylift.project.source.entry import entry_file
from skylift.runs.metrics import MetricReader
from skylift.values.project import Detection, Loaded, Proposal, Understood, Undoing
from skylift.values.settings import JobSettings
from skylift_runtime.contract import DEFAULT_JOB

_TIE = "it is not clear which program trains; these can not be told apart:"
_NAMED = 3
"""Values that a command is shown with."""
_MOST_SHOWN = 8
_CHANNEL = re.compile(r"\{channel:([^}]+)\}")
_ALONE = "nothing says that this program trains, and there is no other (--yes takes it):"


def understand(
    path: Path | str = ".", *, entry_point: str | None = None, guess: bool = False
) -> tuple[Path, Detection]:
    """Read a project. Nothing of it is imported or run, and nothing is written.

    The entry point that a config names stays what it is, as long as the project has it.

    :param guess: take the one program that may train, though nothing says that it does.
    :raises UsageError: when ``entry_point`` is not in the project.
    """
    root = project_folder(Path(path))
    _, now = write.current(root)
    found = _understood(root, entry_point, guess=guess, now=now)
    return root, still_left(found, now) if now is not None else found


def _understood(
    root: Path, entry_point: str | None, *, guess: bool, now: Mapping[str, Any] | None
) -> Detection:
    found = detect(root, entry_point=entry_point, variables=_variables(), reads=read_alone)
    said = now.get("entry-point") if now is not None else None
    only = found.choices[0] if len(found.choices) == 1 and found.choices[0].tied else None
    if guess and only is not None and entry_point is None and said is None:
        known = detect(root, entry_point=only.path, variables=_variables(), reads=read_alone)
        return _because(known, f"nothing else could train; {only.why}", sure=False)
    if entry_point is not None or not isinstance(said, str) or found.config.get("entry-point") == said:
        return found
    if entry_file(root, said) is None:
        return found
    known = detect(root, entry_point=said, variables=_variables(), reads=read_alone)
    return _with_jobs(_because(known, "as the config has it"), found, said)


def read_alone(lines: Sequence[str]) -> list[dict[str, float]]:
    """What is read of lines without a pattern, by who reads what jobs print."""
    reader = MetricReader({})
    return [{point.name: point.value for point in reader.read(line)} for line in lines]


def _variables() -> Mapping[str, str]:
    """The environment's, but for a virtual environment that is our own and not the project's."""
    own = Path(os.environ.get("VIRTUAL_ENV", "/")).resolve() == Path(sys.prefix).resolve()
    return {name: value for name, value in os.environ.items() if not (own and name == "VIRTUAL_ENV")}


def has_config(root: Path) -> bool:
    return write.current(root)[1] is not None


def _because(found: Detection, why: str, *, sure: bool = True) -> Detection:
    """The same with another reason for the entry point than that it was named."""
    rows = [
        replace(row, why=why, sure=sure) if row.topic == "entry point" and not row.job else row
        for row in found.understood
    ]
    return replace(found, understood=tuple(rows))


def _with_jobs(found: Detection, other: Detection, said: str) -> Detection:
    """The jobs of another reading, too: naming one program says nothing about the others."""
    jobs: Mapping[str, Any] = other.config.get("jobs", {})
    others = {name: job for name, job in jobs.items() if job.get("entry-point") != said}
    if not others:
        return found
    return replace(found, config={**found.config, "jobs": {**others, **found.config.get("jobs", {})}})


def is_unclear(root: Path, found: Detection) -> bool:
    """Whether neither the project nor its config says what trains."""
    _, now = write.current(root)
    return not any(
        table.get(key) for table in (found.config, now or {}) for key in ("entry-point", "command")
    )


def propose(root: Path, found: Detection, *, named: bool = False) -> Proposal:
    """What would be written, or changed in the config that is there.

    :param named: the entry point is what the user just said.
    :raises UsageError: when it is not clear which program trains; the facts have the candidates.
    """
    if is_unclear(root, found):
        raise _unclear(found)
    return write.propose(root, found, named=named)


def initialise(proposal: Proposal) -> None:
    """Write what was proposed."""
    write.accept(proposal)


def guesses(found: Detection) -> tuple[Understood, ...]:
    """Rows that are not sure, and that decide what is written; a channel stands for what is bound to it."""
    keys = {key[:depth] for key, _ in leaves(found.config) for depth in range(1, len(key) + 1)}
    rows = [row for row in found.understood if not row.sure and write.key_of(row) in keys]
    asked = {(row.job, row.topic) for row in rows}
    return tuple(row for row in rows if channel_of(row) not in asked)


def channel_of(row: Understood) -> tuple[str, str]:
    """The row of the channel that an argument or a path is bound to, by job and topic: both are one decision."""
    found = _CHANNEL.search(row.value)
    return (row.job, f"channel {found[1]}") if found else ("", "")


def decided(
    found: Detection, *, agreed: frozenset[tuple[str, str]], refused: frozenset[tuple[str, str]]
) -> Detection:
    """What was understood, when the user has said what of it is right: rows by job and topic.

    What was agreed to is no guess any more, and what was refused is not there, nor what is bound to it.
    """
    refused |= {(row.job, row.topic) for row in found.understood if channel_of(row) in refused}
    agreed |= {(row.job, row.topic) for row in found.understood if channel_of(row) in agreed}
    config = dict(found.config)
    for row in found.understood:
        if (row.job, row.topic) in refused:
            config = _less(config, write.key_of(row))
    rows = [row for row in found.understood if (row.job, row.topic) not in refused]
    rows = [replace(row, sure=True) if (row.job, row.topic) in agreed else row for row in rows]
    return replace(found, config=config, understood=tuple(rows))


def with_python(found: Detection, version: str) -> Detection:
    """The same with the Python that the user says."""
    rows = [
        replace(row, value=version, why="as you said", sure=True)
        if (row.job, row.topic) == ("", "python")
        else row
        for row in found.understood
    ]
    return replace(found, config={**found.config, "python": version}, understood=tuple(rows))


def without_candidates(found: Detection) -> Detection:
    """Without the rows on programs that could train, for where they are told anyhow."""
    rows = tuple(row for row in found.understood if row.topic != CANDIDATE)
    return replace(found, understood=rows)


def first_run(root: Path, found: Detection) -> str:
    """What to type after ``init``: with the values that a run can not do without."""
    try:
        loaded = load(root, environment={}, home=root)
    except (ConfigError, NotReady):
        return "skylift check"
    job = loaded.settings.jobs.get(DEFAULT_JOB)
    if job is None:
        return "skylift run"
    subject = Subject(loaded)
    wanted = [parameter.key for parameter in missing(subject, job)]
    wanted += [group.keys[0] for group in missing_groups(subject, job)]
    open_ = [one for one in found.unbound if one.key in wanted and one.job in ("", DEFAULT_JOB)]
    rest = [key for key in wanted if key not in {one.key for one in open_}]
    words = " ".join(["skylift run", *(f"{key}=…" for key in rest[:_NAMED]), *["…"][: len(rest) - _NAMED]])
    if not open_:
        first = "have the other jobs make what is told above" if _waits(root, loaded, job) else ""
        if any(one.cloud and not one.local for one in job.channels.values()):
            first = "give the channels their folders here, as told above"
        if not first and any(NOT_HERE in line for line in found.left_to_you):
            first = "put there what is told above"
        return f"{first}; then: {words}" if first else words
    flags = ", ".join(one.flag for one in open_[:_NAMED])
    return f"bind {flags} in the config, as told above; then: {words}"


def _waits(root: Path, loaded: Loaded, job: JobSettings) -> bool:
    """Whether a job reads what another one has yet to make."""
    missing_ = [one.local for one in job.channels.values() if one.local and not (root / one.local).is_dir()]
    return any(maker_of(folder, loaded.settings.jobs.values(), job.name) for folder in missing_)


def _less(config: Mapping[str, Any], key: tuple[str, ...]) -> dict[str, Any]:
    first, *rest = key
    if not rest or not isinstance(config.get(first), Mapping):
        return {name: value for name, value in config.items() if name != first}
    below = _less(config[first], tuple(rest))
    return {
        name: below if name == first else value for name, value in config.items() if name != first or below
    }


def plan_undo(path: Path | str = ".") -> Undoing:
    """What would be taken back.

    :raises UsageError: when there is nothing that ``init`` wrote.
    """
    return undo.plan_undo(project_folder(Path(path)))


def undo_now(undoing: Undoing) -> None:
    undo.carry_out(undoing)


def _unclear(found: Detection) -> UsageError:
    choices = [choice for choice in found.choices if choice.tied]
    by_library = [
        f"{row.why} has a library train: {row.value}; write that as command = [...] in {OWN}"
        for row in found.understood
        if row.topic == BY_LIBRARY
    ]
    if not choices:
        return UsageError(
            "no program was found that could train",
            hints=(*by_library, "name it: skylift init --entry-point FILE"),
            candidates=[],
        )
    shown, more = choices[:_MOST_SHOWN], len(choices) - _MOST_SHOWN
    lines = [f"{choice.path}: {choice.why}" for choice in shown]
    rest = [f"and {more} more: `skylift init --json` lists all"] if more > 0 else []
    return UsageError(
        "\n".join([_TIE if len(lines) > 1 else _ALONE, *lines, *rest]),
        hints=(
            *by_library,
            *(f"skylift init --entry-point {shlex.quote(choice.path)}" for choice in shown),
        ),
        candidates=[asdict(choice) for choice in found.choices],
    )
