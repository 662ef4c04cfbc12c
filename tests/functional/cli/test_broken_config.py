"""A mistake in the config is nothing to the verbs about what ran."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.functional.cli.asking import done, skylift

RUN = "x-261124120000-abcd"


@pytest.fixture
def project(weird_tmp_path: Path) -> Path:
    (weird_tmp_path / "skylift.toml").write_text('entry-point = "gone.py"\n[imag]\nbase = 3\n')
    return weird_tmp_path


def begun(project: Path, executor: str, status: str) -> None:
    folder = project / ".skylift" / "runs" / RUN
    folder.mkdir(parents=True)
    times = {"CreationTime": "2026-11-24T12:00:00Z", "TrainingJobName": RUN}
    record = {**times, "TrainingJobStatus": status, "SecondaryStatus": status, "Skylift": {}}
    (folder / "intent.json").write_text(json.dumps({"run": RUN, "executor": executor}))
    (folder / "record.json").write_text(json.dumps(record))
    (folder / "log").write_text("epoch=1 loss=0.5\n")


@pytest.mark.parametrize("executor", ["process", "docker", "service"])
def test_a_run_that_has_ended_is_found_and_read(project: Path, executor: str) -> None:
    begun(project, executor, "Completed")
    assert skylift(project, "config").returncode == 2
    assert RUN in done(project, "runs").stdout
    assert "Completed" in done(project, "show", "@last").stdout
    assert "loss=0.5" in done(project, "logs", "abcd").stdout
    assert done(project, "wait", "abcd").stdout.strip() == RUN
    assert "already ended" in done(project, "stop").stderr


def test_a_config_that_is_no_toml_or_gone_is_no_hindrance_either(project: Path) -> None:
    begun(project, "process", "Completed")
    (project / "skylift.toml").write_text("[[[")
    assert RUN in done(project, "runs").stdout
    (project / "skylift.toml").unlink()
    assert RUN in done(project, "runs").stdout


def test_the_cloud_is_not_reached_without_the_config_and_that_is_said(project: Path) -> None:
    begun(project, "service", "InProgress")
    for verb in ("show", "stop", "wait"):
        result = skylift(project, verb, "@last")
        assert result.returncode == 2, verb
        assert "imag" in result.stderr
        assert "reached with [aws] of the config" in result.stderr


def test_without_config_and_without_runs_the_way_in_is_told(project: Path) -> None:
    (project / "skylift.toml").unlink()
    result = skylift(project, "runs")
    assert result.returncode == 3
    assert "skylift init" in result.stderr
