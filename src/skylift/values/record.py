"""The record of a run: DescribeTrainingJob's shape, and all of ours under one key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from skylift.values.jobs import TERMINAL

Artifact = Literal["model", "output"]
OURS = "Skylift"
SCHEMA = 1
_WRAPPED = re.compile(r"AlgorithmError: (?P<said>.*), exit code: (?P<code>\d+)", re.DOTALL)

EQUAL_ON_EVERY_BACKEND = (
    "TrainingJobStatus",
    "SecondaryStatus",
    "FailureReason",
    "HyperParameters",
    "InputDataConfig[].ChannelName",
    "InputDataConfig[].InputMode",
    "StoppingCondition.MaxRuntimeInSeconds",
    "SecondaryStatusTransitions[].Status",
    "Skylift.schema",
    "Skylift.project",
    "Skylift.job",
    "Skylift.arguments",
    "Skylift.command",
    "Skylift.filled",
    "Skylift.revision",
    "Skylift.lock",
    "Skylift.metrics",
    "Skylift.hint",
)
"""Fields whose values the same project, arguments and files give wherever it runs."""

PRESENT_ON_EVERY_BACKEND = (
    "TrainingJobName",
    "TrainingJobArn",
    "RoleArn",
    "CreationTime",
    "LastModifiedTime",
    "TrainingEndTime",
    "OutputDataConfig.S3OutputPath",
    "ResourceConfig.InstanceCount",
    "ResourceConfig.InstanceType",
    "ModelArtifacts.S3ModelArtifacts",
    "Skylift.target",
    "Skylift.backend",
    "Skylift.channels",
    "Skylift.interpreter",
    "Skylift.image",
    "Skylift.user",
    "Skylift.system",
    "Skylift.advice",
)
"""Fields that are there wherever it runs, with values of that place."""


@dataclass(frozen=True)
class Left:
    """Where lies what a job has left; empty for nothing."""

    model: str = ""
    output: str = ""


@dataclass(frozen=True)
class Record:
    """A record as it stands on disk. Unknown keys are kept, so that an older client loses nothing."""

    data: Mapping[str, Any]

    def __repr__(self) -> str:
        # A notebook and a traceback show it, and all that is known of a run is some kilobytes.
        return f"<Record {self.data.get('TrainingJobName', 'without a name')}: {self.state}>"

    @property
    def name(self) -> str:
        return str(self.data["TrainingJobName"])

    @property
    def status(self) -> str:
        return str(self.data.get("TrainingJobStatus", "InProgress"))

    @property
    def secondary(self) -> str:
        return str(self.data.get("SecondaryStatus", "Starting"))

    @property
    def state(self) -> str:
        """How it stands, in one word: of what goes on or was stopped, the phase or the kind of stop says more."""
        return self.secondary if not self.terminal or self.status == "Stopped" else self.status

    @property
    def terminal(self) -> bool:
        return self.status in TERMINAL

    def time(self, key: str) -> datetime | None:
        """One of the record's times; None where it is missing, or none."""
        return moment(self.data.get(key))

    @property
    def took_s(self) -> float | None:
        """From its creation to its end; None for one that has not ended."""
        began, ended = self.time("CreationTime"), self.time("TrainingEndTime")
        return (ended - began).total_seconds() if began and ended else None

    @property
    def failure_reason(self) -> str:
        return str(self.data.get("FailureReason", ""))

    @property
    def reason(self) -> str:
        """The reason as the job said it, without what the service puts around it."""
        found = _WRAPPED.fullmatch(self.failure_reason)
        if found is None:
            return self.failure_reason
        return found["said"] or f"exit code {found['code']}"

    @property
    def hint(self) -> str:
        """What this side knew of the failure and the job could not; empty for nothing."""
        return str(self.ours.get("hint", ""))

    def artifact(self, what: Artifact) -> str:
        """Where an artifact of the job lies, if it has left one; empty before anything is known of it.

        The output lies beside the model: packed, or as a folder.
        """
        model = str(self.at("ModelArtifacts.S3ModelArtifacts") or "")
        if what == "model" or not model:
            return model
        folder, _, name = model.rstrip("/").rpartition("/")
        return f"{folder}/" + {"model": "data/"}.get(name, "output.tar.gz")

    @property
    def ours(self) -> Mapping[str, Any]:
        found = self.data.get(OURS, {})
        return found if isinstance(found, Mapping) else {}

    def at(self, path: str) -> Any:
        """The value at a dotted path; ``[]`` maps over a list; None where nothing is.

        >>> Record({"A": [{"B": 1}, {"B": 2}]}).at("A[].B")
        [1, 2]
        """
        return _at(self.data, path.split("."))


def moment(said: object) -> datetime | None:
    """A time as records and the service say it; None for what is none.

    >>> moment("2026-01-02T03:04:05.678Z"), moment("2026-01-02T03:04:05"), moment(None)
    (datetime.datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=datetime.timezone.utc), None, None)
    """
    try:
        # Before Python 3.11 the letter is not understood.
        found = datetime.fromisoformat(str(said).replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else None


def _at(value: Any, parts: list[str]) -> Any:
    if not parts:
        return value
    head, rest = parts[0], parts[1:]
    if head.endswith("[]"):
        items = value.get(head[:-2]) if isinstance(value, Mapping) else None
        return [_at(item, rest) for item in items] if isinstance(items, list) else None
    return _at(value[head], rest) if isinstance(value, Mapping) and head in value else None
