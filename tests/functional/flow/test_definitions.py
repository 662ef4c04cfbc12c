"""What a config says of metrics, and what the last run printed, in the record and in the next request."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.functional.flow.watching import LOCAL

from skylift.flow.launching import Launch
from skylift.flow.live import said_of
from skylift.flow.preparing import Prepared, RunOptions, prepare_run
from skylift.flow.sources import Sources
from skylift.flow.world import Cloud, World
from skylift.runs.chosen import direction, objective
from skylift.runs.store import RunStore

CONFIG = """
entry-point = "train.py"
objective = "score2"
[metrics]
gap = 'gap (\\S+)'
score2 = { goal = "min" }
[jobs.evaluate]
entry-point = "train.py"
metrics.loss.goal = "max"
"""
PRINTS = (
    "for turn in (1, 2):\n"
    "    print(f'epoch={turn} loss={turn / 2} val_loss={turn / 4} score2={turn}')\n"
    "    print(f'[{turn}]\\tgap {turn / 8}')\n"
    "open('nothing', 'w').close()\n"
)


@pytest.fixture
def project(weird_tmp_path: Path) -> Path:
    (weird_tmp_path / "skylift.toml").write_text(CONFIG)
    (weird_tmp_path / "train.py").write_text(PRINTS)
    return weird_tmp_path


def prepared(project: Path, job: str = "train") -> Prepared:
    world = World.here()
    return prepare_run(Sources.read(project, world, overrides={}), RunOptions(job=job), only_plan=True)


def names(project: Path, job: str = "train") -> tuple[list[str], tuple[str, ...]]:
    """The definitions of the next request, and what is said of them."""
    ready = prepared(project, job)
    cloud = Cloud(ready.sources.settings.aws, ready.sources.world)
    plan = Launch(ready, cloud, RunStore(project)).plan()
    definitions = plan.request["AlgorithmSpecification"].get("MetricDefinitions", [])
    return [one["Name"] for one in definitions], plan.notes


def test_the_record_says_which_way_is_better_and_the_next_request_looks_for_what_was_seen(
    project: Path,
) -> None:
    assert names(project) == (["gap"], ())
    record = LOCAL.run(project)
    assert record.at("Skylift.metrics.goals") == {"score2": "min"}
    assert objective(record) == "score2"
    assert [direction(record, name) for name in ("score2", "loss", "gap")] == [True, True, None]
    assert record.at("Skylift.metrics.best.score2") == {"value": 1.0, "step": 1}
    assert record.at("Skylift.metrics.forms.val_loss") == "val_loss="
    found, notes = names(project)
    assert found == ["gap", "loss", "score2", "val_loss"]
    assert notes == (f"MetricDefinitions: 1 of the config and 3 as run {record.name} printed them",)
    # Another job has no part in it.
    assert names(project, "evaluate") == ([], ())
    again = LOCAL.run(project)
    assert {one["MetricName"]: one["Value"] for one in again.data["FinalMetricDataList"]} == {
        "gap": 0.25,
        "loss": 1.0,
        "score2": 2.0,
        "val_loss": 0.5,
    }
    # Equal inputs are equal whatever ran before.
    inputs = prepared(project).inputs
    shutil.rmtree(project / ".skylift" / "runs")
    assert prepared(project).inputs == inputs
    assert names(project) == (["gap"], ())


def test_more_names_than_the_service_takes_are_left_out_and_told(project: Path) -> None:
    folder = project / ".skylift" / "runs" / "x-261124120000-abcd"
    folder.mkdir(parents=True)
    last = {f"m{number}": 1.0 for number in range(60)}
    metrics = {"last": last, "forms": {name: f"{name}=" for name in last}}
    record = {
        "TrainingJobName": folder.name,
        "TrainingJobStatus": "Completed",
        "Skylift": {"job": "train", "metrics": metrics},
    }
    (folder / "intent.json").write_text("{}")
    (folder / "record.json").write_text(json.dumps(record))
    found, notes = names(project)
    assert len(found) == 40
    assert any("21 left out, the service takes 40" in note for note in notes)


def test_who_looks_on_knows_the_goals_before_there_is_a_record() -> None:
    better, *_ = said_of({"ours": {"metrics": {"goals": {"score2": "min", "loss": "none"}}}})
    assert [better(name) for name in ("score2", "loss", "auc", "lr")] == [True, None, False, None]
    assert said_of({})[0]("loss") is True
