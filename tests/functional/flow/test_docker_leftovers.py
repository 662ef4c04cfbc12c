"""A supervisor that is killed while it creates things in the engine: nothing of them stays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping

import pytest

from skylift.emulator import orphans
from skylift.emulator.engine import RUN_LABEL

pytestmark = pytest.mark.docker


def docker(environment: Mapping[str, str], *words: str) -> str:
    return subprocess.run(
        ["docker", *words], env=dict(environment), capture_output=True, text=True, check=True
    ).stdout.strip()


def test_everything_that_bears_a_runs_label_goes(docker_engine: Mapping[str, str], base_image: str) -> None:
    environment = {**os.environ, **docker_engine}
    name = f"leftovers-{os.getpid()}"
    label = ("--label", f"{RUN_LABEL}={name}")
    docker(environment, "volume", "create", *label, f"{name}-volume")
    docker(environment, "network", "create", *label, f"skylift-{name}")
    docker(
        environment,
        *("run", "-d", *label, "--name", f"{name}-algo-2", "--network", f"skylift-{name}"),
        *(
            "--mount",
            f"type=volume,source={name}-volume,target=/x",
            "--entrypoint",
            "sleep",
            base_image,
            "60",
        ),
    )
    docker(environment, "create", "--label", f"{RUN_LABEL}={name}0", "--name", f"{name}0", base_image)
    try:
        orphans.end_named(name, environment, docker=True)
        for what in (["ps", "-a"], ["volume", "ls"], ["network", "ls"]):
            assert docker(environment, *what, "-q", "--filter", f"label={RUN_LABEL}={name}") == ""
        # Another run's, whose name begins the same, stays.
        assert docker(environment, "ps", "-aq", "--filter", f"name={name}0") != ""
    finally:
        docker(environment, "rm", "-f", f"{name}0")


def test_two_that_remove_the_same_container_agree(docker_engine: Mapping[str, str], base_image: str) -> None:
    environment = {**os.environ, **docker_engine}
    name = f"twice-{os.getpid()}"
    docker(environment, "run", "-d", "--name", name, "--entrypoint", "sleep", base_image, "60")
    program = "import os, sys; from skylift.emulator.engine import Engine; Engine('docker', os.environ).remove(sys.argv[1])"
    command = [sys.executable, "-c", program, name]
    path = os.pathsep.join(sys.path)
    removing = [subprocess.Popen(command, env={**environment, "PYTHONPATH": path}) for _ in range(4)]
    assert [process.wait(60) for process in removing] == [0] * 4
    deadline = time.monotonic() + 30
    while docker(environment, "ps", "-aq", "--filter", f"name={name}") and time.monotonic() < deadline:
        time.sleep(0.1)
    assert docker(environment, "ps", "-aq", "--filter", f"name={name}") == ""
