"""The runtime as process 1 of a real container: as root and not, where nothing can be written, and stopped."""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from tests.functional.runtime.stage import Stage

from skylift_runtime.contract import RUNTIME_START

pytestmark = pytest.mark.docker

SOMEBODY = 1234
WORKS = """
import os, pathlib
pathlib.Path(os.environ["SM_MODEL_DIR"], "model.txt").write_text("trained by %d" % os.getuid())
pathlib.Path("beside.txt").write_text("in the work directory")
print(open(os.environ["SM_CHANNEL_TRAIN"] + "/x.csv").read())
"""
FAILS = "raise ValueError('no rows')\n"


@dataclass(frozen=True)
class Box:
    """A container around a stage: its tree at /opt/ml, its project at /opt/skylift."""

    stage: Stage
    image: str
    environment: Mapping[str, str]
    name: str

    def command(self, *options: str) -> list[str]:
        runtime = f"/opt/runtime/{self.stage.runtime.name}"
        mounts = {
            "/opt/ml": self.stage.ml,
            "/opt/skylift": self.stage.project,
            runtime: self.stage.runtime,
        }
        read_only = {"/opt/skylift", runtime}
        return [
            "docker", "run", "--name", self.name, "--network", "none", "--workdir", "/",
            *(
                f"--mount=type=bind,source={source},target={target}{',readonly' * (target in read_only)}"
                for target, source in mounts.items()
            ),
            *options, self.image, "/usr/bin/python3", *self._start(), "train",
        ]  # fmt: skip

    def _start(self) -> list[str]:
        if self.stage.runtime.is_file():
            return [f"/opt/runtime/{self.stage.runtime.name}"]
        *options, start = RUNTIME_START
        return [*options, f"/opt/runtime/{start}"]

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*options), env=self.environment, capture_output=True, text=True, check=False, timeout=120
        )  # fmt: skip

    def docker(self, *arguments: str) -> str:
        done = subprocess.run(
            ["docker", *arguments], env=self.environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    def own(self, uid: int) -> None:
        """Give the tree to a user, as nobody does on the service."""
        for path in [self.stage.ml, *self.stage.ml.rglob("*")]:
            os.chown(path, uid, uid, follow_symlinks=False)


@pytest.fixture
def box(stage: Stage, docker_engine: Mapping[str, str], base_image: str) -> Iterator[Box]:
    stage.channel("train", {"x.csv": "1,2"})
    found = Box(stage, base_image, {**os.environ, **docker_engine}, f"skylift-test-{uuid.uuid4().hex[:12]}")
    # Else the first `docker run` tells of it on stderr, which is looked at.
    found.docker("pull", "--quiet", base_image)
    yield found
    subprocess.run(
        ["docker", "rm", "-fv", found.name], env=found.environment, capture_output=True, check=False
    )


READ_ONLY = {
    "writable": (),
    "read-only": ("--read-only",),
    "read-only with /tmp": ("--read-only", "--tmpfs", "/tmp"),
}


@pytest.mark.parametrize("options", READ_ONLY.values(), ids=READ_ONLY)
def test_a_job_trains_as_root(box: Box, options: tuple[str, ...]) -> None:
    box.stage.script(WORKS)
    box.stage.write()
    done = box.run(*options)
    assert (done.returncode, done.stdout) == (0, "1,2\n"), done.stderr
    assert (box.stage.model / "model.txt").read_text() == "trained by 0"


@pytest.mark.parametrize("options", READ_ONLY.values(), ids=READ_ONLY)
def test_a_failure_is_told_where_nothing_else_can_be_written(box: Box, options: tuple[str, ...]) -> None:
    box.stage.script(FAILS)
    box.stage.write()
    done = box.run(*options)
    assert done.returncode == 1, done.stderr
    assert box.stage.failure().startswith("ValueError: no rows (train.py:1)")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("options", READ_ONLY.values(), ids=READ_ONLY)
def test_another_user_trains_where_the_tree_is_theirs(box: Box, options: tuple[str, ...]) -> None:
    box.stage.script(WORKS)
    box.stage.write()
    box.own(SOMEBODY)
    done = box.run("--user", str(SOMEBODY), *options)
    assert (done.returncode, done.stdout) == (0, "1,2\n"), done.stderr
    assert (box.stage.model / "model.txt").read_text() == f"trained by {SOMEBODY}"


@pytest.mark.skipif(os.geteuid() != 0, reason="as another user the tree would be the container's own")
def test_another_user_is_told_what_they_may_not(box: Box) -> None:
    box.stage.script(WORKS)
    box.stage.write()
    done = box.run("--user", str(SOMEBODY))
    assert done.returncode == 2
    first, *more = done.stderr.splitlines()
    assert first == "skylift: PermissionError: [Errno 13] Permission denied: '/opt/ml/code'"
    assert more[0] == (
        f"the job runs as user {SOMEBODY}, who may not write below /opt/ml: "
        "SageMaker gives it to root, so leave the image's USER at that"
    )
    assert "Traceback" not in done.stderr
    # The failure file cannot be written either; then the log has to do.
    assert more[1].startswith("skylift: /opt/ml/output/failure could not be written: ")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_results_that_another_user_cannot_write_are_a_failure(box: Box) -> None:
    box.stage.script("print('trained')\n")
    box.stage.write()
    box.own(SOMEBODY)
    os.chown(box.stage.model, 0, 0)
    done = box.run("--user", str(SOMEBODY))
    assert (done.returncode, done.stdout) == (1, "trained\n")
    told = box.stage.failure().splitlines()
    assert told[0].startswith(
        "the results could not be written: [Errno 13] Permission denied: '/opt/ml/model/"
    )
    assert told[1].startswith(f"the job runs as user {SOMEBODY}")


def test_a_project_that_is_named_and_not_there_is_not_another_one(box: Box) -> None:
    box.stage.script(WORKS)
    box.stage.write()
    done = box.run("--env", "SKYLIFT_PROJECT=/opt/wrong")
    assert (done.returncode, done.stdout) == (2, "")
    assert box.stage.failure() == "no project.json in /opt/wrong, which $SKYLIFT_PROJECT names"


def test_a_worker_that_the_kernel_ended_is_told(box: Box) -> None:
    box.stage.script(
        """
        from concurrent.futures import ProcessPoolExecutor
        def work(count):
            return len(bytearray(b"x") * count)
        if __name__ == "__main__":
            with ProcessPoolExecutor(1) as pool:
                print(list(pool.map(work, [1 << 30])))
        """
    )
    box.stage.write()
    done = box.run("--memory", "64m", "--memory-swap", "64m")
    if done.returncode == 0:
        pytest.skip("this engine does not limit memory")
    assert done.returncode == 1, done.stderr
    first, *more = box.stage.failure().splitlines()
    assert first.startswith("concurrent.futures.process.BrokenProcessPool: ")
    assert any(
        line.startswith("the kernel ended a process of the job because memory ran out") for line in more
    ), box.stage.failure()


def test_docker_stop_reaches_the_program_below_a_shell(box: Box) -> None:
    box.stage.ship(
        "saves.py",
        """
        import os, pathlib, signal, sys, time
        def stop(*_):
            pathlib.Path(os.environ["SM_MODEL_DIR"], "saved").write_text("saved")
            sys.exit(0)
        signal.signal(signal.SIGTERM, stop)
        print("ready", flush=True)
        time.sleep(600)
        """,
    )
    box.stage.ship("train.sh", "trap 'echo trapped' TERM\npython3 saves.py 2>&1 | tee log\n")
    box.stage.job = {"entry_point": "train.sh"}
    box.stage.write()
    with subprocess.Popen(
        box.command("--read-only"), env=box.environment, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        box.docker("stop", "--time", "60", box.name)
        assert running.stdout.read() == "trapped\n"
    assert (box.stage.model / "saved").read_text() == "saved"
    assert box.docker("inspect", "--format", "{{.State.ExitCode}}", box.name).strip() == "0"
