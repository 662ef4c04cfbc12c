"""``skylift runs`` as a person and a script call it."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.functional.cli.asking import done, skylift
from tests.functional.project.folder import Folder

from skylift.runs.query.fields import KINDS

HOSTILE = "\x1b[2J\u202e=cmd\n航"


@pytest.fixture
def project(weird_tmp_path: Path) -> Folder:
    folder = Folder(weird_tmp_path)
    folder.write("skylift.toml", 'name = "demo"\nentry-point = "train.py"\n')
    for number, (lr, auc, status) in enumerate(
        [(0.1, 0.7, "Completed"), (0.2, 0.9, "Completed"), ("x", None, "Failed")]
    ):
        name = f"demo-26112413181{number}-aaa{number}"
        best = {"validation:auc": {"value": auc, "step": 1}} if auc is not None else {}
        record = {
            "TrainingJobName": name,
            "TrainingJobStatus": status,
            "SecondaryStatus": status,
            "FailureReason": f"AlgorithmError: {HOSTILE}, exit code: 1" if status == "Failed" else "",
            "CreationTime": f"2026-11-24T13:18:1{number}.000Z",
            "TrainingEndTime": "2026-11-24T13:19:19.000Z",
            "Skylift": {
                "job": "train",
                "target": "local",
                "user": "ada",
                "arguments": {"lr": lr, "epochs": 3, "api-key": "hush"},
                "metrics": {"best": best, "last": {name: one["value"] for name, one in best.items()}},
            },
        }
        folder.write(f".skylift/runs/{name}/intent.json", "{}")
        folder.write(f".skylift/runs/{name}/record.json", json.dumps(record))
    return folder


def tags(folder: Folder, *arguments: str) -> list[str]:
    rows = json.loads(done(folder.root, "runs", "--json", *arguments).stdout)
    return [row["TrainingJobName"][-4:] for row in rows]


def test_a_list_shows_what_differs_and_tells_the_rest_once(project: Folder) -> None:
    found = done(project.root, "runs")
    lines = found.stdout.splitlines()
    assert lines[0].split() == ["RUN", "STATUS", "AGE", "validation:auc", "TOOK", "lr", "TARGET"]
    assert [line.split()[0][-4:] for line in lines[1:]] == ["aaa2", "aaa1", "aaa0"]
    assert found.stderr == "the same in all: epochs=3 api-key=***\n"


def test_questions_orders_and_limits_go_together(project: Folder) -> None:
    assert tags(project, "--where", 'metric:"validation:auc" > 0.8 and param:lr < 1') == ["aaa1"]
    assert tags(project, "--sort", "objective") == ["aaa0", "aaa1", "aaa2"]
    assert tags(project, "--sort", "-objective", "-n", "1") == ["aaa1"]
    assert tags(project, "-w", "status = failed or param:lr = 0.1", "-s", "name") == ["aaa0", "aaa2"]
    assert "2 more: --limit 0" in done(project.root, "runs", "-n", "1").stderr


def test_json_is_the_whole_record_or_the_chosen_columns(project: Folder) -> None:
    whole: list[dict[str, Any]] = json.loads(done(project.root, "runs", "--json", "-n1").stdout)
    assert whole[0]["Skylift"]["arguments"]["epochs"] == 3
    said = done(
        project.root,
        "runs",
        "--json",
        "--columns",
        "run,duration,metric:validation:auc,param:lr",
        "-s",
        "run",
    )
    assert json.loads(said.stdout)[0] == {
        "run": "demo-261124131810-aaa0",
        "duration": 69.0,
        "metric:validation:auc": 0.7,
        "param:lr": 0.1,
    }


def test_csv_has_a_line_a_run_whatever_is_in_it(project: Folder) -> None:
    said = done(
        project.root, "runs", "--csv", "--columns", "name,reason,param:api-key", "-w", "status=failed"
    ).stdout
    rows = list(csv.reader(io.StringIO(said)))
    assert rows[0] == ["name", "reason", "param:api-key"]
    assert rows[1][1:] == ["\\x1b[2J\\u202e=cmd\n航", "***"]
    assert len(said.splitlines()) == 3
    header = done(project.root, "runs", "--csv").stdout.splitlines()[0]
    assert header.endswith("dirty,metric:validation:auc,param:lr,param:epochs,param:api-key")


def test_groups_in_three_forms(project: Folder) -> None:
    lines = done(project.root, "runs", "--group-by", "job").stdout.splitlines()
    assert lines[0].split() == ["JOB", "RUNS", "COMPLETED", "FAILED", "validation:auc", "BEST", "RUN"]
    assert lines[1].split() == ["train", "3", "2", "1", "0.8", "±", "0.1414", "0.9", "aaa1"]
    (group,) = json.loads(done(project.root, "runs", "--group-by", "job", "--json").stdout)
    assert (group["group"], group["runs"]) == ({"job": "train"}, 3)
    assert (
        done(project.root, "runs", "--group-by", "param:lr", "--csv", "-n1")
        .stdout.splitlines()[1]
        .startswith("0.2,1,1,0,0.9,")
    )


def test_mistakes_are_usage_errors_with_a_caret(project: Folder) -> None:
    said = skylift(project.root, "runs", "--where", "stats = failed")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.splitlines()[:3] == [
        "error: where: no field `stats`",
        "         stats = failed",
        "         ^^^^^",
    ]
    assert "hint: did you mean `status`?" in said.stderr
    for arguments in (
        ["--sort", "x"],
        ["--columns", "age,x"],
        ["--group-by", "("],
        ["--json", "--csv"],
        ["-n", "-1"],
    ):
        assert skylift(project.root, "runs", *arguments).returncode == 2
    error = json.loads(skylift(project.root, "runs", "--json", "-w", "a =").stdout)["error"]
    assert error["problems"] == [{"column": 3, "length": 0, "what": "a value is wanted here"}]


def test_a_name_that_no_run_has_is_told(project: Folder) -> None:
    said = done(project.root, "runs", "--where", "param:lrr < 1")
    assert said.stdout == ""
    assert said.stderr.splitlines() == [
        "no run has a parameter `lrr`; did you mean `lr`?",
        "none of 3 runs is meant",
    ]
    assert (
        "no run of a job `evaluate`; there are: train"
        in done(project.root, "runs", "--job", "evaluate").stderr
    )
    wrong = "validation:au"
    for arguments in (["-m", wrong], ["--columns", f"metric:{wrong}"], ["--group-by", "job", "-m", wrong]):
        stderr = done(project.root, "runs", *arguments).stderr
        assert f"no run of these has a metric `{wrong}`; did you mean `validation:auc`?" in stderr
    assert json.loads(done(project.root, "runs", "--where", "param:lrr < 1", "--json").stdout) == []


def test_runs_are_there_whatever_is_wrong_with_the_config(project: Folder) -> None:
    project.write("skylift.toml", "name = \n")
    assert tags(project) == ["aaa2", "aaa1", "aaa0"]


def test_where_nothing_has_run_yet(tmp_path: Path) -> None:
    assert skylift(tmp_path, "runs").returncode == 3
    (tmp_path / "skylift.toml").write_text('name = "demo"\nentry-point = "train.py"\n')
    found = done(tmp_path, "runs", "--json")
    assert json.loads(found.stdout) == []
    assert "nothing has run yet" in found.stderr
    # A question is read all the same.
    assert skylift(tmp_path, "runs", "--where", "(").returncode == 2


def test_the_help_and_the_page_name_every_field() -> None:
    said = done(Path(), "runs", "--help").stdout
    page = (Path(__file__).parents[3] / "docs" / "queries.md").read_text()
    for kind, one in KINDS.items():
        assert re.search(rf"\b{kind}\b", said), kind
        assert f"`{kind}:{one.named}`" in page if one.named else f"`{kind}`" in page, kind


def test_a_bare_word_is_a_parameter_or_a_metric_everywhere(project: Folder) -> None:
    assert tags(project, "--where", "lr < 0.15") == ["aaa0"]
    assert tags(project, "--sort", "-lr", "--where", "not status = failed") == ["aaa1", "aaa0"]
    assert "param:lr" in done(project.root, "runs", "--group-by", "lr", "--csv").stdout.splitlines()[0]
    assert done(project.root, "runs", "--columns", "lr", "--csv").stdout.splitlines()[0] == "param:lr"
    found = skylift(project.root, "runs", "--where", "etta < 1")
    assert found.returncode == 2
    assert "no field `etta`" in found.stderr


def test_a_mistake_is_told_where_nothing_has_run(tmp_path: Path) -> None:
    Folder(tmp_path).write("skylift.toml", 'name = "demo"\nentry-point = "train.py"\n')
    found = skylift(tmp_path, "runs", "--where", "statsu = failed")
    assert found.returncode == 2
    assert "did you mean `status`?" in found.stderr
