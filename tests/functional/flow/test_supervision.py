"""Who owns a local job: watchers and supervisors die, and nothing is left half way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conformance.places import PROJECTS, checkout
from tests.functional.flow.watching import LOCAL, eventually, folder, name_of
from tests.processes import running_with


@pytest.fixture
def project(weird_tmp_path: Path) -> Path:
    return checkout(PROJECTS / "stops", weird_tmp_path)


@pytest.fixture
def watcher(project: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "skylift", "run"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        process.kill()


def training(project: Path) -> list[int]:
    """Processes whose command line names this project's folder."""
    return running_with(str(project))


def test_ctrl_c_stops_the_job_and_what_it_saved_is_kept(
    project: Path, watcher: subprocess.Popen[str]
) -> None:
    name = name_of(watcher)
    LOCAL.wait_for_line(project, name, "epoch=1")
    watcher.send_signal(signal.SIGINT)
    _, stderr = watcher.communicate(timeout=60)
    assert watcher.returncode == 130
    assert "stopping" in stderr
    assert "saved" in stderr
    assert LOCAL.show(project, name).status == "Stopped"
    assert (folder(project, name).tree / "model" / "saved.txt").read_text() == "epoch 1"


def test_a_killed_watcher_means_stop(project: Path, watcher: subprocess.Popen[str]) -> None:
    name = name_of(watcher)
    LOCAL.wait_for_line(project, name, "epoch=1")
    watcher.kill()
    eventually(lambda: LOCAL.show(project, name).terminal)
    assert LOCAL.show(project, name).status == "Stopped"
    eventually(lambda: training(project) == [])


def test_a_detached_run_outlives_its_command_and_can_be_stopped_by_another(project: Path) -> None:
    name = LOCAL.start(project)
    LOCAL.wait_for_line(project, name, "epoch=1")
    assert LOCAL.show(project, name).secondary == "Training"
    LOCAL.skylift(project, "stop", name[-4:])
    assert LOCAL.show(project, name).status == "Stopped"
    LOCAL.skylift(project, "wait", name, expect=7)


def test_a_killed_supervisor_leaves_no_training_and_a_whole_record(project: Path) -> None:
    name = LOCAL.start(project)
    LOCAL.wait_for_line(project, name, "epoch=1")
    owner = json.loads(folder(project, name).supervisor.read_text())
    os.kill(owner["pid"], signal.SIGKILL)
    eventually(lambda: training(project) == [])
    record = LOCAL.show(project, name)
    assert record.status == "Failed"
    assert record.failure_reason.startswith("InternalServerError: the process that owned this run")
    assert record.at("Skylift.project") == "stops"
    # The next command tells the same, and a new run is not in its way.
    LOCAL.skylift(project, "wait", name, expect=4)
    assert name in LOCAL.skylift(project, "runs")


def test_a_run_whose_command_died_before_it_began_is_told_as_failed(project: Path) -> None:
    name = LOCAL.start(project)
    LOCAL.wait_for_line(project, name, "epoch=1")
    LOCAL.skylift(project, "stop", name)
    twin = folder(project, "stops-260101000000-twin")
    twin.path.mkdir()
    intent = json.loads(folder(project, name).intent.read_text())
    intent |= {"run": twin.name, "owner": {"pid": 1, "started": "never", "boot": ""}}
    twin.intent.write_text(json.dumps(intent))
    assert LOCAL.show(project, twin.name).status == "Failed"


def test_many_runs_at_once_do_not_disturb_each_other(weird_tmp_path: Path) -> None:
    project = checkout(PROJECTS / "succeeds", weird_tmp_path)
    LOCAL.skylift(project, "lock")
    names = [LOCAL.start(project, f"epochs={n}") for n in range(1, 6)]
    assert len(set(names)) == 5
    for epochs, name in enumerate(names, 1):
        LOCAL.skylift(project, "wait", name)
        record = LOCAL.show(project, name)
        assert record.at("Skylift.arguments.epochs") == epochs
        assert record.at("Skylift.metrics.best.train:loss.step") == epochs


def test_a_project_may_have_modules_named_like_the_standard_library(weird_tmp_path: Path) -> None:
    project = checkout(PROJECTS / "succeeds", weird_tmp_path)
    for name in ("random", "json", "signal", "typing"):
        (project / f"{name}_").mkdir()
    (project / "random.py").write_text("VALUE = 1\n")
    (project / "skylift_runtime").mkdir()
    # `python -m skylift` itself would take the user's modules for its own, as python -m does; the script does not.
    script = Path(sys.executable).with_name("skylift")
    assert (
        subprocess.run([script, "run", "-q", "epochs=1"], cwd=project, check=False, timeout=60).returncode
        == 0
    )


def test_a_watcher_without_stdin_or_stdout_still_watches(project: Path) -> None:
    done = checkout(PROJECTS / "succeeds", project.parent)
    command = f"exec {sys.executable} -m skylift run <&- >&-"
    assert subprocess.run(["/bin/sh", "-c", command], cwd=done, check=False, timeout=60).returncode == 0


_FAMILY = """
import multiprocessing, signal, subprocess, sys, time
def work():
    time.sleep(600)
if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    multiprocessing.Process(target=work).start()
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)  # of-the-family"], start_new_session=True)
    print("epoch=1 loss=1", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("how", ["stop", "supervisor"])
def test_no_child_outlives_a_job_that_is_killed(project: Path, how: str) -> None:
    (project / "train.py").write_text(_FAMILY)
    name = LOCAL.start(project)
    LOCAL.wait_for_line(project, name, "epoch=1")
    assert running_with("of-the-family")
    if how == "stop":
        LOCAL.skylift(project, "stop", "--kill", name)
    else:
        os.kill(json.loads(folder(project, name).supervisor.read_text())["pid"], signal.SIGKILL)
    eventually(lambda: running_with("of-the-family") == [] and training(project) == [])
    assert LOCAL.show(project, name).terminal


def test_a_run_that_lives_elsewhere_is_left_alone(project: Path) -> None:
    name = LOCAL.start(project)
    LOCAL.wait_for_line(project, name, "epoch=1")
    owner = json.loads(folder(project, name).supervisor.read_text())
    folder(project, name).supervisor.write_text(json.dumps({**owner, "place": "another host", "pid": 1}))
    assert LOCAL.show(project, name).secondary == "Training"
    LOCAL.skylift(project, "stop", name)
