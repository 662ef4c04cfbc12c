"""EnableNetworkIsolation: a job without a way out, and without credentials."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.functional.emulator.workbench import PREAMBLE, Remembering, make_request

from skylift.emulator.containers import ContainerExecutor
from skylift.emulator.here import HereStorage
from skylift.emulator.job import EmulatedJob, JobOptions
from skylift.emulator.place import JobPlace
from skylift.emulator.platform import Platform
from skylift.host.clock import SystemClock

pytestmark = pytest.mark.docker
LOOK = (
    "print(os.environ.get('OF_THE_PLATFORM'), [n for n in os.listdir('/sys/class/net') if n != 'lo'] == [])"
)


@pytest.mark.parametrize(("isolated", "expected"), [(True, "None True"), (False, "key False")])
def test_an_isolated_job_has_neither(
    *, tmp_path: Path, base_image: str, docker_engine: Mapping[str, str], isolated: bool, expected: str
) -> None:
    algorithm = {
        "TrainingInputMode": "File",
        "TrainingImage": base_image,
        "ContainerEntrypoint": ["/usr/bin/python3.11", "-c", f"{PREAMBLE}{LOOK}"],
    }
    request = make_request(
        TrainingJobName=f"isolated-{os.getpid()}-{isolated}".lower(),
        AlgorithmSpecification=algorithm,
        EnableNetworkIsolation=isolated,
    )
    observer = Remembering()
    job = EmulatedJob(
        request,
        place=JobPlace(tmp_path / "run" / "ml"),
        executor=ContainerExecutor(environment={**os.environ, **docker_engine}),
        storage=HereStorage(tmp_path / "artifacts"),
        observer=observer,
        clock=SystemClock(),
        options=JobOptions(
            Platform("eu-central-1", "123456789012", access={"OF_THE_PLATFORM": "key"}),
        ),
    )
    job.run()
    assert observer.texts == [expected]
