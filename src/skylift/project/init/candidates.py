"""Which programs of a project could be its jobs, and how likely each trains: reasons with weights."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from skylift.project.init.evidence.clues import Clue
from skylift.project.init.evidence.deeds import Deeds, deeds_of
from skylift.project.init.evidence.roles import Role, role_of, role_of_name, says_exactly
from skylift.project.init.evidence.survey import Survey
from skylift.project.init.functions import uncalled
from skylift.project.init.imported import STEPS, imported, trains_elsewhere
from skylift.project.init.workspace import MARKS
from skylift.project.source.notebooks import Unreadable, notebook_of
from skylift.project.source.parsing import parsed, parsed_text
from skylift_runtime.notebook_file import SUFFIX

_NO_PROGRAM = re.compile(
    r"(^|/)(tests?|testing|docs?|site|migrations)/|(^|/)(test_[^/]*|[^/]*_test|__init__)\.(py|ipynb)$"
)
_NEVER = re.compile(r"(^|/)(setup|conftest|noxfile|tasks|fabfile|versioneer|_version|manage)\.py$")
_ASIDE = frozenset(
    {"benchmarks", "docker", "examples", "example", "notebooks", "sagemaker", "tools", "legacy", "old", "archive", "deprecated", "third_party", "vendor", "external", "tutorials", "contrib", "demo", "demos", "container"}
)  # fmt: skip
_MOST_PARSED, _MOST_PARSED_BYTES = 80, 3 << 19
_MOST_NOTEBOOKS = 30
_TOP_README = re.compile(r"README[^/]*:\d+ ", re.IGNORECASE)
_TRAINS = "it calls "
_NAMES: Mapping[Role, tuple[int, str]] = {
    "train": (30, "is about training"),
    "main": (20, "is a main program's"),
}
_PARSES = ("parse_args(", "parse_known_args(")
"""Who reads the command line as soon as it is started is a program, guarded or not."""
_FUNCTION = 5
_REASONS = 4
CLOSE = 5
"""Scores that are nearer than this can not be told apart."""
SURE = 40
_STAGES = 3
"""So many programs that one imports are a pipeline."""


@dataclass(frozen=True)
class Candidate:
    """A file that could be the entry point."""

    path: str
    score: int
    reasons: tuple[str, ...]
    """The weightiest first."""
    role: Role = ""
    deeds: Deeds | None = None
    """None for what is no Python."""
    clues: tuple[Clue, ...] = ()
    trains: bool = False
    """Whether anything says that it trains, and not only that it is a program."""

    @property
    def sure(self) -> bool:
        return self.trains and self.score >= SURE

    @property
    def why(self) -> str:
        return ", ".join(self.reasons)

    @property
    def keeps_something(self) -> bool:
        """Whether it is told what to do and leaves something behind: all that a program which trains must do."""
        deeds = self.deeds
        return deeds is not None and deeds.saves and bool(deeds.parser or deeds.reads_argv)

    @property
    def told(self) -> list[str]:
        """The reasons that matter, and in any case what somebody has written down about it."""
        first = list(self.reasons[:_REASONS])
        said = {clue.why for clue in self.clues}
        rest = [text for text in self.reasons[_REASONS:] if text in said]
        return [*first, *(rest[:1] if not said & set(first) else [])]

    @property
    def is_notebook(self) -> bool:
        return self.path.endswith(SUFFIX)

    @property
    def is_function(self) -> bool:
        """Whether it is one only because it has a function that could be called: nobody says so."""
        return any(clue.function and not clue.job for clue in self.clues)

    @property
    def submits(self) -> bool:
        """Whether it has others train, and is never a job itself."""
        return self.deeds is not None and self.deeds.submits


def programs(survey: Survey, clues: Iterable[Clue]) -> list[Candidate]:
    """Every program that was found, whatever it is for; the likeliest to train first."""
    by_path: dict[str, list[Clue]] = {}
    for clue in clues:
        by_path.setdefault(clue.path, []).append(clue)
    paths = worth_a_look(survey, by_path)
    found = [_script(survey, path, by_path.get(path, [])) for path in paths]
    found += [_shell(path, said) for path, said in by_path.items() if not path.endswith((".py", SUFFIX))]
    found += [_executable(survey, path, by_path.get(path, [])) for path in survey.named("train", deep=True)]
    if not any(one is not None and not one.submits and one.score > 0 for one in found):
        found += [_function(survey, path, by_path.get(path, [])) for path in paths]
        notebooks = [path for path in survey.with_suffix(SUFFIX) if not _NO_PROGRAM.search(path)]
        found += [_notebook(survey, path, by_path.get(path, [])) for path in notebooks[:_MOST_NOTEBOOKS]]
    best = {one.path: one for one in found if one is not None}
    imported = _only_imported(survey, best)
    best = {path: _of_stages(survey, one, best) for path, one in best.items()}
    kept = (one for path, one in best.items() if path not in imported)
    return sorted(kept, key=lambda one: (-one.score, one.path))


def likely(found: Iterable[Candidate]) -> list[Candidate]:
    """Those that may train: what serves, prepares or evaluates only where nothing else is a program that trains."""
    able = [one for one in found if not one.submits and not (one.deeds and one.deeds.serves)]
    named = [one for one in able if one.role in ("train", "main", "")]
    if named:
        return named
    trains = [one for one in able if one.deeds is not None and one.deeds.trains]
    return (
        trains
        or [one for one in able if one.trains]
        or [one for one in able if one.deeds is not None and one.deeds.names_training]
    )


def told_at_the_top(found: Iterable[Candidate]) -> list[Candidate]:
    """Those that the README of the whole project starts."""
    return [one for one in found if any(_TOP_README.match(clue.why) for clue in one.clues)]


def _of_stages(survey: Survey, one: Candidate, found: Mapping[str, Candidate]) -> Candidate:
    """A program that runs others one after the other goes before the one of them that trains."""
    if one.deeds is None or one.deeds.serves or one.role not in ("train", "main", ""):
        return one
    stages = [found[path] for path in imported(survey, one.path, one.deeds.tree) if path in found]
    stages = [stage for stage in stages if stage.deeds and stage.deeds.guarded and stage.path != one.path]
    training = next((stage for stage in stages if stage.role == "train"), None)
    if training is None or len(stages) < _STAGES:
        return one
    why = f"it runs {len(stages)} programs, of which {training.path} trains"
    score = max(one.score, training.score + 2 * CLOSE)
    return replace(one, score=score, reasons=(why, *one.reasons), trains=True)


def _only_imported(survey: Survey, found: Mapping[str, Candidate]) -> set[str]:
    """Modules that only set something up when they are started, and that a program imports."""
    able = [
        path
        for path, one in found.items()
        if one.deeds and not one.deeds.guarded and one.deeds.defines_only and not one.clues
    ]
    if not able:
        return set()
    programs = [(path, one.deeds.tree) for path, one in found.items() if one.deeds and one.deeds.guarded]
    return {file for path, tree in programs for file in imported(survey, path, tree) if file in able}


def worth_a_look(survey: Survey, said: Collection[str]) -> list[str]:
    """The files that are worth parsing, by a look at their text; as many as can be afforded."""
    worth: list[tuple[tuple[object, ...], str]] = []
    for path in survey.with_suffix(".py"):
        if _NEVER.search(path) or (_NO_PROGRAM.search(path) and path not in said):
            continue
        text = survey.text(path)
        guarded, role = "__name__" in text and "__main__" in text, role_of(path)
        steps = any(step in text for step in STEPS)
        parses = any(call in text for call in _PARSES)
        named = role in ("train", "main") or says_exactly(PurePosixPath(path).stem, role)
        if path in said or guarded or named or steps or parses:
            order = {"train": 0, "main": 1}.get(role, 2)
            worth.append(((path not in said, not (guarded or steps), order, path.count("/"), path), path))
    room, chosen = _MOST_PARSED_BYTES, []
    for _, path in sorted(worth)[:_MOST_PARSED]:
        room -= len(survey.text(path))
        if room > 0:
            chosen.append(path)
    return chosen


def _script(survey: Survey, path: str, clues: list[Clue]) -> Candidate | None:
    tree = parsed(survey.root / path)
    if tree is None:
        return None
    deeds = deeds_of(tree)
    called = any(clue.function for clue in clues)
    declared = any(clue.declared for clue in clues)
    if not (deeds.guarded or deeds.acts or called or declared):
        return None
    if deeds.tests and not clues:
        return None
    role = role_of(path)
    reasons = [*_of_the_name(path, role), *_of_the_code(survey, path, deeds, role), *_of_clues(clues)]
    if role == "" and not (deeds.guarded or deeds.trains or deeds.parser or clues):
        return None
    return _judged(path, reasons, Candidate(path, 0, (), role, deeds, tuple(clues)))


def _function(survey: Survey, path: str, clues: list[Clue]) -> Candidate | None:
    """A module that starts nothing, whose function a job can call; behind every program."""
    tree = parsed(survey.root / path)
    found = uncalled(path, tree) if tree is not None else None
    clue = found.clue(survey.root) if found is not None else None
    if tree is None or clue is None:
        return None
    deeds, role = deeds_of(tree), role_of(path)
    if deeds.guarded or deeds.tests or not (deeds.trains or role == "train"):
        return None
    reasons = [*_of_the_name(path, role), (_FUNCTION, clue.why)]
    reasons += [(30, deeds.trains)] if deeds.trains else []
    return _judged(path, reasons, Candidate(path, 0, (), role, deeds, (*clues, clue)))


def _judged(path: str, reasons: list[tuple[int, str]], bare: Candidate) -> Candidate:
    folders = path.split("/")[:-1]
    score = sum(weight for weight, _ in reasons) - len(folders)
    score -= 15 * bool(set(folders) & _ASIDE) + 5 * ("scripts" in folders)
    ranked = sorted(reasons, key=lambda reason: -reason[0])
    texts = tuple(dict.fromkeys(text for _, text in ranked))
    telling = any(clue.declared or clue.facts or _is_told_to_train(clue) for clue in bare.clues)
    trains = (
        bare.role == "train"
        or telling
        or bool(bare.role in ("main", "") and bare.deeds and bare.deeds.training_command)
        or any(_TRAINS in text or "which it imports" in text for _, text in reasons)
    )
    return Candidate(path, score, texts, bare.role, bare.deeds, bare.clues, trains)


def _is_told_to_train(clue: Clue) -> bool:
    """``make train``, ``./launch.py train_policy``"""
    words = clue.started.arguments if clue.started else ()
    told = [clue.job, *(word for word in words[:2] if not word.startswith("-"))]
    return any(role_of_name(word) == "train" for word in told if "/" not in word and "." not in word)


def _of_the_name(path: str, role: Role) -> list[tuple[int, str]]:
    name = PurePosixPath(path).name
    if PurePosixPath(path).stem == "train":
        return [(40, f"its name is {name}")]
    weight, _ = _NAMES.get(role, (0, ""))
    return [(weight, f"its name is {name}")]


def _of_the_code(survey: Survey, path: str, deeds: Deeds, role: Role) -> list[tuple[int, str]]:
    found = [(10, "it is a program")] if deeds.guarded else [(5, "it runs when started")]
    if deeds.parser:
        found.append((10, f"it reads arguments by {deeds.parser}"))
    elif deeds.reads_argv:
        found.append((5, "it reads sys.argv"))
    if deeds.trains:
        found.append((30, deeds.trains))
    elif role in ("train", "main", "") and (where := trains_elsewhere(survey, path, deeds.tree)):
        found.append((27, where))
    elif deeds.training_command:
        found.append((25, f"it has the command `{deeds.training_command}`"))
    elif deeds.calls_training:
        found.append((8, "it calls what is named after training"))
    if deeds.saves:
        found.append((5, "it saves something"))
    return found


def _of_clues(clues: list[Clue]) -> list[tuple[int, str]]:
    """Each kind of file counts once: ten commands of one README, or ten scripts, are no ten reasons."""
    best: dict[str, Clue] = {}
    for clue in clues:
        file = PurePosixPath(clue.why.split(":")[0].split(" ")[0])
        source = file.suffix or file.name
        if source not in best or best[source].weight < clue.weight:
            best[source] = clue
    return [(clue.weight, clue.why) for clue in best.values()]


def _shell(path: str, clues: list[Clue]) -> Candidate | None:
    """A shell script that does more than start one program."""
    if not path.endswith(".sh"):
        return None
    role = role_of(path)
    reasons = [(10 if role == "train" else 0, f"its name is {PurePosixPath(path).name}"), *_of_clues(clues)]
    return _judged(path, reasons, Candidate(path, 0, (), role, None, tuple(clues)))


def _executable(survey: Survey, path: str, clues: list[Clue]) -> Candidate | None:
    """``train`` without a suffix: what SageMaker starts in a container that somebody brings along."""
    text = survey.text(path)
    first = text.partition("\n")[0]
    if not first.startswith("#!") or "python" not in first:
        return None
    tree = parsed_text(text)
    if tree is None:
        return None
    deeds = Deeds(tree)
    reasons = [(45, "it is the `train` of a container for SageMaker"), *_of_clues(clues)]
    reasons += [(30, deeds.trains)] if deeds.trains else []
    return _judged(path, reasons, Candidate(path, 0, (), "train", deeds, tuple(clues)))


def _notebook(survey: Survey, path: str, clues: list[Clue]) -> Candidate | None:
    """Behind every script: a notebook is often what the script was made of."""
    try:
        notebook = notebook_of(survey.root / path)
    except Unreadable:
        return None
    if not any(cell.strip() for cell in notebook.cells):
        return None
    deeds, role = Deeds(notebook.tree), role_of(path)
    reasons = [*_of_the_name(path, role), (5, "it is a notebook, and no script here is a program")]
    reasons += [(30, deeds.trains)] if deeds.trains else []
    reasons += [(20, "a cell of it is tagged `parameters`")] if notebook.defaults is not None else []
    return _judged(path, [*reasons, *_of_clues(clues)], Candidate(path, 0, (), role, deeds, tuple(clues)))


def home_of(survey: Survey, path: str) -> str:
    """The folder of a project in the project: an example, or one with requirements of its own; empty for the rest."""
    parts = path.split("/")[:-1]
    for depth in range(len(parts), 0, -1):
        folder = "/".join(parts[:depth])
        if any(f"{folder}/{mark}" in survey.known for mark in MARKS):
            return folder
    return "/".join(parts) if set(parts) & _ASIDE else ""
