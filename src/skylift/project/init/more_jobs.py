"""The jobs beside training: what a pipeline declares, and programs that are named as such and lie beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from skylift.project.init.candidates import Candidate
from skylift.project.init.evidence.clues import Clue
from skylift.project.init.evidence.roles import role_of_name, says_exactly
from skylift.project.init.starting import Start, start_of
from skylift.project.source.folders import SRC
from skylift_runtime.contract import DEFAULT_JOB

_ROLES = ("evaluate", "prepare")
_NO_ROLE = frozenset({"predict"})
"""What is named like that, and serves nobody, is a job as well."""
_PROGRAMS = ("scripts", "tools", "bin", "jobs")
_SHORT = {"eval": "evaluate", "evaluation": "evaluate", "preprocessing": "preprocess", "prep": "prepare"}


@dataclass(frozen=True)
class OtherJob:
    """A table below ``[jobs]``."""

    name: str
    start: Start
    why: str
    facts: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    sure: bool = True


def training_clue(best: Candidate) -> Clue | None:
    """Of several declared jobs that start the same program, the one that trains."""
    declared = [clue for clue in best.clues if clue.declared]
    named = [clue for clue in declared if role_of_name(clue.job) == "train" or clue.job == "main"]
    return next(iter([*named, *declared]), None)


def other_jobs(
    root: Path, every: list[Candidate], training: Candidate, clues: list[Clue], *, home: str = ""
) -> Iterator[OtherJob]:
    """In doubt, fewer.

    :param home: the folder of the project in the project that the training is; others are not its own then.
    :param clues: all, in the order in which they were found, which is that of the files.
    """
    by_path = {one.path: one for one in every}
    mine = training_clue(training)
    apart = home not in ("", *_PROGRAMS)
    ordered = [(by_path[clue.path], clue) for clue in clues if clue.path in by_path and clue is not mine]
    taken: dict[str, Candidate] = {}
    for name, found, said in [
        *_declared(ordered),
        *_targets(ordered),
        *_beside(root, every, training, apart=apart),
    ]:
        same = found.path == training.path and (said is None or not said.facts.get("hyperparameters"))
        known = found.path in {one.path for one in taken.values()} and found.path != training.path
        if name == DEFAULT_JOB or name in taken or same or known or found.submits:
            continue
        taken[name] = found
        facts = {key: dict(table) for key, table in said.facts.items()} if said is not None else {}
        named = [f"its name is {PurePosixPath(found.path).name}", *(clue.why for clue in found.clues[:1])]
        why = said.why if said is not None else ", ".join(named)
        notes = said.notes if said is not None else ()
        yield OtherJob(name, start_of(root, found, said), why, facts, notes, sure=said is not None)


_Ordered = list[tuple[Candidate, Clue]]


def _declared(ordered: _Ordered) -> Iterator[tuple[str, Candidate, Clue]]:
    """Stages of a pipeline, in its order."""
    yield from ((_name(clue.job), found, clue) for found, clue in ordered if clue.declared)


def _targets(ordered: _Ordered) -> Iterator[tuple[str, Candidate, Clue]]:
    """Console scripts and targets of a Makefile that are named after such a job, as their programs are."""
    for found, clue in ordered:
        role = role_of_name(clue.job) if clue.job and not clue.declared else ""
        exact = says_exactly(clue.job, role)
        if role in _ROLES and (found.role == role or (exact and found.role in ("main", ""))):
            yield _name(clue.job if exact else PurePosixPath(found.path).stem), found, clue


def _beside(
    root: Path, every: list[Candidate], training: Candidate, *, apart: bool
) -> Iterator[tuple[str, Candidate, None]]:
    """Programs beside the one that trains, or where a project keeps its programs, whose names say just what they are
    for; the nearest first."""
    folder = PurePosixPath(training.path).parent
    near = sorted(every, key=lambda one: PurePosixPath(one.path).parent != folder)
    for found in near:
        pure = PurePosixPath(found.path)
        known = found.role in _ROLES or pure.stem in _NO_ROLE
        if (
            not known
            or found.deeds is None
            or found.deeds.serves
            or not (pure.parent == folder or (not apart and _is_kept_with(root, pure.parent, folder)))
        ):
            continue
        exact = says_exactly(pure.stem, found.role) or pure.stem in _NO_ROLE
        if exact and not found.is_notebook and _is_started(found, training):
            yield _name(pure.stem), found, None


def _is_started(found: Candidate, training: Candidate) -> bool:
    """Whether it is a program: by its guard, by who starts it, or as the one that trains is one without a guard."""
    deeds, other = found.deeds, training.deeds
    loose = deeds is not None and deeds.acts and other is not None and not other.guarded
    return deeds is not None and (deeds.guarded or loose or bool(found.clues))


def _is_kept_with(root: Path, folder: PurePosixPath, training: PurePosixPath) -> bool:
    """Whether programs in a folder are those of the one that trains: in the root, where programs are kept, or in the
    project's package."""
    if folder.as_posix() in (".", *_PROGRAMS):
        return True
    package = training if training.as_posix() not in (".", *_PROGRAMS) else folder
    top = PurePosixPath(*package.parts[: 2 if package.parts[0] == SRC else 1])
    is_package = (root / top / "__init__.py").is_file()
    return is_package and folder in (top, *(top / name for name in _PROGRAMS))


def _name(text: str) -> str:
    """As a key below ``[jobs]``."""
    short = _SHORT.get(text, text)
    return re.sub(r"[^A-Za-z0-9_-]+", "-", short).strip("-_") or "job"
