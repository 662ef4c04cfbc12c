"""EnableNetworkIsolation: a job without credentials, whose hosts reach each other and nobody else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.functional.emulator.workbench import PREAMBLE, Remembering, make_request

from skylift.emulator import networks
from skylift.emulator.containers import ContainerExecutor
from skylift.emulator.engine import Engine
from skylift.emulator.execution import Container
from skylift.emulator.here import HereStorage
from skylift.emulator.job import EmulatedJob, JobOptions
from skylift.emulator.place import JobPlace
from skylift.emulator.platform import Platform
from skylift.emulator.start import Start
from skylift.host.clock import SystemClock

pytestmark = pytest.mark.docker
ALONE = "print(os.environ.get('OF_THE_PLATFORM'), sorted(set(os.listdir('/sys/class/net')) - {'lo'}))"
# Both have been called by the other when they end: a name goes with its container.
PEERS = """
import socket
config = json.loads((ML / "input/config/resourceconfig.json").read_text())
peer = next(host for host in config["hosts"] if host != config["current_host"])
with socket.create_server(("", 4711)) as server:
    while True:
        try:
            socket.create_connection((peer, 4711), 5).close()
            break
        except OSError:
            time.sleep(0.05)
    server.accept()[0].close()
print(os.environ.get("OF_THE_PLATFORM"), "met")
"""


@pytest.mark.parametrize(
    ("script", "isolated", "hosts", "expected"),
    [(ALONE, True, 1, "None []"), (ALONE, False, 1, "key ['eth0']"), (PEERS, True, 2, "None met")],
    ids=["alone", "open", "peers"],
)
def test_an_isolated_job_has_no_way_out(
    *,
    tmp_path: Path,
    base_image: str,
    docker_engine: Mapping[str, str],
    script: str,
    isolated: bool,
    hosts: int,
    expected: str,
) -> None:
    algorithm = {
        "TrainingInputMode": "File",
        "TrainingImage": base_image,
        "ContainerEntrypoint": ["/usr/bin/python3.11", "-c", PREAMBLE + script],
    }
    request = make_request(
        TrainingJobName=f"isolated-{os.getpid()}-{hosts}-{isolated}".lower(),
        AlgorithmSpecification=algorithm,
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": hosts, "VolumeSizeInGB": 1},
        EnableNetworkIsolation=isolated,
    )
    observer = Remembering()
    platform = Platform("eu-central-1", "123456789012", access={"OF_THE_PLATFORM": "key"})
    job = EmulatedJob(
        request,
        place=JobPlace(tmp_path / "run" / "ml"),
        executor=ContainerExecutor(environment={**os.environ, **docker_engine}),
        storage=HereStorage(tmp_path / "artifacts"),
        observer=observer,
        clock=SystemClock(),
        options=JobOptions(platform),
    )
    job.run()
    assert observer.texts == [expected] * hosts


def test_their_network_leads_nowhere_else(docker_engine: Mapping[str, str]) -> None:
    engine = Engine("docker", {**os.environ, **docker_engine})
    name = networks.for_container(
        Container(f"closed-{os.getpid()}", "", Start(None, ()), {}, JobPlace(Path("/nowhere")),
                  peers=("algo-1", "algo-2"), isolated=True), "host"
    )  # fmt: skip
    networks.make(engine, name, "test", internal=True)
    try:
        assert engine.run("network", "inspect", "--format", "{{.Internal}}", name).strip() == "true"
    finally:
        networks.remove(engine, name)
