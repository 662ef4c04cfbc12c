"""The answer of DescribeTrainingJob, from the first moment to the last."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from skylift.host.clock import iso
from skylift.values.ports import Clock
from skylift.values.printed import Printed
from skylift_runtime.contract import FAILURE_LIMIT

Status = Literal["InProgress", "Stopping", "Completed", "Failed", "Stopped"]

_MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Interrupted": "The instances were interrupted",
    "Stopping": "Stopping the training job",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}
# The service answers these even where the request left them out.
_DEFAULTS = {
    "EnableNetworkIsolation": False,
    "EnableInterContainerTrafficEncryption": False,
    "EnableManagedSpotTraining": False,
}


class Observer(Protocol):
    """Hears of everything that happens, in order; ``printed`` from a thread of its own."""

    def changed(self, description: Mapping[str, Any]) -> None:
        """The job entered another status."""

    def printed(self, printed: Printed) -> None: ...

    def unfinished(self, host: str, data: bytes) -> None:
        """How the line ends that a host has been writing for a while; empty when there is none any more."""


@dataclass(frozen=True)
class Outcome:
    """How a job ended."""

    status: Status
    secondary: str
    reason: str = ""


class History:
    """Keeps the description and tells the observer of each change.

    The description is replaced, never changed in place: any thread may read it at any time.
    """

    def __init__(self, observer: Observer, clock: Clock) -> None:
        self._observer = observer
        self._clock = clock
        self._description: Mapping[str, Any] = {}

    @property
    def description(self) -> dict[str, Any]:
        return copy.deepcopy(dict(self._description))

    def begin(self, request: Mapping[str, Any], *, arn: str, model: str) -> None:
        # DescribeTrainingJob gives back the whole request but its tags.
        asked = {key: value for key, value in request.items() if key != "Tags"}
        created = iso(self._clock.now())
        self._description = {
            **_DEFAULTS,
            **asked,
            "TrainingJobArn": arn,
            "ModelArtifacts": {"S3ModelArtifacts": model},
            "CreationTime": created,
            "SecondaryStatusTransitions": [],
        }
        self.enter("Starting")

    def enter(self, secondary: str, status: Status = "InProgress") -> None:
        now = self._clock.now()
        # After an interruption the job is still the one that began then.
        begins = secondary == "Downloading" and "TrainingStartTime" not in self._description
        times = {"TrainingStartTime": iso(now)} if begins else {}
        self._replace(now, status, secondary, times)

    def end(self, outcome: Outcome, metrics: Sequence[Mapping[str, Any]]) -> None:
        now = self._clock.now()
        facts: dict[str, Any] = {"TrainingEndTime": iso(now)}
        started = self._description.get("TrainingStartTime")
        if started:
            seconds = int((now - datetime.fromisoformat(started.replace("Z", "+00:00"))).total_seconds())
            facts |= {"TrainingTimeInSeconds": seconds, "BillableTimeInSeconds": seconds}
        if outcome.reason:
            facts["FailureReason"] = outcome.reason[:FAILURE_LIMIT]
        if metrics:
            facts["FinalMetricDataList"] = list(metrics)
        self._replace(now, outcome.status, outcome.secondary, facts, last=True)

    def _replace(
        self, now: datetime, status: Status, secondary: str, facts: Mapping[str, Any], *, last: bool = False
    ) -> None:
        moment = iso(now)
        entered = {"Status": secondary, "StartTime": moment, "StatusMessage": _MESSAGES[secondary]}
        earlier = list(self._description["SecondaryStatusTransitions"])
        if earlier:
            earlier[-1] = {**earlier[-1], "EndTime": moment}
        self._description = {
            **self._description,
            **facts,
            "TrainingJobStatus": status,
            "SecondaryStatus": secondary,
            "LastModifiedTime": moment,
            "SecondaryStatusTransitions": [*earlier, {**entered, **({"EndTime": moment} if last else {})}],
        }
        self._observer.changed(self.description)
