"""What a job is handed through its stdin: every start reads it, and nobody waits for one that does not."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.functional.emulator.workbench import ENVIRONMENT, PREAMBLE, make_bench, make_request, python
from tests.processes import running_with

from skylift.emulator.containers import ContainerExecutor
from skylift.emulator.execution import Container
from skylift.emulator.place import JobPlace
from skylift.emulator.processes import ProcessExecutor
from skylift.emulator.start import Start

READ = "print(os.environ['SKYLIFT_HANDED'], len(sys.stdin.buffer.read()), flush=True)"


@pytest.mark.parametrize("size", [10, 200_000])
def test_every_start_of_a_process_reads_it(tmp_path: Path, size: int) -> None:
    executor = ProcessExecutor(python(READ), ENVIRONMENT, handed=b"x" * size)
    assert [said_by(executor, tmp_path) for _ in range(2)] == [f"stdin {size}\n"] * 2


def test_a_process_that_does_not_read_is_not_waited_for(tmp_path: Path) -> None:
    executor = ProcessExecutor(python("print('deaf')"), ENVIRONMENT, handed=b"x" * 200_000)
    assert said_by(executor, tmp_path) == "deaf\n"


def test_nothing_is_announced_where_nothing_is_handed_over(tmp_path: Path) -> None:
    script = "print('SKYLIFT_HANDED' in os.environ, os.readlink('/proc/self/fd/0'))"
    assert said_by(ProcessExecutor(python(script), ENVIRONMENT), tmp_path) == "False /dev/null\n"


def said_by(executor: ProcessExecutor, folder: Path) -> str:
    place = JobPlace(folder / "ml")
    place.root.mkdir(exist_ok=True)
    # A name of its own: what is left of a job is found by it.
    running = executor.start(Container(f"handed-{os.getpid()}", "", Start(None, ()), {}, place))
    said = b"".join(running.outputs[0]).decode()
    assert running.wait(60) == 0
    running.close()
    running.outputs[0].close()
    return said


@pytest.mark.docker
def test_the_engine_keeps_nothing_of_it(
    tmp_path: Path, base_image: str, docker_engine: Mapping[str, str]
) -> None:
    script = f"{PREAMBLE}{READ}\nwhile not (ML / 'model/go').exists(): time.sleep(0.05)"
    algorithm = {
        "TrainingInputMode": "File",
        "TrainingImage": base_image,
        "ContainerEntrypoint": ["/usr/bin/python3.11", "-c", script],
    }
    environment = {**os.environ, **docker_engine}
    bench = make_bench(
        tmp_path,
        request=make_request(
            TrainingJobName=f"handed-{os.getpid()}-docker", AlgorithmSpecification=algorithm
        ),
        executor=ContainerExecutor(environment=environment, handed=b"pl4nted" * 20_000),
    )
    with bench.running():
        bench.observer.wait_for("stdin 140000")
        container = json.loads(bench.place.owned.read_text())["hosts"][0]["container"]
        inspect = ["docker", "inspect", container]
        said = subprocess.run(inspect, env=environment, capture_output=True, check=True).stdout
        assert b"SKYLIFT_HANDED" in said
        assert b"pl4nted" not in said
        assert running_with("pl4nted") == []
        (bench.place.root / "model" / "go").touch()
    assert bench.description["TrainingJobStatus"] == "Completed"
