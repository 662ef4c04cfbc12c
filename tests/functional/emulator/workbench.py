"""Emulated jobs for tests: requests, an observer that remembers, a store in memory."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import textwrap
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from skylift.emulator.execution import Executor
from skylift.emulator.faults import NO_FAULTS, Faults
from skylift.emulator.here import HereStorage
from skylift.emulator.job import EmulatedJob, JobOptions
from skylift.emulator.place import JobPlace
from skylift.emulator.platform import Platform
from skylift.emulator.processes import ProcessExecutor
from skylift.emulator.storage import Storage
from skylift.host.clock import SystemClock
from skylift.host.processes import identify
from skylift.values.jobs import LogLine
from skylift.values.printed import Printed

NAME = f"job-{os.getpid()}"
"""Processes are found and ended by it: two sessions of tests on one machine must not have the same."""
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "PYTHONUNBUFFERED": "1"}
PREAMBLE = """
import json, os, signal, subprocess, sys, time
from pathlib import Path
ML = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
"""


@dataclass
class Remembering:
    """An observer that keeps everything, and lets others wait for a line."""

    descriptions: list[Mapping[str, Any]] = field(default_factory=list)
    lines: list[LogLine] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)
    rests: list[bytes] = field(default_factory=list)
    _heard: threading.Condition = field(default_factory=threading.Condition)

    def changed(self, description: Mapping[str, Any]) -> None:
        self.descriptions.append(description)

    def printed(self, printed: Printed) -> None:
        with self._heard:
            self.data += printed.data
            self.lines += (LogLine(printed.at, printed.host, text) for text in printed.lines())
            self._heard.notify_all()

    def unfinished(self, host: str, data: bytes) -> None:
        self.rests.append(data)

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.lines]

    @property
    def secondaries(self) -> list[str]:
        return [str(description["SecondaryStatus"]) for description in self.descriptions]

    def wait_for(self, text: str) -> None:
        with self._heard:
            assert self._heard.wait_for(lambda: text in self.texts, 60), self.texts


@dataclass
class Bench:
    """One job and everything around it."""

    job: EmulatedJob
    observer: Remembering
    place: JobPlace
    artifacts: Path

    @property
    def description(self) -> Mapping[str, Any]:
        return self.job.description()

    @contextmanager
    def running(self) -> Iterator[None]:
        """The job runs in a thread while the block does, and has ended after it."""
        thread = threading.Thread(target=self.job.run)
        thread.start()
        try:
            yield
        finally:
            thread.join(60)
            assert not thread.is_alive()


def make_request(**more: Any) -> dict[str, Any]:
    return {
        "TrainingJobName": NAME,
        "RoleArn": "arn:aws:iam::123456789012:role/Training",
        "AlgorithmSpecification": {"TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out/"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        "HyperParameters": {"epochs": "3"},
        "Environment": {},
        "Tags": [{"Key": "team", "Value": "a"}],
        **more,
    }


def own_name() -> dict[str, str]:
    """For a request: a name that no job of anybody else's tests has, who may end theirs by its name."""
    return {"TrainingJobName": f"job-{uuid4().hex[:12]}"}


def make_channel(name: str, uri: str, data_type: str = "S3Prefix") -> dict[str, Any]:
    source = {"S3DataType": data_type, "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, "InputMode": "File"}


def python(script: str) -> tuple[str, ...]:
    """A command that stands in for the runtime; ``ML`` is the tree."""
    return (sys.executable, "-c", PREAMBLE + textwrap.dedent(script))


def make_bench(
    folder: Path,
    script: str = "",
    *,
    request: Mapping[str, Any] | None = None,
    executor: Executor | None = None,
    storage: Storage | None = None,
    observer: Remembering | None = None,
    grace_s: float = 20.0,
    faults: Faults = NO_FAULTS,
) -> Bench:
    place, observer = JobPlace(folder / "run" / "ml"), observer or Remembering()
    artifacts = folder / "run" / "artifacts"
    job = EmulatedJob(
        request or make_request(),
        place=place,
        executor=executor or ProcessExecutor(python(script), ENVIRONMENT),
        storage=storage or HereStorage(artifacts),
        observer=observer,
        clock=SystemClock(),
        options=JobOptions(Platform("eu-central-1", "123456789012"), grace_s=grace_s, faults=faults),
    )
    return Bench(job, observer, place, artifacts)


def members(archive: bytes) -> dict[str, bytes]:
    """Files of a tar.gz, in order."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        opened = [(member.name, tar.extractfile(member)) for member in tar if member.isfile()]
        return {name: stream.read() for name, stream in opened if stream is not None}


def statuses(description: Mapping[str, Any]) -> Sequence[str]:
    return [str(transition["Status"]) for transition in description["SecondaryStatusTransitions"]]


_OWNER = """
import sys
from pathlib import Path
from tests.functional.emulator.workbench import make_bench
bench = make_bench(Path(sys.argv[1]), sys.argv[2])
bench.observer.printed = lambda printed: print(*printed.lines(), flush=True)
bench.job.run()
"""


def pid_left_by_killed_owner(folder: Path, script: str) -> int:
    """Run a job in a process of its own, which is killed as soon as the job has printed a process id."""
    owner = subprocess.Popen(
        [sys.executable, "-c", _OWNER, str(folder), script],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert owner.stdout is not None
    try:
        pid = int(owner.stdout.readline())
        assert identify(pid) is not None
    finally:
        owner.kill()
        owner.communicate()
    return pid


def wait_until_gone(pid: int) -> None:
    for _ in range(200):
        if identify(pid) is None:
            return
        time.sleep(0.05)
    raise AssertionError(f"process {pid} is still there")
