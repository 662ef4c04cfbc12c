"""One command in a sandbox, and nothing left of it afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.processes import running_with

from skylift.errors import NotReady
from skylift.sandbox.run import run
from skylift.values.progress import silent

pytestmark = [pytest.mark.sandbox, pytest.mark.docker]

_RUN = """
import os, sys
from pathlib import Path
from skylift.sandbox.run import run
sys.exit(run(sys.argv[2:], environment=dict(os.environ), folder=Path(sys.argv[1]), report=lambda _: None))
"""
_START_A_JOB = """
import sys, time, boto3
boto3.client("sagemaker").create_training_job(
    TrainingJobName="left-behind", RoleArn="arn:aws:iam::123456789012:role/skylift-sandbox",
    AlgorithmSpecification={"TrainingImage": sys.argv[1], "TrainingInputMode": "File",
                            "ContainerEntrypoint": ["sleep", "600"]},
    OutputDataConfig={"S3OutputPath": "s3://skylift-sandbox/output"},
    ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
    StoppingCondition={"MaxRuntimeInSeconds": 900})
while boto3.client("sagemaker").describe_training_job(TrainingJobName="left-behind")["SecondaryStatus"] != "Training":
    time.sleep(0.1)
"""


@pytest.fixture
def environment(docker_engine: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **docker_engine, "PYTHONPATH": "src"}


def sandboxed(folder: Path, *command: str) -> list[str]:
    return [sys.executable, "-c", _RUN, str(folder), *command]


def wait_until_there(path: Path) -> None:
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} never came")


def registries(folder: Path) -> list[int]:
    return running_with(f"docker-registry serve {folder}")


def test_the_command_lives_in_the_sandbox_and_its_exit_code_is_ours(
    environment: dict[str, str], weird_tmp_path: Path
) -> None:
    said = 'test -n "$AWS_ENDPOINT_URL" && echo "$SKYLIFT_AWS_STORAGE" && exit 7'
    done = subprocess.run(
        sandboxed(weird_tmp_path, "sh", "-c", said),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (7, "s3://skylift-sandbox/skylift\n", "")


def test_jobs_that_still_run_end_with_the_command(
    environment: dict[str, str], base_image: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", _START_A_JOB, base_image]
    done = subprocess.run(
        sandboxed(tmp_path, *command), env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    containers = subprocess.run(
        ["docker", "ps", "-aq", "--filter", "name=left-behind"],
        env=environment,
        capture_output=True,
        check=True,
    )
    assert containers.stdout == b""
    assert not registries(tmp_path)
    assert not list((tmp_path / "jobs").iterdir())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 5), (signal.SIGTERM, 5)])
def test_signals_are_for_the_command(
    environment: dict[str, str], tmp_path: Path, number: signal.Signals, code: int
) -> None:
    ready = tmp_path / "ready"
    script = f"trap 'exit 5' INT TERM; touch '{ready}'; while true; do sleep 0.1; done"
    with subprocess.Popen(
        sandboxed(tmp_path, "sh", "-c", script), env=environment, start_new_session=True
    ) as process:
        wait_until_there(ready)
        # Ctrl-C in a terminal reaches the whole group, `kill` only us.
        if number == signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        assert process.wait(60) == code
    assert not registries(tmp_path)


def test_a_sandbox_that_was_killed_leaves_no_registry(environment: dict[str, str], tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    command = sandboxed(tmp_path, "sh", "-c", f"touch '{ready}'; read -r never")
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE) as process:
        wait_until_there(ready)
        assert registries(tmp_path)
        process.kill()
    for _ in range(100):
        if not registries(tmp_path):
            return
        time.sleep(0.05)
    raise AssertionError("the registry lives on")


def test_without_an_engine_it_is_not_ready(tmp_path: Path) -> None:
    environment = {**os.environ, "DOCKER_HOST": f"unix://{tmp_path}/none.sock"}
    with pytest.raises(NotReady, match="no Docker Engine answers"):
        run(["true"], environment=environment, folder=tmp_path, report=silent)


def test_without_a_registry_it_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "true").symlink_to("/bin/true")
    with pytest.raises(NotReady, match="`docker-registry` is not installed") as caught:
        run(["true"], environment={"PATH": str(tmp_path / "bin")}, folder=tmp_path / "s", report=silent)
    assert "apt-get install docker-registry" in caught.value.hints[0]
