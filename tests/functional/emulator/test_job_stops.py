"""Jobs that are stopped: by request, at the limit, early, late, and against their will."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.functional.emulator.workbench import (
    ENVIRONMENT,
    make_bench,
    make_channel,
    make_request,
    members,
    python,
    statuses,
)

from skylift.emulator.processes import ProcessExecutor
from skylift.host.processes import identify

OBEDIENT = """
def stop(number, frame):
    (ML / "model/last.ckpt").write_text("saved")
    print("bye", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("ready", flush=True)
time.sleep(60)
"""
DEAF = """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""


def test_a_stopped_job_may_save_and_keeps_what_it_saved(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, OBEDIENT)
    with bench.running():
        bench.observer.wait_for("ready")
        bench.job.stop()
    found = bench.description
    assert found["TrainingJobStatus"] == found["SecondaryStatus"] == "Stopped"
    assert statuses(found) == ["Starting", "Downloading", "Training", "Stopping", "Uploading", "Stopped"]
    assert [one["TrainingJobStatus"] for one in bench.observer.descriptions][-3:-1] == ["Stopping"] * 2
    assert "FailureReason" not in found
    assert bench.observer.texts == ["ready", "bye"]
    assert members((bench.artifacts / "model.tar.gz").read_bytes()) == {"last.ckpt": b"saved"}


def test_a_deaf_job_is_killed_after_the_grace(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, DEAF, grace_s=0.5)
    with bench.running():
        bench.observer.wait_for("ready")
        asked = time.monotonic()
        bench.job.stop()
    assert 0.5 <= time.monotonic() - asked < 20
    assert bench.description["SecondaryStatus"] == "Stopped"


def test_a_second_request_ends_the_grace(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, DEAF, grace_s=600)
    with bench.running():
        bench.observer.wait_for("ready")
        bench.job.stop()
        bench.job.stop(kill=True)
    assert bench.description["SecondaryStatus"] == "Stopped"


def test_the_longest_run_time_stops_a_job(tmp_path: Path) -> None:
    request = make_request(StoppingCondition={"MaxRuntimeInSeconds": 1})
    bench = make_bench(tmp_path, OBEDIENT, request=request)
    bench.job.run()
    found = bench.description
    assert (found["TrainingJobStatus"], found["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert statuses(found)[-3:] == ["Stopping", "Uploading", "MaxRuntimeExceeded"]
    assert found["TrainingTimeInSeconds"] >= 1


def test_stopping_ends_the_children_too(tmp_path: Path) -> None:
    script = """
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    print(child.pid, flush=True)
    print("ready", flush=True)
    child.wait()
    """
    bench = make_bench(tmp_path, script)
    with bench.running():
        bench.observer.wait_for("ready")
        bench.job.stop()
    child = int(bench.observer.texts[0])
    for _ in range(100):
        if identify(child) is None:
            return
        time.sleep(0.05)
    pytest.fail("the child is still there")


def test_a_job_that_is_stopped_before_it_starts_never_starts(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, "print('ran')")
    bench.job.stop()
    bench.job.run()
    assert statuses(bench.description) == ["Starting", "Stopping", "Stopped"]
    assert bench.description["TrainingEndTime"]
    assert bench.observer.texts == []


def test_a_stop_that_comes_late_changes_nothing(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    bench.job.run()
    bench.job.stop()
    assert bench.description["TrainingJobStatus"] == "Completed"


def test_links_into_the_users_data_go_when_a_job_is_stopped(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "rows.csv").write_text("1")
    request = make_request(InputDataConfig=[make_channel("train", data.as_uri())])
    executor = ProcessExecutor(python(OBEDIENT), ENVIRONMENT, enclosed=False)
    bench = make_bench(tmp_path, request=request, executor=executor)
    with bench.running():
        bench.observer.wait_for("ready")
        assert (bench.place.root / "input/data/train/rows.csv").read_text() == "1"
        bench.job.stop()
    assert list((bench.place.root / "input/data").iterdir()) == []
    assert (data / "rows.csv").read_text() == "1"
