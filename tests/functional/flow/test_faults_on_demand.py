"""Faults on demand, from the command line to the record."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.conformance.places import PROJECTS, Place, checkout

from skylift.values.record import Record

LOCAL = Place("local", {})


@pytest.fixture
def resumes(tmp_path: Path) -> Path:
    return checkout(PROJECTS / "resumes", tmp_path)


@pytest.fixture
def stops(tmp_path: Path) -> Path:
    return checkout(PROJECTS / "stops", tmp_path)


def statuses(record: Record) -> list[str]:
    return [one["Status"] for one in record.data["SecondaryStatusTransitions"]]


def refused(project: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "skylift", "run", *arguments]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2, done.stderr
    assert not (project / ".skylift").exists()
    return done.stderr


def test_an_interrupted_job_goes_on_from_its_checkpoint(resumes: Path) -> None:
    record = LOCAL.run(resumes, "--interrupt-after", "1s")
    assert record.status == "Completed"
    first = ["Starting", "Downloading", "Training", "Interrupted"]
    assert statuses(record) == [*first, "Starting", "Downloading", "Training", "Uploading", "Completed"]
    folder = resumes / ".skylift" / "runs" / record.name
    # The log has both attempts, and nothing but what they printed.
    lines = [
        line for line in (folder / "log").read_text().splitlines() if line.startswith(("found", "saved"))
    ]
    assert lines[0] == "found [] False"
    assert lines[-1] == "found [] True"
    assert [path.name for path in (folder / "ml" / "model").iterdir()] == ["whole.txt"]


def test_a_job_that_ends_earlier_is_told(stops: Path) -> None:
    (stops / "train.py").write_text("print('done')\n")
    command = [sys.executable, "-m", "skylift", "run", "--interrupt-after", "5m"]
    done = subprocess.run(command, cwd=stops, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "the job ended before --interrupt-after 300s" in done.stderr


def test_a_job_is_stopped_on_demand_and_may_save(stops: Path) -> None:
    record = LOCAL.run(stops, "--stop-after", "2s", "--grace", "30s", expect=7)
    assert (record.status, record.secondary) == ("Stopped", "Stopped")
    assert statuses(record)[-3:] == ["Stopping", "Uploading", "Stopped"]


def test_the_longest_run_time_is_overridden(stops: Path) -> None:
    record = LOCAL.run(stops, "--max-run", "2s", expect=7)
    assert (record.status, record.secondary) == ("Stopped", "MaxRuntimeExceeded")
    assert record.data["StoppingCondition"]["MaxRuntimeInSeconds"] == 2


@pytest.mark.parametrize("option", ["--interrupt-after", "--stop-after"])
def test_the_service_takes_no_faults(stops: Path, option: str) -> None:
    assert "local and docker" in refused(stops, "--on", "cloud", option, "20s")


def test_what_is_no_duration_is_refused(stops: Path) -> None:
    assert "--max-run wants a time above zero" in refused(stops, "--max-run", "soon")
    assert "--grace" in refused(stops, "--on", "cloud", "--grace", "5m")
