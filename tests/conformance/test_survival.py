"""Whoever is killed, a container does not linger, and the run has its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.conformance.places import PROJECTS, Place, checkout
from tests.processes import running_with

from skylift.values.run_folder import RunFolder

pytestmark = [pytest.mark.docker, pytest.mark.registry, pytest.mark.sandbox]


def containers(engine: Mapping[str, str], name: str) -> str:
    command = ["docker", "ps", "--all", "--quiet", "--filter", f"name=^{name}$"]
    return subprocess.run(
        command, env={**os.environ, **engine}, capture_output=True, text=True, check=True
    ).stdout


def gone(engine: Mapping[str, str], name: str) -> bool:
    for _ in range(300):
        if not containers(engine, name):
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return checkout(PROJECTS / "stops", tmp_path)


def started(place: Place, project: Path) -> RunFolder:
    name = place.start(project)
    place.wait_for_line(project, name, "epoch=1")
    return RunFolder(project / ".skylift" / "runs" / name)


@pytest.mark.parametrize("noted", [True, False])
def test_a_killed_supervisor_leaves_no_container(
    places: dict[str, Place], docker_engine: Mapping[str, str], project: Path, *, noted: bool
) -> None:
    place = places["docker"]
    run = started(place, project)
    owner = json.loads(run.supervisor.read_text())["pid"]
    if not noted:
        # As if all of ours had died at once, right after the container was started.
        os.kill(owner, signal.SIGSTOP)
        for pid in running_with(run.name):
            if pid != owner:
                os.kill(pid, signal.SIGKILL)
        (run.path / "process.json").unlink()
        assert containers(docker_engine, run.name)
    os.kill(owner, signal.SIGKILL)
    record = place.show(project, run.name)
    assert record.status == "Failed"
    assert record.at("SecondaryStatusTransitions[].Status")[-2:] == ["Training", "Failed"]
    assert record.at("Skylift.metrics.last") == {"train:loss": 0.5}
    assert gone(docker_engine, run.name)


def test_a_killed_container_is_a_failure_with_a_reason(
    places: dict[str, Place], docker_engine: Mapping[str, str], project: Path
) -> None:
    place = places["docker"]
    run = started(place, project)
    subprocess.run(
        ["docker", "kill", run.name], env={**os.environ, **docker_engine}, capture_output=True, check=True
    )
    place.skylift(project, "wait", run.name, expect=4)
    record = place.show(project, run.name)
    assert record.failure_reason == "AlgorithmError: , exit code: 137"
    assert "killed with SIGKILL" in record.hint
    assert gone(docker_engine, run.name)
