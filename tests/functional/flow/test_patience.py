"""Waiting for runs, stopping them and looking on, when all is well and when their supervisor does nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conformance.places import PROJECTS, checkout
from tests.functional.cli.asking import skylift
from tests.functional.flow.watching import LOCAL, eventually, folder
from tests.processes import running_with

from skylift.host.processes import identify


@pytest.fixture
def project(weird_tmp_path: Path) -> Path:
    return checkout(PROJECTS / "stops", weird_tmp_path)


@pytest.fixture
def name(project: Path) -> Iterator[str]:
    """A run that goes on."""
    started = LOCAL.start(project)
    LOCAL.wait_for_line(project, started, "epoch=1")
    yield started
    if supervisor(project, started) is not None:
        LOCAL.skylift(project, "stop", "--kill", started)


def supervisor(project: Path, name: str) -> int | None:
    pid = int(json.loads(folder(project, name).supervisor.read_text())["pid"])
    return pid if identify(pid) is not None else None


@pytest.fixture
def frozen(project: Path, name: str) -> str:
    """The same, and its supervisor stands still."""
    pid = supervisor(project, name)
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    return name


def said_by(project: Path, arguments: list[str], text: str) -> str:
    """What a command that does not end has said until it said that."""
    command = [sys.executable, "-m", "skylift", *arguments]
    with subprocess.Popen(
        command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as waiting:
        assert waiting.stderr is not None
        said = ""
        for line in waiting.stderr:
            said += line
            if text in line:
                break
        waiting.kill()
    return said


@pytest.mark.parametrize("verb", ["wait", "stop", "attach"])
def test_a_frozen_supervisor_is_told_and_what_to_do(project: Path, frozen: str, verb: str) -> None:
    said = said_by(project, [verb, frozen], "end the run")
    assert "is suspended" in said
    assert f"kill -CONT {supervisor(project, frozen)}" in said
    assert f"skylift stop --kill {frozen[-4:]}" in said
    assert not LOCAL.show(project, frozen).terminal


def test_a_frozen_supervisor_is_ended_with_its_job(project: Path, frozen: str) -> None:
    assert running_with(str(project))
    assert LOCAL.skylift(project, "stop", "--kill", frozen).strip() == frozen
    record = LOCAL.show(project, frozen)
    assert (record.status, record.secondary, record.failure_reason) == ("Stopped", "Stopped", "")
    assert "ended on request" in record.at("SecondaryStatusTransitions")[-1]["StatusMessage"]
    assert supervisor(project, frozen) is None
    eventually(lambda: running_with(str(project)) == [])
    LOCAL.skylift(project, "wait", frozen, expect=7)


def test_who_is_killed_in_time_is_not_taken_for_frozen(project: Path, name: str) -> None:
    LOCAL.skylift(project, "stop", "--kill", name)
    record = LOCAL.show(project, name)
    assert record.status == "Stopped"
    assert "ended on request" not in json.dumps(record.data)


def test_a_supervisor_elsewhere_is_nobodys_here_to_end(project: Path, name: str) -> None:
    found = folder(project, name).supervisor
    owner = json.loads(found.read_text())
    os.kill(owner["pid"], signal.SIGSTOP)
    found.write_text(json.dumps({**owner, "place": "another host"}))
    # Nobody has heard of it for a while.
    os.utime(found, (time.time() - 60, time.time() - 60))
    answer = skylift(project, "stop", "--kill", name)
    assert answer.returncode == 3
    assert "on another or in a container" in answer.stderr
    assert supervisor(project, name) is not None
    found.write_text(json.dumps(owner))


def test_waiting_has_an_end(project: Path, name: str) -> None:
    answer = skylift(project, "wait", "--timeout", "0.5s")
    assert answer.returncode == 3
    assert f"{name} has not ended in the time" in answer.stderr
    answer = skylift(project, "wait", "--timeout", "0.1s", "--json")
    assert (answer.returncode, json.loads(answer.stdout)["TrainingJobName"]) == (3, name)
    assert skylift(project, "wait", "--timeout", "soon").returncode == 2


def test_of_several_runs_the_worst_counts(project: Path) -> None:
    runs = project / ".skylift" / "runs"
    for letters, status in (("aaaa", "Completed"), ("bbbb", "Stopped"), ("cccc", "Failed")):
        found = runs / f"p-260101120000-{letters}"
        found.mkdir(parents=True)
        (found / "intent.json").write_text(json.dumps({"executor": "process"}))
        record = {"TrainingJobName": found.name, "TrainingJobStatus": status, "SecondaryStatus": status}
        (found / "record.json").write_text(json.dumps({**record, "FailureReason": "no rows"}))
    assert skylift(project, "wait", "aaaa", "aaaa").returncode == 0
    assert skylift(project, "wait", "aaaa", "bbbb").returncode == 7
    answer = skylift(project, "wait", "cccc", "aaaa", "bbbb")
    assert answer.returncode == 4
    assert answer.stdout.splitlines() == ["p-260101120000-aaaa"]
    assert "no rows" in answer.stderr
    found = json.loads(skylift(project, "wait", "cccc", "aaaa", "--json").stdout)
    assert [record["TrainingJobStatus"] for record in found] == ["Failed", "Completed"]
    answer = skylift(project, "stop", "--all")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "no run of this project goes on\n")
    assert skylift(project, "stop", "--all", "aaaa").returncode == 2
    assert skylift(project, "stop", "aaaa", "--json").stdout.split() == [
        *("[", "{", '"run":', '"p-260101120000-aaaa",', '"status":', '"Completed"', "}", "]")
    ]


def test_all_that_goes_on_is_stopped(project: Path, name: str) -> None:
    other = LOCAL.start(project)
    LOCAL.wait_for_line(project, other, "epoch=1")
    assert sorted(LOCAL.skylift(project, "stop", "--all").split()) == sorted([name, other])
    assert LOCAL.show(project, name).status == LOCAL.show(project, other).status == "Stopped"


def test_whoever_attaches_sees_it_all_and_leaves_without_harm(project: Path, name: str) -> None:
    command = [sys.executable, "-m", "skylift", "attach", "--tail", "all", name]
    with subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE, text=True) as attached:
        assert attached.stderr is not None
        for line in attached.stderr:
            if "epoch=1" in line:
                break
        attached.send_signal(signal.SIGINT)
        _, rest = attached.communicate(timeout=60)
    assert attached.returncode == 130
    assert "left running" in rest
    assert not LOCAL.show(project, name).terminal
    with subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE, text=True) as attached:
        LOCAL.skylift(project, "stop", name)
        _, said = attached.communicate(timeout=60)
    # As `run` of a job that is stopped.
    assert attached.returncode == 7
    assert "epoch=1" in said
    assert "Stopped" in said
