"""A job that is interrupted prints on other instances afterwards: each has a stream of its own, as on the service."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.functional.emulator.workbench import ENVIRONMENT, make_request, own_name, python
from tests.in_memory_s3 import InMemoryStore

from skylift.emulator.faults import Faults
from skylift.emulator.job import JobOptions
from skylift.emulator.platform import Platform
from skylift.emulator.processes import ProcessExecutor
from skylift.emulator.remote import S3Storage
from skylift.sandbox.log_stream import LogStream
from skylift.sandbox.training import TrainingJobs, Workshop
from skylift.values.jobs import LogLine
from skylift.values.progress import silent

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="hosts are told apart by mount namespaces")

GROUP = "/aws/sagemaker/TrainingJobs"
LINES = 200
SCRIPT = f"""
host = json.loads((ML / "input/config/resourceconfig.json").read_text())["current_host"]
again = ML / "checkpoints" / host
attempt = 2 if again.exists() else 1
again.write_text("1")
for number in range({LINES}):
    print(host, attempt, number, flush=True)
if attempt == 1:
    time.sleep(600)
"""


@dataclass
class StandingClock:
    """Shows the time of its making. When so many lines have been heard, a minute passes between two looks at it.

    Not all at once: those lines may have been heard before anybody has looked for the first time.
    """

    until: int
    _heard: int = 0
    _looks: int = 0
    _now: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def hear(self) -> None:
        with self._turn:
            self._heard += 1

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        with self._turn:
            self._looks += self._heard >= self.until
            return 60.0 * self._looks

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class HeardLog(LogStream):
    def __init__(self, client: Any, name: str, clock: StandingClock) -> None:
        super().__init__(client, name)
        self._clock = clock

    def add(self, line: LogLine) -> None:
        super().add(line)
        self._clock.hear()


@pytest.fixture
def logs(aws_variables: Mapping[str, str]) -> Any:
    return boto3.client(
        "logs",
        endpoint_url=aws_variables["AWS_ENDPOINT_URL"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
        region_name=aws_variables["AWS_REGION"],
    )


def streams(logs: Any, job: str) -> dict[str, list[str]]:
    found = logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix=f"{job}/")["logStreams"]
    names = [stream["logStreamName"] for stream in found]
    read = {
        name: logs.get_log_events(logGroupName=GROUP, logStreamName=name, startFromHead=True)
        for name in names
    }
    return {name: [event["message"] for event in answer["events"]] for name, answer in read.items()}


def ended(jobs: TrainingJobs, name: str) -> Mapping[str, Any]:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = jobs.describe(name) or {}
        if found.get("TrainingJobStatus") != "InProgress":
            return found
        time.sleep(0.05)
    raise AssertionError("the job did not end")


@pytest.mark.parametrize("hosts", [1, 2])
def test_each_attempt_of_each_host_has_a_stream_with_all_of_its_lines(
    tmp_path: Path, logs: Any, hosts: int
) -> None:
    clock = StandingClock(until=hosts * LINES)
    workshop = Workshop(
        folder=tmp_path / "jobs",
        executor=ProcessExecutor(python(SCRIPT), ENVIRONMENT),
        storage=S3Storage(InMemoryStore()),
        open_log=lambda name: HeardLog(logs, name, clock),
        options=JobOptions(
            Platform("eu-central-1", "123456789012"), faults=Faults(interrupt_after_s=60), grace_s=20
        ),
        clock=clock,
        report=silent,
    )
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": hosts, "VolumeSizeInGB": 1}
    algorithm = {"TrainingInputMode": "File", "TrainingImage": "none"}
    request = make_request(
        ResourceConfig=resources,
        AlgorithmSpecification=algorithm,
        StoppingCondition={"MaxRuntimeInSeconds": 86400},
        **own_name(),
    )
    name = request["TrainingJobName"]
    jobs = TrainingJobs(workshop)
    try:
        assert jobs.create(request)
        found = ended(jobs, name)
    finally:
        jobs.close()
    assert found["TrainingJobStatus"] == "Completed", found.get("FailureReason")
    began = int(clock.now().timestamp())
    # Both attempts began in one second, which the service's names would not tell apart.
    assert streams(logs, name) == {
        f"{name}/algo-{host}-{began + attempt - 1}": [
            f"algo-{host} {attempt} {number}" for number in range(LINES)
        ]
        for host in range(1, hosts + 1)
        for attempt in (1, 2)
    }
