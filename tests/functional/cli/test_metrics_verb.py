"""``skylift metrics``: a file, a pipe, a run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.functional.cli.asking import done, skylift

RUN = "x-261124120000-abcd"
LOG = "".join(f"epoch={turn} loss={1 / turn}\n[{turn}]\tgap {turn / 8}\n" for turn in (1, 2, 3))
CONFIG = """
entry-point = "train.py"
[metrics]
gap = 'gap (\\S+)'
loss = { goal = "max" }
[jobs.other]
entry-point = "train.py"
metrics.spread = "gap (.*)"
"""


@pytest.fixture
def project(weird_tmp_path: Path) -> Path:
    (weird_tmp_path / "skylift.toml").write_text(CONFIG)
    (weird_tmp_path / "train.py").write_text("")
    return weird_tmp_path


def begun(project: Path, *, job: str = "train", hosts: int = 1, log: str = LOG) -> None:
    folder = project / ".skylift" / "runs" / RUN
    folder.mkdir(parents=True)
    record = {
        "CreationTime": "2026-11-24T12:00:00Z",
        "TrainingJobName": RUN,
        "TrainingJobStatus": "Completed",
        "SecondaryStatus": "Completed",
        "ResourceConfig": {"InstanceCount": hosts},
        "Skylift": {"job": job},
    }
    (folder / "intent.json").write_text(json.dumps({"run": RUN, "executor": "process"}))
    (folder / "record.json").write_text(json.dumps(record))
    (folder / "log").write_text(log)


def asked(project: Path, *arguments: str) -> dict[str, dict[str, object]]:
    found = json.loads(done(project, "metrics", *arguments, "--json").stdout)
    return {one["name"]: one for one in found["metrics"]}


def test_the_last_run_is_read_with_the_config_of_its_job(project: Path) -> None:
    begun(project)
    text = done(project, "metrics").stdout
    assert RUN in text
    found = asked(project, "abcd")
    assert (found["gap"]["how"], found["gap"]["last"], found["gap"]["line"]) == ("own pattern", 0.375, 2)
    assert (found["loss"]["how"], found["loss"]["best"], found["loss"]["goal"]) == ("by itself", 1.0, "max")
    assert "spread" in asked(project, "--job", "other")


def test_a_run_of_several_hosts_is_read_without_their_names(project: Path) -> None:
    log = "".join(f"[algo-{host}] gap {host / 8}\n" for host in (1, 2))
    begun(project, job="gone", hosts=2, log=log * 2)
    assert asked(project, "--job", "train")["gap"]["count"] == 4
    found = json.loads(done(project, "metrics", "--json").stdout)
    assert (found["metrics"], found["table"]) == ([], "jobs.gone.metrics")


def test_a_file_needs_no_project_and_no_run(weird_tmp_path: Path) -> None:
    path = weird_tmp_path / "a log's \x1b[31m.txt"
    path.write_text(LOG.replace("\n", "\r\n"))
    text = done(weird_tmp_path, "metrics", str(path)).stdout
    assert "\x1b" not in text
    assert "by itself" in text
    assert "[tool.skylift.metrics]" in text
    assert '"gap" = ' in text


def test_a_pipe_is_read_to_its_end(weird_tmp_path: Path) -> None:
    command = [sys.executable, "-m", "skylift", "metrics", "-", "--json"]
    result = subprocess.run(
        command, cwd=weird_tmp_path, input=LOG.encode() + b"\xff loss=9", capture_output=True, check=True
    )
    found = json.loads(result.stdout)
    assert found["lines"] == 7
    assert {one["name"]: one["last"] for one in found["metrics"]} == {"loss": 9.0}


def test_what_can_not_be_read_is_told(project: Path) -> None:
    missing = skylift(project, "metrics", "nothing-like-this")
    assert missing.returncode == 2
    elsewhere = skylift(project, "metrics", "no/such.log")
    assert (elsewhere.returncode, "there is no file no/such.log" in elsewhere.stderr) == (2, True)
    folder = skylift(project, "metrics", str(project))
    assert folder.returncode == 2
    assert "is a folder" in folder.stderr
    unknown = skylift(project, "metrics", str(project / "skylift.toml"), "--job", "evalute")
    assert unknown.returncode == 2
    assert "there are: other, train" in unknown.stderr


def test_a_pattern_that_is_none_is_told_before_anything_is_read(project: Path) -> None:
    (project / "skylift.toml").write_text('entry-point = "train.py"\nmetrics.x = "(["\n')
    result = skylift(project, "metrics", str(project / "skylift.toml"))
    assert result.returncode == 2
    assert "not a regular expression" in result.stderr


def test_outside_a_project_a_run_is_not_found(weird_tmp_path: Path) -> None:
    result = skylift(weird_tmp_path, "metrics")
    assert result.returncode == 2
    assert "no project here" in result.stderr
