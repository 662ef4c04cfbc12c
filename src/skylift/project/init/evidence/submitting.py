"""The calls of SageMaker's SDK in a project's code, followed and never run: an estimator, and all that it is given."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from skylift.project.init.evidence.survey import Survey
from skylift.project.source.notebooks import Unreadable, notebook_of
from skylift.project.source.parsing import parsed
from skylift.project.source.program import Program
from skylift.project.source.symbolic.follow import Follower
from skylift.project.source.symbolic.values import Class, Function, Given, Opaque, Place
from skylift.project.source.trees import walk

_MOST = 30
_MOST_ENDLESS = 3
"""Files that are too large to be followed: each of them takes its time."""
FRAMEWORKS = frozenset({"PyTorch", "TensorFlow", "SKLearn", "XGBoost", "HuggingFace", "MXNet", "Chainer"})
TRAINER = "ModelTrainer"
_STARTING = FRAMEWORKS | {"Estimator", "Framework", TRAINER}
_PARTS = frozenset(
    {
        "SourceCode", "Compute", "StoppingCondition", "Networking", "OutputDataConfig", "CheckpointConfig",
        "InputData", "TrainingInput", "s3_input", "DataSource", "S3DataSource", "Torchrun", "MPI", "SMP", "Tag",
        "RetryStrategy",
    }
)  # fmt: skip
"""What they are configured with."""
_TUNER = "HyperparameterTuner"
_FITS = frozenset({"fit", "train"})
_POSITIONS = {
    "Estimator": ("image_uri", "role", "instance_count", "instance_type"),
    TRAINER: (),
}


@dataclass(eq=False)
class Made:
    """An object of the SDK's, with what it was given."""

    kind: str
    given: Given
    at: Place
    of_the_sdk: bool = True
    """Whether its name says whose it is."""
    inputs: list[object] = field(default_factory=list)
    """What it was told to train with."""
    varied: bool = False
    """Whether a tuner varies what it is given."""

    @property
    def said(self) -> dict[str, object]:
        """Its arguments by name."""
        names = _POSITIONS.get(self.kind, ("entry_point",) if self.kind in FRAMEWORKS else ())
        return {**dict(zip(names, self.given.args, strict=False)), **self.given.keywords}

    def act(self, method: str, given: Given, _at: Place) -> object:
        if method in _FITS and self.kind in _STARTING:
            self.inputs += [given.get(0, "inputs", given.keywords.get("input_data_config"))]
        elif method == "set_hyperparameters":
            known = self.given.keywords.get("hyperparameters")
            table = {**(known if isinstance(known, dict) else {}), **given.keywords}
            self.given = replace(self.given, keywords={**self.given.keywords, "hyperparameters": table})
        elif method == "__init__":
            self.given = given
        return Opaque(method)


@dataclass(eq=False)
class _Tuner:
    """What fits an estimator many times."""

    of: Made

    def act(self, method: str, given: Given, at: Place) -> object:
        return self.of.act(method, given, at)


class _Ear:
    """Hears the SDK's classes being called."""

    def __init__(self) -> None:
        self.made: list[Made] = []
        self.regions: set[str] = set()

    def library_call(self, name: str, given: Given, at: Place) -> object:
        last = name.rpartition(".")[2]
        if isinstance(region := given.keywords.get("region_name"), str):
            self.regions.add(region)
        if last in _STARTING | _PARTS:
            made = Made(last, given, at, name.startswith("sagemaker"))
            self.made += [made] if last in _STARTING else []
            return made
        if last == _TUNER and isinstance(tuned := given.get(0, "estimator"), Made):
            tuned.varied = True
            return _Tuner(tuned)
        return None

    def opaque_call(self, _owner: Opaque, _method: str, _given: Given, _at: Place) -> object:
        return None


@dataclass(frozen=True)
class Submitting:
    """One file that submits jobs."""

    file: str
    made: tuple[Made, ...]
    """Estimators, and trainers of v3."""
    regions: frozenset[str]
    whole: bool = True
    """Whether the file could be followed to its end."""


def submitting(survey: Survey) -> Iterator[Submitting]:
    """The files of a project that do, the nearest to the root first."""
    endless = 0
    for path, tree in _trees(survey):
        if endless >= _MOST_ENDLESS:
            yield Submitting(path, (), frozenset(), whole=False)
            return
        ear = _Ear()
        follower = Follower(Program(survey.root, survey.root / path, tree), ear)
        follower.run()
        follower.call_the_rest()
        _call_methods(follower)
        # A loop makes one of a line many times.
        once = {(made.at.file, made.at.line): made for made in reversed(ear.made)}
        endless += follower.exhausted
        yield Submitting(
            path, tuple(reversed(once.values())), frozenset(ear.regions), whole=not follower.exhausted
        )


def _call_methods(follower: Follower) -> None:
    """Methods that nothing called are followed, too: what they are given is unknown."""
    for found in list(follower.entry.scope.names.values()):
        for method in list(found.names.values()) if isinstance(found, Class) else ():
            if isinstance(method, Function) and method.node not in follower.called:
                follower.call_alone(method)


def _trees(survey: Survey) -> Iterator[tuple[str, ast.Module]]:
    """Files with such a call: no other is worth following."""
    for suffix in (".py", ".ipynb"):
        paths = [path for path in survey.with_suffix(suffix) if "sagemaker" in survey.text(path)]
        for path in sorted(paths, key=lambda path: path.count("/"))[:_MOST]:
            tree = _tree(survey, path)
            if tree is not None and any(_name(node) in _STARTING for node in walk(tree)):
                yield path, tree


def _tree(survey: Survey, path: str) -> ast.Module | None:
    if path.endswith(".py"):
        return parsed(survey.root / path)
    try:
        return notebook_of(survey.root / path).tree
    except Unreadable:
        return None


def _name(node: ast.AST) -> str:
    """As which something may be called: by its name, by its attribute, or as a base class."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
