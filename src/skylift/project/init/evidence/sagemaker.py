"""Code that submits SageMaker jobs already: what it starts, with what, on what (SDK v2's estimators, v3's ModelTrainer)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from skylift.project.init.evidence.clues import Clue, resolve
from skylift.project.init.evidence.commands import Started, started
from skylift.project.init.evidence.sagemaker_channels import channels
from skylift.project.init.evidence.sagemaker_targets import ROLE, target
from skylift.project.init.evidence.submitting import TRAINER, Made, Submitting, submitting
from skylift.project.init.evidence.survey import Survey
from skylift.project.init.evidence.taken import UNKNOWN, Said
from skylift.values.secrets import names_secret
from skylift_runtime.contract import HYPERPARAMETER_KEY_LIMIT

_WEIGHT = 60
REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
TARGET = "cloud"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[-+]?\d+|[-+]?\d*\.\d+([eE][-+]?\d+)?|[-+]?\d+[eE][-+]?\d+")


def sagemaker_clues(survey: Survey, left: list[str]) -> Iterator[Clue]:
    """A clue for each program that such code has started, with all it says of the job.

    :param left: what is left to the user of jobs whose program is not known is added to it.
    """
    for file in submitting(survey):
        if not file.whole:
            left.append(f"{file.file} submits jobs, and is too large to be followed to its end")
        for made in file.made:
            clue = _Submission(survey, file, made).clue()
            if clue is not None:
                yield clue
            elif made.of_the_sdk:
                left.append(f"{made.at}: {made.kind}(…) starts a program that is only known when it runs")


@dataclass
class _Submission:
    survey: Survey
    file: Submitting
    made: Made
    said: Said = field(init=False)

    def __post_init__(self) -> None:
        self.said = Said(self.made)

    def clue(self) -> Clue | None:
        program, found = self._started()
        if not program:
            return None
        facts = {
            "hyperparameters": self._values("hyperparameters"),
            "metrics": self._metrics(),
            "channels": channels(self.said, self.made.inputs),
            "targets": self._targets(),
            "aws": self._aws(),
        }
        found = self._launched(program, found)
        self._say_the_rest()
        why = f"{self.made.at}, {self.made.kind}(…), starts it on SageMaker"
        return Clue(
            program,
            why,
            _WEIGHT,
            started=found,
            facts={key: table for key, table in facts.items() if table},
            notes=tuple(f"{self.made.at}: {note}" for note in dict.fromkeys(self.said.notes)),
        )

    def _started(self) -> tuple[str, Started | None]:
        if self.made.kind == TRAINER:
            return self._program(self.said.inner("source_code"))
        entry, image = self.said.take("entry_point"), self.said.has("image_uri")
        if isinstance(entry, str) or not image:
            return self._script(entry, self.said.take("source_dir")), None
        # An image that somebody brings along starts its own `train`.
        own = self.survey.named("train", deep=True)
        return (own[0], None) if len(own) == 1 else ("", None)

    def _program(self, inner: Said) -> tuple[str, Started | None]:
        """``source_code=SourceCode(source_dir="src", entry_script="train.py")``, or its ``command``."""
        command, folder = inner.take("command"), inner.take("source_dir")
        # The project's own requirements are read anyhow.
        script, _ = inner.take("entry_script"), inner.take("requirements")
        self.said.take_over(inner, "source_code")
        if isinstance(command, str):
            for found in started(command):
                program = resolve(self.survey, found, self._folder(folder))
                if program:
                    return program, found
        return self._script(script, folder), None

    def _script(self, script: Any, folder: Any) -> str:
        if not isinstance(script, str):
            return ""
        inside = self._folder(folder)
        path = PurePosixPath(inside, script).as_posix()
        return resolve(self.survey, Started(path, "script")) or resolve(
            self.survey, Started(script, "script"), inside
        )

    def _folder(self, folder: Any) -> str:
        """Relative to the code that says it, or to the project."""
        here = PurePosixPath(self.file.file).parent
        if not isinstance(folder, str) or "://" in folder:
            return here.as_posix().removeprefix(".")
        parts: list[str] = []
        for part in (*here.parts, *PurePosixPath(folder).parts):
            parts = parts[:-1] if part == ".." else [*parts, part]
        inside = PurePosixPath(*parts).as_posix()
        beside = any(path.startswith(f"{inside}/") for path in self.survey.files)
        return inside if beside else PurePosixPath(folder).as_posix()

    def _launched(self, program: str, found: Started | None) -> Started | None:
        """``distribution={"torch_distributed": {"enabled": True}}`` and ``distributed=Torchrun()``."""
        asked = self.said.take("distribution")
        asked = self.said.take("distributed") if asked is UNKNOWN else asked
        if asked is UNKNOWN:
            return found
        kind, shown = _distribution(asked)
        if kind == "torchrun" and self.said.known.get("instance_count", 1) == 1 and found is None:
            return Started(program, "script", "torchrun")
        several = " on several hosts that find each other" * (self.said.known.get("instance_count", 1) != 1)
        self.said.notes.append(
            f'its processes are started by {shown} there{several}: write that as command = ["torchrun", …]'
        )
        return found

    def _values(self, name: str) -> dict[str, Any]:
        table = self.said.take(name)
        if isinstance(table, str):
            self.said.notes.append(f"the {name} stand in {table}")
        found: dict[str, Any] = {}
        for key, value in table.items() if isinstance(table, dict) else ():
            if not isinstance(key, str):
                self.said.notes.append(f"one of the {name} has a name that is made at run time")
            elif names_secret(key):
                self.said.notes.append(f"the {name[:-1]} {key} may be a secret: see [secrets]")
            elif not _is_value(value):
                self.said.dim.append(f"the {name[:-1]} {key}")
            elif 0 < len(key) <= HYPERPARAMETER_KEY_LIMIT and not key.startswith("sagemaker_"):
                found[key] = _number(value)
        return found

    def _metrics(self) -> dict[str, str]:
        value = self.said.take("metric_definitions")
        found = {}
        for item in value if isinstance(value, list | tuple) else ():
            name, pattern = (item.get("Name"), item.get("Regex")) if isinstance(item, dict) else (None, None)
            if isinstance(name, str) and isinstance(pattern, str) and _has_group(pattern):
                found[name] = pattern
            else:
                shown = name if isinstance(name, str) else "of its metrics"
                self.said.notes.append(f"the metric {shown} has no pattern with a group that is known")
        return found

    def _targets(self) -> dict[str, Any]:
        found = target(self.said)
        environment = {
            key: str(value) for key, value in self._values("environment").items() if _VARIABLE.fullmatch(key)
        }
        if environment:
            found["environment"] = environment
        return {TARGET: {"backend": "sagemaker", **found}} if found else {}

    def _aws(self) -> dict[str, str]:
        role = self.said.take("role")
        found = {}
        if isinstance(role, str) and ROLE.fullmatch(role):
            found = {"role": role}
        elif isinstance(role, str):
            self.said.notes.append(f"its role is named {role}: [aws] role wants the whole ARN")
        regions = [region for region in self.file.regions if REGION.fullmatch(region)]
        return found | ({"region": regions[0]} if len(regions) == 1 else {})

    def _say_the_rest(self) -> None:
        """What has no key of ours, or is decided elsewhere."""
        said = self.said
        versions = [
            said.take(name)
            for name in ("framework_version", "py_version", "transformers_version", "pytorch_version")
        ]
        image = next(filter(said.has, ("image_uri", "training_image")), "")
        shown = said.take(image) if image else UNKNOWN
        told = " ".join([self.made.kind, *(value for value in versions if isinstance(value, str))])
        if isinstance(shown, str):
            said.notes.append(f"it runs in the image {shown} there: see [image] base")
        elif any(isinstance(value, str) for value in versions):
            said.notes.append(
                f"it runs in the image of {told} there; here the requirements decide what is installed"
            )
        if self.made.varied:
            said.notes.append("a HyperparameterTuner varies its hyperparameters: here each run has its own")
        said.tell_the_rest()


def _distribution(asked: Any) -> tuple[str, str]:
    """Whether it is torchrun, and what it is called there."""
    if isinstance(asked, Made):
        count = asked.said.get("process_count_per_node")
        shown = f"{asked.kind} with {count} processes a host" if isinstance(count, int) else asked.kind
        return ("torchrun" if asked.kind == "Torchrun" and count is None else asked.kind), shown
    if not isinstance(asked, dict):
        return "", "something that is only known when it runs"
    names = [str(name) for name, table in asked.items() if not _is_off(table)]
    plain = names in (["torch_distributed"], ["pytorchddp"])
    return ("torchrun" if plain else ""), ", ".join(names) or "nothing"


def _is_off(table: Any) -> bool:
    return isinstance(table, dict) and table.get("enabled") is False


def _is_value(value: object) -> bool:
    if isinstance(value, list):
        return all(_is_value(item) for item in value)
    return isinstance(value, str | int | float | bool)


def _number(value: Any) -> Any:
    """SDKs want texts; where one is a number, the number was meant."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return json.loads(value) if re.fullmatch(r"-?(0|[1-9]\d*)", value) else float(value)
    return value


def _has_group(pattern: str) -> bool:
    try:
        return re.compile(pattern).groups > 0
    except re.error:
        return False
