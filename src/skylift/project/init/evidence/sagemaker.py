"""Code that submits SageMaker jobs already: what it starts, with what, on what (SDK v2's estimators, v3's ModelTrainer)."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from skylift.project.init.evidence.clues import Clue, resolve
from skylift.project.init.evidence.commands import Started, started
from skylift.project.init.evidence.constants import UNKNOWN, Constants, keywords, last_name
from skylift.project.init.evidence.roles import is_secret
from skylift.project.init.evidence.survey import Survey
from skylift.project.source.notebooks import Unreadable, notebook_of
from skylift.project.source.parsing import parsed
from skylift.project.source.trees import walk
from skylift_runtime.contract import HYPERPARAMETER_KEY_LIMIT, RESERVED_CHANNEL

_MOST = 30
_WEIGHT = 60
_ESTIMATORS = frozenset(
    {"PyTorch", "TensorFlow", "SKLearn", "XGBoost", "HuggingFace", "MXNet", "Estimator", "Framework"}
)
_TRAINER = "ModelTrainer"
ROLE = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/.+")
_INSTANCE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9-]+")
REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
TARGET = "cloud"
_CHANNEL = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9.\-_]{1,64}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_Keys = Mapping[str, ast.expr]


def sagemaker_clues(survey: Survey) -> Iterator[Clue]:
    """A clue for each program that such code has started, with all it says of the job."""
    for path, tree in _submitting(survey):
        constants = Constants(tree)
        for name, call in _calls(tree):
            yield from _Submission(survey, path, constants).clues(name, call)


def _submitting(survey: Survey) -> Iterator[tuple[str, ast.Module]]:
    paths = [path for path in survey.with_suffix(".py") if "sagemaker" in survey.text(path)]
    for path in sorted(paths, key=lambda path: path.count("/"))[:_MOST]:
        tree = parsed(survey.root / path)
        if tree is not None:
            yield path, tree
    for path in sorted(survey.with_suffix(".ipynb"), key=lambda path: path.count("/"))[:_MOST]:
        if "sagemaker" not in survey.text(path):
            continue
        try:
            yield path, notebook_of(survey.root / path).tree
        except Unreadable:
            continue


def _calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Constructors of estimators, and the variable that each is kept in."""
    bound = {
        id(node.value): node.targets[0].id
        for node in walk(tree)
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
    }
    for node in walk(tree):
        if isinstance(node, ast.Call) and last_name(node.func) in (_ESTIMATORS | {_TRAINER}):
            yield bound.get(id(node), ""), node


@dataclass
class _Submission:
    survey: Survey
    file: str
    known: Constants
    notes: list[str] = field(default_factory=list)

    def clues(self, variable: str, call: ast.Call) -> Iterator[Clue]:
        said = keywords(call)
        program, found = self._started(said)
        if not program:
            return
        facts = self._facts(said, variable)
        self._say_the_rest(said, last_name(call.func))
        where = f"{self.file}:{call.lineno}"
        why = f"{where}, {last_name(call.func)}(…), starts it on SageMaker"
        notes = tuple(f"{where}: {note}" for note in dict.fromkeys(self.notes))
        yield Clue(program, why, _WEIGHT, started=found, facts=facts, notes=notes)

    def _started(self, said: _Keys) -> tuple[str, Started | None]:
        if "source_code" in said:
            return self._program(said)
        if "entry_point" in said or "image_uri" not in said:
            return self._script(said, said.get("entry_point"))
        # An image that somebody brings along starts its own `train`.
        own = self.survey.named("train", deep=True)
        return (own[0], None) if len(own) == 1 else ("", None)

    def _program(self, said: _Keys) -> tuple[str, Started | None]:
        """``source_code=SourceCode(source_dir="src", entry_script="train.py")``, or its ``command``."""
        inner = self._inner(said, "source_code")
        command = self.known.value(inner.get("command"))
        if isinstance(command, str):
            folder = self.known.value(inner.get("source_dir"))
            for found in started(command):
                program = resolve(self.survey, found, self._folder(folder))
                if program:
                    return program, found
        return self._script(inner, inner.get("entry_script"))

    def _inner(self, said: _Keys, name: str) -> _Keys:
        """The keywords of the object that is handed over as ``name``."""
        node = self.known.node(said.get(name))
        return keywords(node) if isinstance(node, ast.Call) else {}

    def _script(self, said: _Keys, entry: ast.expr | None) -> tuple[str, Started | None]:
        script, folder = self.known.value(entry), self.known.value(said.get("source_dir"))
        if not isinstance(script, str):
            return "", None
        inside = self._folder(folder)
        path = PurePosixPath(inside, script).as_posix()
        return resolve(self.survey, Started(path, "script")) or resolve(
            self.survey, Started(script, "script"), inside
        ), None

    def _folder(self, folder: Any) -> str:
        """Relative to the code that says it, or to the project."""
        here = PurePosixPath(self.file).parent
        if not isinstance(folder, str) or "://" in folder:
            return here.as_posix().removeprefix(".")
        parts: list[str] = []
        for part in (*here.parts, *PurePosixPath(folder).parts):
            parts = parts[:-1] if part == ".." else [*parts, part]
        inside = PurePosixPath(*parts).as_posix()
        beside = any(path.startswith(f"{inside}/") for path in self.survey.files)
        return inside if beside else PurePosixPath(folder).as_posix()

    def _facts(self, said: _Keys, variable: str) -> dict[str, Any]:
        facts = {
            "hyperparameters": self._values(said, "hyperparameters"),
            "metrics": self._metrics(said.get("metric_definitions")),
            "channels": self._channels(said, variable),
            "targets": self._targets(said),
            "aws": self._aws(said),
        }
        return {key: table for key, table in facts.items() if table}

    def _say_the_rest(self, said: _Keys, kind: str) -> None:
        """What has no key of ours, or is decided elsewhere."""
        versions = [self.known.value(said.get(name)) for name in ("framework_version", "py_version")]
        image = self.known.value(said.get("image_uri", said.get("training_image")))
        told = " ".join([kind, *(value for value in versions if isinstance(value, str))])
        if isinstance(image, str):
            self.notes.append(f"it runs in the image {image} there: see [image] base")
        elif any(isinstance(value, str) for value in versions):
            self.notes.append(
                f"it runs in the image of {told} there; here the requirements decide what is installed"
            )
        if "checkpoint_s3_uri" in said:
            self.notes.append(
                "its checkpoints go to a place of their own there, and here below [aws] storage"
            )

    def _values(self, said: _Keys, name: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in self.known.table(said.get(name)).items():
            if is_secret(key):
                self.notes.append(f"the {name[:-1]} {key} may be a secret: see [secrets]")
            elif value is UNKNOWN or not isinstance(value, str | int | float | bool | list):
                self.notes.append(f"the {name[:-1]} {key} is only known at run time")
            elif 0 < len(key) <= HYPERPARAMETER_KEY_LIMIT and not key.startswith("sagemaker_"):
                found[key] = _number(value)
        return found

    def _metrics(self, node: ast.expr | None) -> dict[str, str]:
        value = self.known.value(self.known.node(node))
        found = {}
        for item in value if isinstance(value, list) else ():
            name, pattern = (item.get("Name"), item.get("Regex")) if isinstance(item, dict) else (None, None)
            if isinstance(name, str) and isinstance(pattern, str) and _has_group(pattern):
                found[name] = pattern
        return found

    def _channels(self, said: _Keys, variable: str) -> dict[str, Any]:
        """``fit({"train": "s3://…"})`` and ``input_data_config=[InputData(…)]``."""
        found: dict[str, Any] = {}
        for node in self._inputs(said, variable):
            for name, value in self.known.items(node).items():
                found |= self._channel(name, value, said.get("input_mode"))
            listed = self.known.node(node)
            for item in listed.elts if isinstance(listed, ast.List) else ():
                inner = self.known.node(item)
                keys = keywords(inner) if isinstance(inner, ast.Call) else {}
                name = self.known.value(keys.get("channel_name"))
                if isinstance(name, str):
                    found |= self._channel(name, keys.get("data_source"), said.get("input_mode"))
        return found

    def _inputs(self, said: _Keys, variable: str) -> Iterator[ast.expr]:
        if "input_data_config" in said:
            yield said["input_data_config"]
        for node in walk(self.known.tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in ("fit", "train") and variable and last_name(node.func.value) == variable:
                yield from (
                    keyword.value
                    for keyword in node.keywords
                    if keyword.arg in ("inputs", "input_data_config")
                )
                yield from node.args[:1]

    def _channel(self, name: str, node: ast.expr | None, said: ast.expr | None) -> dict[str, Any]:
        found, mode = self.known.node(node), self.known.value(said)
        if not _CHANNEL.fullmatch(name) or name == RESERVED_CHANNEL:
            return {}
        if isinstance(found, ast.Call):
            keys = keywords(found)
            mode = self.known.value(keys.get("input_mode", said))
            node = next(iter(found.args), keys.get("s3_data", keys.get("s3_uri")))
        place = self.known.value(node)
        if not isinstance(place, str) or not place.startswith("s3://"):
            self.notes.append(f"the channel {name} is read from a place that is only known at run time")
            return {}
        modes = {"mode": mode} if mode in ("FastFile", "Pipe") else {}
        return {name: {"cloud": place, **modes}}

    def _targets(self, said: _Keys) -> dict[str, Any]:
        both = {**said, **self._inner(said, "compute"), **self._inner(said, "stopping_condition")}
        known = {name: self.known.value(node) for name, node in both.items()}
        target: dict[str, Any] = {"backend": "sagemaker"}
        kind = known.get("instance_type")
        if isinstance(kind, str) and _INSTANCE.fullmatch(kind):
            target["instance-type"] = kind
        for name, key in _NUMBERS.items():
            value = known.get(name)
            if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                target[key] = value
        environment = {
            key: str(value)
            for key, value in self._values(said, "environment").items()
            if _VARIABLE.fullmatch(key)
        }
        if environment:
            target["environment"] = environment
        if known.get("use_spot_instances") is True or known.get("enable_managed_spot_training") is True:
            target["request"] = _spot(known, target)
        return {TARGET: target} if len(target) > 1 else {}

    def _aws(self, said: _Keys) -> dict[str, str]:
        role = self.known.value(said.get("role"))
        found = {"role": role} if isinstance(role, str) and ROLE.fullmatch(role) else {}
        regions = {
            value
            for node in walk(self.known.tree)
            if isinstance(node, ast.keyword) and node.arg == "region_name"
            if isinstance(value := self.known.value(node.value), str) and REGION.fullmatch(value)
        }
        return found | ({"region": regions.pop()} if len(regions) == 1 else {})


_NUMBERS = {
    "instance_count": "instance-count",
    "max_run": "max-run",
    "max_runtime_in_seconds": "max-run",
    "volume_size": "volume",
    "volume_size_in_gb": "volume",
}


def _spot(known: Mapping[str, Any], target: Mapping[str, Any]) -> dict[str, Any]:
    wait = known.get("max_wait", known.get("max_wait_time_in_seconds"))
    # The service wants it to be no less than the time that a job may run.
    longest = target.get("max-run", 86400)
    seconds = max(wait, longest) if isinstance(wait, int) else longest
    return {"EnableManagedSpotTraining": True, "StoppingCondition": {"MaxWaitTimeInSeconds": seconds}}


def _number(value: Any) -> Any:
    """SDKs want texts; where one is a number, the number was meant."""
    if isinstance(value, str) and re.fullmatch(
        r"[-+]?\d+|[-+]?\d*\.\d+([eE][-+]?\d+)?|[-+]?\d+[eE][-+]?\d+", value
    ):
        return json.loads(value) if re.fullmatch(r"-?(0|[1-9]\d*)", value) else float(value)
    return value


def _has_group(pattern: str) -> bool:
    try:
        return re.compile(pattern).groups > 0
    except re.error:
        return False
