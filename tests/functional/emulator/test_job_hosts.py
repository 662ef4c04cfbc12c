"""Jobs with several hosts: they find each other, fail and end together, and their results are one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.functional.emulator.workbench import (
    PREAMBLE,
    Bench,
    make_bench,
    make_channel,
    make_request,
    members,
    statuses,
)

from skylift.emulator.containers import ContainerExecutor
from skylift.emulator.execution import Executor
from skylift.emulator.faults import Faults
from skylift.host.processes import identify

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="hosts are told apart by mount namespaces")

WHO = """
config = json.loads((ML / "input/config/resourceconfig.json").read_text())
host, hosts = config["current_host"], config["hosts"]
"""
# The first host listens by its own name, the others call it by that name and say who they are.
TALK = (
    WHO
    + """
import socket
address = (hosts[0], 7777)
if host == hosts[0]:
    with socket.create_server(address) as server:
        heard = []
        for _ in hosts[1:]:
            with server.accept()[0] as peer:
                heard.append(peer.recv(100).decode())
    print("heard", sorted(heard), flush=True)
else:
    for _ in range(600):
        try:
            with socket.create_connection(address, 5) as peer:
                peer.send(host.encode())
            break
        except OSError:
            time.sleep(0.1)
(ML / "model" / host).write_text(host)
(ML / "model/both").write_text(host)
"""
)


def on(count: int, **more: Any) -> dict[str, Any]:
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": count, "VolumeSizeInGB": 30}
    return make_request(ResourceConfig=resources, **more)


def in_containers(image: str, environment: Mapping[str, str], script: str, name: str) -> tuple[Any, Executor]:
    command = ["python3", "-c", PREAMBLE + textwrap.dedent(script)]
    # 256 characters a word is the service's own limit, which the emulator does not check.
    algorithm = {"TrainingImage": image, "TrainingInputMode": "File", "ContainerEntrypoint": command}
    request = {**on(2, AlgorithmSpecification=algorithm), "TrainingJobName": name}
    return request, ContainerExecutor(environment=environment)


def heard(bench: Bench, host: str) -> list[str]:
    return [line.text for line in bench.observer.lines if line.host == host]


def test_hosts_find_each_other_by_name_and_their_models_are_one(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, TALK, request=on(3))
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Completed", bench.observer.texts
    assert heard(bench, "algo-1") == ["heard ['algo-2', 'algo-3']"]
    found = members((bench.artifacts / "model.tar.gz").read_bytes())
    assert {name: found[name] for name in ("algo-1", "algo-2", "algo-3")} == {
        "algo-1": b"algo-1",
        "algo-2": b"algo-2",
        "algo-3": b"algo-3",
    }
    # Both hosts wrote it: one of them is kept, and it is said that there were two.
    assert found["both"] in (b"algo-1", b"algo-2", b"algo-3")
    assert any("both" in warning for warning in bench.job.warnings)
    assert not bench.place.owned.exists()


def test_every_host_has_its_own_configuration_and_address(tmp_path: Path) -> None:
    script = WHO + "import socket; print(json.dumps([config, socket.gethostbyname(host)]))"
    bench = make_bench(tmp_path, script, request=on(11))
    bench.job.run()
    found = {line.host: json.loads(line.text) for line in bench.observer.lines}
    names = [f"algo-{number}" for number in range(1, 12)]
    assert set(found) == set(names)
    assert len({address for _, address in found.values()}) == 11
    for host, (config, _) in found.items():
        assert config["current_host"] == host
        assert config["hosts"] == ["algo-1", "algo-10", "algo-11", *names[1:9]]
        assert config["instance_groups"][0]["hosts"] == names
        assert config["network_interface_name"] == "lo"


def test_each_host_knows_its_group(tmp_path: Path) -> None:
    groups = [
        {"InstanceGroupName": "chief", "InstanceType": "ml.m5.large", "InstanceCount": 1},
        {"InstanceGroupName": "crew", "InstanceType": "ml.c5.large", "InstanceCount": 2},
    ]
    script = WHO + 'print(config["current_group_name"], config["current_instance_type"])'
    bench = make_bench(tmp_path, script, request=make_request(ResourceConfig={"InstanceGroups": groups}))
    bench.job.run()
    said = {line.host: line.text for line in bench.observer.lines}
    assert said == {"algo-1": "chief ml.m5.large", "algo-2": "crew ml.c5.large", "algo-3": "crew ml.c5.large"}


def test_the_machines_own_names_stay(tmp_path: Path) -> None:
    before = Path("/etc/hosts").read_text()
    bench = make_bench(tmp_path, 'print(Path("/etc/hosts").read_text())', request=on(2))
    bench.job.run()
    assert bench.observer.texts[: len(before.splitlines())] == before.splitlines()
    assert Path("/etc/hosts").read_text() == before


def test_one_host_that_fails_ends_the_job_with_its_reason(tmp_path: Path) -> None:
    script = (
        WHO
        + """
if host == "algo-2":
    (ML / "output/failure").write_text("ValueError: no rows")
    sys.exit(3)
print(os.getpid(), flush=True)
time.sleep(60)
"""
    )
    bench = make_bench(tmp_path, script, request=on(2))
    started = time.monotonic()
    bench.job.run()
    assert time.monotonic() - started < 50
    assert bench.description["FailureReason"] == "AlgorithmError: ValueError: no rows, exit code: 3"
    assert bench.job.warnings == ("the first host that failed was algo-2",)
    for pid in heard(bench, "algo-1"):
        assert identify(int(pid)) is None


def test_a_stop_reaches_all_hosts_once(tmp_path: Path) -> None:
    script = (
        WHO
        + """
told = []
def stop(number, frame):
    told.append(number)
    print(host, "bye", flush=True)
signal.signal(signal.SIGTERM, stop)
print(host, "ready", flush=True)
# Not signal.pause(): the signal may come before it, and would then wake nobody.
while not told:
    time.sleep(0.02)
(ML / "model" / host).write_text("saved")
# The others end a moment later, with a code of their own: no reason to tell anybody again.
time.sleep(0.5 if host == "algo-1" else 0)
sys.exit(1)
"""
    )
    bench = make_bench(tmp_path, script, request=on(2))
    with bench.running():
        bench.observer.wait_for("algo-1 ready")
        bench.observer.wait_for("algo-2 ready")
        bench.job.stop()
    assert bench.description["SecondaryStatus"] == "Stopped"
    assert sorted(text for text in bench.observer.texts if "bye" in text) == ["algo-1 bye", "algo-2 bye"]
    assert set(members((bench.artifacts / "model.tar.gz").read_bytes())) == {"algo-1", "algo-2"}


def test_an_interruption_takes_all_hosts_and_keeps_their_checkpoints(tmp_path: Path) -> None:
    script = (
        WHO
        + """
kept = ML / "checkpoints" / host
print(host, "again" if kept.exists() else "first", flush=True)
if not kept.exists():
    kept.write_text("1")
    (ML / "model/partial").write_text("1")
    time.sleep(60)
"""
    )
    bench = make_bench(tmp_path, script, request=on(2), faults=Faults(interrupt_after_s=1.5))
    bench.job.run()
    assert statuses(bench.description).count("Interrupted") == 1
    assert sorted(bench.observer.texts) == ["algo-1 again", "algo-1 first", "algo-2 again", "algo-2 first"]
    assert members((bench.artifacts / "model.tar.gz").read_bytes()) == {}


def test_every_host_has_the_whole_channel_to_itself(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "rows").write_text("1")
    script = (
        WHO + '(ML / "input/data/train/rows").write_text(host); print(os.listdir(ML / "input/data/train"))'
    )
    request = on(2, InputDataConfig=[make_channel("train", data.as_uri())])
    bench = make_bench(tmp_path, script, request=request)
    bench.job.run()
    assert bench.observer.texts == ["['rows']", "['rows']"]
    assert (data / "rows").read_text() == "1"


@pytest.mark.docker
def test_containers_find_each_other_by_name(
    tmp_path: Path, docker_engine: Mapping[str, str], base_image: str
) -> None:
    environment = {**os.environ, **docker_engine}
    name = f"hosts-{os.getpid()}"
    request, executor = in_containers(base_image, environment, TALK, name)
    bench = make_bench(tmp_path, request=request, executor=executor)
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Completed", (bench.description, bench.observer.texts)
    assert heard(bench, "algo-1") == ["heard ['algo-2']"]
    assert {"algo-1", "algo-2"} <= set(members((bench.artifacts / "model.tar.gz").read_bytes()))
    assert _listed(environment, name) == ""


@pytest.mark.docker
def test_containers_end_together(tmp_path: Path, docker_engine: Mapping[str, str], base_image: str) -> None:
    environment = {**os.environ, **docker_engine}
    name = f"ends-{os.getpid()}"
    script = (
        WHO
        + """
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
time.sleep(60 if host == "algo-1" else 1)
sys.exit(4)
"""
    )
    request, executor = in_containers(base_image, environment, script, name)
    bench = make_bench(tmp_path, request=request, executor=executor)
    bench.job.run()
    assert bench.description["FailureReason"].endswith("exit code: 4")
    assert _listed(environment, name) == ""


def _listed(environment: Mapping[str, str], name: str) -> str:
    """Containers and networks of a job that are still there."""
    asked = (
        ["ps", "-aq", "--filter", f"name={name}"],
        ["network", "ls", "-q", "--filter", f"name=skylift-{name}"],
    )
    return "".join(
        subprocess.run(
            ["docker", *words], env=dict(environment), capture_output=True, text=True, check=True
        ).stdout
        for words in asked
    )
