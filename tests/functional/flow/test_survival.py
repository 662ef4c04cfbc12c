"""Whoever is killed, and however many run at once: every run has its end, and no process lingers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from tests.conformance.places import PROJECTS, checkout
from tests.functional.flow.watching import LOCAL, eventually, folder, name_of
from tests.processes import running_with

from skylift.flow.launching import Launch
from skylift.flow.preparing import RunOptions, prepare_run
from skylift.flow.sources import Sources
from skylift.flow.world import Cloud, World
from skylift.host.processes import identify
from skylift.runs.store import RunStore
from skylift.values.record import Record
from skylift.values.run_folder import RunFolder

WAITS = """
import argparse, time
parser = argparse.ArgumentParser()
parser.add_argument("--seconds", type=float, default=600.0)
seconds = parser.parse_args().seconds
print("epoch=1 train:loss=0.5", flush=True)
time.sleep(seconds)
"""


def make(folder: Path) -> Path:
    project = checkout(PROJECTS / "stops", folder)
    (project / "train.py").write_text(WAITS)
    return project


@pytest.fixture
def project(weird_tmp_path: Path) -> Path:
    return make(weird_tmp_path)


def start(project: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "skylift", "run", *arguments]
    return subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def trains(run: RunFolder) -> bool:
    return run.log.exists() and b"epoch=1" in run.log.read_bytes()


def pid_in(path: Path, *keys: str | int) -> int:
    found = json.loads(path.read_text())
    for key in keys:
        found = found[key]
    return int(found["pid"])


def bearing(name: str) -> list[int]:
    """Processes that have a run's name in their environment or on their command line."""
    wanted = os.fsencode(name)
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            said = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if wanted in said and identify(int(entry.name)) is not None:
            found.append(int(entry.name))
    return found


def whole(record: Record) -> bool:
    """A terminal record in which nothing stayed half way."""
    transitions = record.data["SecondaryStatusTransitions"]
    return (
        record.terminal
        and all("EndTime" in one for one in transitions)
        and transitions[-1]["Status"] == record.secondary
        and {"last", "best"} <= set(record.at("Skylift.metrics"))
        and record.at("Skylift.project") == "stops"
        and all(record.data.get(key) for key in ("CreationTime", "TrainingEndTime", "RoleArn"))
    )


@pytest.fixture
def run(project: Path) -> Iterator[RunFolder]:
    """A detached run that trains."""
    found = folder(project, LOCAL.start(project))
    eventually(lambda: trains(found))
    yield found
    eventually(lambda: bearing(found.name) == [])


def test_a_killed_runtime_is_a_failure_with_a_reason(project: Path, run: RunFolder) -> None:
    os.kill(pid_in(run.path / "process.json", "hosts", 0, "process"), signal.SIGKILL)
    LOCAL.skylift(project, "wait", run.name, expect=4)
    record = LOCAL.show(project, run.name)
    assert whole(record)
    assert record.failure_reason == "AlgorithmError: , exit code: 137"
    assert "killed with SIGKILL" in record.hint
    assert record.at("Skylift.metrics.last") == {"train:loss": 0.5}


def test_a_killed_supervisor_leaves_a_record_as_whole_as_its_own(project: Path, run: RunFolder) -> None:
    os.kill(pid_in(run.supervisor), signal.SIGKILL)
    (run.path / ".record.json.h4lf.tmp").write_text("{")
    run.unfinished.write_text("\r 50%")
    assert run.name in LOCAL.skylift(project, "runs")
    record = LOCAL.show(project, run.name)
    assert whole(record)
    assert [*run.path.glob(".*.tmp"), *run.path.glob(run.reserve.name), *run.path.glob("unfinished*")] == []
    assert record.at("SecondaryStatusTransitions[].Status")[-2:] == ["Training", "Failed"]
    assert record.at("Skylift.metrics.last") == {"train:loss": 0.5}


def test_what_nobody_noted_is_found_by_its_name(project: Path, run: RunFolder) -> None:
    # As if all of ours had died at once, right after the job was started: the note, and what ends it for us.
    (run.path / "process.json").unlink()
    os.kill(pid_in(run.supervisor), signal.SIGSTOP)
    for pid in running_with("lifeline"):
        if pid in bearing(run.name):
            os.kill(pid, signal.SIGKILL)
    os.kill(pid_in(run.supervisor), signal.SIGKILL)
    assert bearing(run.name)
    LOCAL.skylift(project, "runs")
    eventually(lambda: bearing(run.name) == [])
    assert whole(LOCAL.show(project, run.name))


def test_after_a_restart_of_the_machine_a_number_is_somebody_elses(project: Path, run: RunFolder) -> None:
    (note,) = json.loads((run.path / "process.json").read_text())["hosts"]
    os.kill(pid_in(run.supervisor), signal.SIGKILL)
    eventually(lambda: bearing(run.name) == [])
    with subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True
    ) as other:
        identity = identify(other.pid)
        assert identity is not None
        before = {**asdict(identity), "boot": "before"}
        run.supervisor.write_text(json.dumps(before))
        (run.path / "process.json").write_text(json.dumps({"hosts": [{**note, "process": before}]}))
        assert "Failed" in LOCAL.skylift(project, "runs")
        assert other.poll() is None
        other.kill()
    assert whole(LOCAL.show(project, run.name))


def test_who_lives_elsewhere_is_given_up_when_nothing_is_heard_any_more(
    project: Path, run: RunFolder
) -> None:
    (note,) = json.loads((run.path / "process.json").read_text())["hosts"]
    os.kill(pid_in(run.supervisor), signal.SIGKILL)
    eventually(lambda: bearing(run.name) == [])
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as other:
        # Here the numbers of another container are a stranger's.
        foreign = {**note["process"], "place": "a container that was", "pid": other.pid}
        run.supervisor.write_text(json.dumps(foreign))
        (run.path / "process.json").write_text(json.dumps({"hosts": [{**note, "process": foreign}]}))
        assert "Training" in LOCAL.skylift(project, "runs")
        os.utime(run.supervisor, (time.time() - 3600, time.time() - 3600))
        assert "Failed" in LOCAL.skylift(project, "runs")
        assert other.poll() is None
        other.kill()
    assert whole(LOCAL.show(project, run.name))


def test_a_run_that_ended_days_ago_took_no_days(project: Path, run: RunFolder) -> None:
    os.kill(pid_in(run.supervisor), signal.SIGKILL)
    eventually(lambda: bearing(run.name) == [])
    began = int(time.time()) - 3 * 86400
    record = json.loads(run.record.read_text())
    record["CreationTime"] = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(began))
    run.record.write_text(json.dumps(record))
    for path in (run.intent, run.supervisor, run.record, run.log, run.metrics):
        os.utime(path, (began + 60, began + 60))
    assert "1m00s" in LOCAL.skylift(project, "runs")


def test_a_supervisor_that_comes_up_too_late_begins_nothing(project: Path, run: RunFolder) -> None:
    LOCAL.skylift(project, "stop", run.name)
    late = folder(project, "stops-260101000000-late")
    late.path.mkdir()
    intent = json.loads(run.intent.read_text())
    intent |= {"run": late.name, "owner": {"pid": 1, "started": "never", "boot": ""}}
    late.intent.write_text(json.dumps(intent))
    assert "Failed" in LOCAL.skylift(project, "runs")
    command = [sys.executable, "-m", "skylift.flow.supervise", str(late.path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "given up before it began" in done.stderr
    assert not late.supervisor.exists()
    assert not late.log.exists()


def test_of_many_at_once_each_has_its_end(weird_tmp_path: Path) -> None:
    one, other = make(weird_tmp_path / "one"), make(weird_tmp_path / "other")
    kinds = [
        (("seconds=0", "--detach"), "Completed"),
        (("seconds=0",), "Completed"),
        (("--detach",), "Failed"),
        ((), "Stopped"),
    ]
    wanted = [(one if n < 20 else other, *kinds[n % 4]) for n in range(25)]
    commands = [start(project, *arguments) for project, arguments, _ in wanted]
    runs = [
        folder(project, name_of(command)) for (project, *_), command in zip(wanted, commands, strict=True)
    ]
    assert len({run.name for run in runs}) == 25
    for number, ((_, _, status), run, command) in enumerate(zip(wanted, runs, commands, strict=True)):
        # Some while they train, some before.
        if status != "Completed" and number % 8 < 4:
            eventually(lambda run=run: trains(run))  # type: ignore[misc]
        if status == "Failed":
            eventually(run.supervisor.exists)
            os.kill(pid_in(run.supervisor), signal.SIGKILL)
        elif status == "Stopped":
            command.kill()
    for command in commands:
        command.communicate(timeout=120)

    def records() -> list[Record]:
        listed = [json.loads(LOCAL.skylift(project, "runs", "--json")) for project in (one, other)]
        return [Record(found) for found in listed[0] + listed[1]]

    eventually(lambda: all(record.terminal for record in records()), 120)
    found = {record.name: record for record in records()}
    assert [found[run.name].status for run in runs] == [status for *_, status in wanted]
    assert [run.name for run in runs if not whole(found[run.name])] == []
    eventually(lambda: [run.name for run in runs if bearing(run.name)] == [])
    assert [path for run in runs for path in run.path.glob(".reserve")] == []


def test_a_name_that_is_taken_is_not_taken_twice(project: Path) -> None:
    world = World(dict(os.environ), project)
    sources = Sources.read(project, world, overrides={})
    prepared = prepare_run(sources, RunOptions(given=("seconds=0",), detach=True))
    store = RunStore(project)
    taken = store.create(prepared.name, {"of": "another"})
    run = Launch(prepared, Cloud(sources.settings.aws, world), store).start()
    assert run.name != prepared.name
    assert run.wait().status == "Completed"
    assert json.loads(taken.intent.read_text()) == {"of": "another"}
