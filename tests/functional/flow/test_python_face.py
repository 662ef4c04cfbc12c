"""The Python face: what a script or a notebook does with a project, by its documented examples and beyond."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import json
import math
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path, PurePosixPath

import pytest
from tests.unit.test_doctests import OF_A_PROJECT

import skylift
from skylift import JobFailed, Project
from skylift.errors import ConfigError, StillRunning
from skylift.flow.world import World

PROJECTS = Path(__file__).parents[2] / "projects"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.load(shutil.copytree(PROJECTS / "succeeds", tmp_path / 'a "flight"'))


def made(tmp_path: Path, code: str) -> Project:
    (tmp_path / "train.py").write_text(code)
    (tmp_path / "skylift.toml").write_text('name = "tiny"\nentry-point = "train.py"\n')
    return Project.load(tmp_path)


@pytest.mark.parametrize("name", sorted(OF_A_PROJECT))
def test_examples(name: str, project: Project) -> None:
    known = {"Project": Project, "folder": project.root}
    found = doctest.testmod(importlib.import_module(name), extraglobs=known)
    assert found.attempted > 0
    assert found.failed == 0


def test_everything_that_is_exported_is_there() -> None:
    code = "import skylift; [getattr(skylift, name) for name in skylift.__all__]; print(sorted(dir(skylift)))"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert set(skylift.__all__) <= set(json.loads(said.replace("'", '"')))


def test_metrics_are_rows_for_pandas(tmp_path: Path) -> None:
    code = 'print("loss=nan")\nprint("epoch=1 loss=0.5")\n'
    run = made(tmp_path, code).run()
    run.wait(timeout=60)
    first, second = run.metrics
    assert first["step"] is None
    assert math.isnan(first["value"])
    assert (second["name"], second["step"], second["value"]) == ("loss", 1, 0.5)
    offset = first["time"].utcoffset()
    assert offset is not None
    assert offset.total_seconds() == 0


def test_a_failure_is_the_users_own(tmp_path: Path) -> None:
    run = made(tmp_path, 'import time\ntime.sleep(0.5)\nraise ValueError("no rows")').run()
    with pytest.raises(JobFailed, match=r"ValueError: no rows \(train.py:3\)"):
        run.outcome(timeout=60)
    assert run.wait().status == "Failed"
    html = run._repr_html_()
    assert "ValueError: no rows" in html


def test_who_waits_no_longer_leaves_the_run_alone(tmp_path: Path) -> None:
    run = made(tmp_path, "import time\nprint('a')\ntime.sleep(600)").run()
    with pytest.raises(TimeoutError):
        run.wait(timeout=0.2)
    with contextlib.suppress(StillRunning):
        run.wait(timeout=0.2)
    assert run.status == "InProgress"
    assert run.metrics == []
    run.stop(kill=True)
    assert run.wait(timeout=60).status == "Stopped"


def test_logs_are_followed_or_are_what_there_is(tmp_path: Path) -> None:
    run = made(tmp_path, "import time\nprint('one', flush=True)\ntime.sleep(1)\nprint('two')").run()
    followed = run.logs(follow=True)
    assert next(followed) == "one"
    assert next(followed) == "two"
    assert list(run.logs())[:2] == ["one", "two"]


@pytest.mark.parametrize("detach", [False, True])
def test_a_run_outlives_the_script_that_began_it_unless_it_is_tied_to_it(
    *, detach: bool, tmp_path: Path
) -> None:
    made(tmp_path, "import time\nprint('a')\ntime.sleep(2)")
    code = f"import skylift; print(skylift.Project.load({str(tmp_path)!r}).run(detach={detach}).name)"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    ended = Project.load(tmp_path).find(said.stdout.strip()).wait(timeout=60)
    assert ended.status == ("Completed" if detach else "Stopped")


def test_hyperparameters_arrive_as_they_were_typed(project: Project) -> None:
    given = {"epochs": 1, "lr": 0.25, "note": "a=b 'c' [1]", "bold": True}
    run = project.run(hyperparameters=given)
    assert run.wait(timeout=60).at("Skylift.given") == given
    assert json.loads((run.artifacts.pull() / "model.json").read_text()) == given


def test_bad_hyperparameters_are_told_together(project: Project) -> None:
    with pytest.raises(ConfigError) as caught:
        project.run(hyperparameters={"epochs": None, "a=b": 1, "lr": object()})
    assert len(caught.value.issues) == 3
    with pytest.raises(ConfigError, match="epoch"):
        project.plan(hyperparameters={"epoch": 1})
    with pytest.raises(ConfigError, match="wants name=value"):
        project.plan(hyperparameters="epochs")
    assert len(project.runs()) == 0


def test_paths_and_items_of_the_command_line_count(project: Project) -> None:
    plan = project.plan(hyperparameters={"note": PurePosixPath("a/b")})
    assert plan.request["HyperParameters"] == {"note": "a/b"}
    assert project.plan(hyperparameters=["epochs=4"]).request["HyperParameters"] == {"epochs": "4"}


def test_runs_are_a_sequence_and_rows(project: Project) -> None:
    assert repr(project.runs()) == "<Runs: none>"
    names = []
    for note in ("<script>alert(1)</script>", "\x1b[31mred"):
        run = project.run(hyperparameters={"epochs": 1, "note": note})
        run.wait(timeout=60)
        names.append(run.name)
        time.sleep(0.01)
    runs = project.runs()
    assert {run.name for run in runs} == set(names)
    assert [run.name for run in runs[:1]] == [runs[0].name]
    row = runs.rows()[0]
    assert (row["status"], row["param:epochs"], row["metric:train:loss"]) == ("Completed", 1, 0.5)
    assert row["duration"] > 0
    shown = runs._repr_html_() + "".join(run._repr_html_() for run in runs)
    assert "<script>" not in shown
    assert "\x1b" not in shown + repr(runs)
    found = project.compare()
    assert "(baseline)" in repr(found)
    assert "train:loss" in repr(found)
    assert "alert(1)" in found._repr_html_()
    assert "<script>" not in found._repr_html_()
    assert "\x1b" not in repr(found)


def test_nothing_of_the_environment_is_shown(tmp_path: Path) -> None:
    shutil.copytree(PROJECTS / "succeeds", tmp_path / "p")
    world = World({**os.environ, "API_KEY": "s3cr3t-planted"}, Path.home())
    project = Project.load(tmp_path / "p", world=world)
    run = project.run(hyperparameters={"epochs": 1})
    run.wait(timeout=60)
    shown = [repr(one) for one in (project, run, run.artifacts, project.runs(), world, project.sources)]
    assert not [text for text in shown if "s3cr3t" in text]
    assert shown[0] == f"<Project succeeds: {tmp_path / 'p'}>"


def test_hints_are_below_a_traceback(project: Project) -> None:
    with pytest.raises(ConfigError) as caught:
        project.plan(target="nope")
    assert caught.value.__notes__ == ["hint: there are: cloud, docker, local"]


def test_the_last_of_several_runs_of_one_second_is_the_last(project: Project) -> None:
    names = [project.run(hyperparameters={"epochs": 1}).name for _ in range(3)]
    assert sorted(names) == names
    assert project.find("@last").name == names[-1]
    for name in names:
        project.find(name).wait(timeout=60)
