"""Jobs that hand files on: what ``init`` writes for them, and what it says is to be typed between."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.functional.project.folder import Folder

from skylift.project.checks.places import missing_channels
from skylift.project.checks.subject import Subject
from skylift.project.config.load import load
from skylift.project.init.detect import detect
from skylift.values.project import Detection

_GUARD = "if __name__ == '__main__':\n    main()\n"
_CODE = {
    "data/raw/x.csv": "1 2",
    "src/prepare.py": "import os\ndef main():\n    os.makedirs('data/prepared')\n    rows = open('data/raw/x.csv').read()\n"
    f"    open('data/prepared/rows.txt', 'w').write(rows)\n{_GUARD}",
    "src/train.py": "import os, pickle, sklearn\ndef main():\n    os.makedirs('models')\n    rows = open('data/prepared/rows.txt').read()\n"
    f"    m.fit(rows)\n    pickle.dump(m, open('models/model.pkl', 'wb'))\n{_GUARD}",
    "src/evaluate.py": "import json, pickle\ndef main():\n    rows = open('data/prepared/rows.txt').read()\n"
    "    m = pickle.load(open('models/model.pkl', 'rb'))\n"
    f"    json.dump(m, open('metrics.json', 'w'))\n{_GUARD}",
}
_DVC = """
stages:
  prepare: {cmd: python src/prepare.py, deps: [data/raw/x.csv, src/prepare.py], outs: [data/prepared]}
  train: {cmd: python src/train.py, deps: [data/prepared], outs: [models/model.pkl]}
  evaluate: {cmd: python src/evaluate.py, deps: [data/prepared, models/model.pkl], metrics: [metrics.json]}
"""
_MAKE = (
    "prepare:\n\tpython src/prepare.py\ntrain:\n\tpython src/train.py\nevaluate:\n\tpython src/evaluate.py\n"
)
_LINES = (
    'skylift run --job prepare && cp -R "$(skylift pull @last output)/." .',
    'skylift run && cp -R "$(skylift pull @last model)/." .',
)


@pytest.mark.parametrize("how", [{"dvc.yaml": _DVC}, {"Makefile": _MAKE}], ids=["dvc", "make"])
def test_a_chain_has_its_channels_before_anything_is_made(project: Folder, how: dict[str, str]) -> None:
    project.write_all({**_CODE, **how})
    found = detect(project.root)
    config = found.config
    assert config["channels"] == {"prepared": "data/prepared"}
    assert config["paths"] == {"data/prepared": "{channel:prepared}"}
    evaluate = config["jobs"]["evaluate"]
    assert evaluate["channels"] == {"prepared": "data/prepared", "models": "models"}
    assert evaluate["paths"] == {"data/prepared": "{channel:prepared}", "models": "{channel:models}"}
    assert config["jobs"]["prepare"]["paths"] == {"data/raw": "{channel:raw}"}
    assert _handed(found) == list(_LINES)
    assert not any("not here" in line for line in found.left_to_you)


_FOUR_STAGES = """
stages:
  prepare: {cmd: python src/prepare.py data/data.xml, deps: [data/data.xml], outs: [data/prepared]}
  featurize: {cmd: python src/featurize.py, deps: [data/prepared], outs: [data/features]}
  train: {cmd: python src/train.py, deps: [data/features], outs: [model.pkl]}
  evaluate: {cmd: python src/evaluate.py, deps: [data/features, model.pkl], metrics: [scores.json]}
"""
_READS_FEATURES = "import pickle, sklearn\nx = pickle.load(open('data/features/train.pkl', 'rb'))\n"


def test_each_result_is_told_once_to_those_who_read_it_and_what_comes_first_comes_first(
    project: Folder,
) -> None:
    project.write_all(
        {
            "dvc.yaml": _FOUR_STAGES,
            "src/prepare.py": "import sys\nopen('data/prepared/train.tsv', 'w').write(open('data/data.xml').read())\n",
            # By its name the code's own file would be a model: the pipeline says otherwise.
            "src/featurize.py": "import pickle\nrows = open('data/prepared/train.tsv').read()\n"
            "pickle.dump(rows, open('data/features/train.pkl', 'wb'))\n",
            "src/train.py": f"{_READS_FEATURES}m.fit(x)\npickle.dump(m, open('model.pkl', 'wb'))\n",
            "src/evaluate.py": f"{_READS_FEATURES}m = pickle.load(open('model.pkl', 'rb'))\n",
        }
    )
    found = detect(project.root)
    assert found.config["jobs"]["featurize"]["paths"]["data/features"] == "{output}"
    assert found.config["jobs"]["evaluate"]["entry-point"] == "src/evaluate.py"
    left = found.left_to_you
    told = [line.splitlines()[0] for line in left if " is made by the job " in line]
    assert told == [
        "data/prepared for `featurize` is made by the job `prepare`:",
        "data/features for `train` and `evaluate` is made by the job `featurize`:",
        "model.pkl for `evaluate` is made by the job `train`:",
    ]
    assert [line for line in left if "data/data.xml" in line] == [
        "the stage `prepare`: data/data.xml is not here: `dvc pull` may bring it"
    ]


def test_scripts_one_after_the_other_are_jobs_that_hand_on(project: Folder) -> None:
    bare = {path.removeprefix("src/"): text.replace(_GUARD, "") for path, text in _CODE.items()}
    code = {
        path: text.replace("def main():\n    ", "").replace("\n    ", "\n") for path, text in bare.items()
    }
    project.write_all(code)
    found = detect(project.root)
    assert {name: job["entry-point"] for name, job in found.config["jobs"].items()} == {
        "evaluate": "evaluate.py",
        "prepare": "prepare.py",
    }
    assert _handed(found) == list(_LINES)


def test_commands_of_one_program_hand_on(project: Folder) -> None:
    project.write(
        "main.py",
        "import click, joblib, sklearn\n@click.group()\ndef cli():\n    pass\n"
        "@cli.command()\ndef train():\n    m.fit(1)\n    joblib.dump(m, 'kept/net.joblib')\n"
        "@cli.command()\ndef evaluate():\n    print(joblib.load('kept/net.joblib'))\ncli()\n",
    )
    found = detect(project.root)
    assert found.config["jobs"]["evaluate"]["channels"] == {"kept": "kept"}
    assert [line.splitlines()[0] for line in found.left_to_you if " made by " in line] == [
        "kept for `evaluate` is made by the job `train`:"
    ]


def test_what_goes_through_a_link_is_carried_into_its_folder(project: Folder) -> None:
    code = {path: text.replace("    os.makedirs('models')\n", "") for path, text in _CODE.items()}
    project.write_all({**code, "dvc.yaml": _DVC})
    found = detect(project.root)
    assert found.config["paths"]["models"] == "{model}"
    assert _handed(found)[1] == (
        'skylift run && mkdir -p models && cp -R "$(skylift pull @last model)/." models'
    )


def test_what_is_here_already_is_told_once(project: Folder) -> None:
    made = {"data/prepared/rows.txt": "1", "models/model.pkl": "x"}
    project.write_all({**_CODE, **made, "Makefile": _MAKE})
    found = detect(project.root)
    assert _handed(found) == []
    rows = [row for row in found.understood if row.topic == "handed on"]
    assert [row.value.partition(": ")[2] for row in rows] == list(_LINES)


def test_options_lead_there_too(project: Folder) -> None:
    parser = "import argparse, pickle, sklearn\np = argparse.ArgumentParser()\n"
    project.write_all(
        {
            "train.py": f"{parser}p.add_argument('--out', default='runs/net.pkl')\na = p.parse_args()\n"
            "m.fit(1)\npickle.dump(m, open(a.out, 'wb'))\n",
            "evaluate.py": f"{parser}p.add_argument('--net', default='runs/net.pkl')\n"
            "if __name__ == '__main__':\n    a = p.parse_args()\n    pickle.load(open(a.net, 'rb'))\n",
        }
    )
    found = detect(project.root)
    assert found.config["arguments"] == {"out": "{model}/net.pkl"}
    evaluate = found.config["jobs"]["evaluate"]
    assert (evaluate["channels"], evaluate["arguments"]) == (
        {"runs": "runs"},
        {"net": "{channel:runs}/net.pkl"},
    )
    assert _handed(found) == ['skylift run && mkdir -p runs && cp -R "$(skylift pull @last model)/." runs']


def test_a_job_that_nobody_makes_anything_for_is_told_what_is_missing(project: Folder) -> None:
    project.write_all({"train.py": _CODE["src/train.py"], "evaluate.py": _CODE["src/prepare.py"]})
    left = detect(project.root).left_to_you
    assert any("reads data/raw/x.csv, which is not here" in line for line in left)


def test_check_names_the_job_that_makes_a_folder(project: Folder, tmp_path: Path) -> None:
    project.write_all({"train.py": "", "prepare.py": "", "pyproject.toml": _CONFIG})
    loaded = load(project.root, environment={}, home=tmp_path)
    (finding,) = missing_channels(Subject(loaded))
    assert finding.remedy == f"the job `prepare` makes it: {_LINES[0]}"


_CONFIG = """
    [tool.skylift]
    entry-point = "train.py"
    channels = { prepared = "data/prepared" }
    jobs.prepare = { entry-point = "prepare.py", collect = { output = ["data/prepared/**"] } }
"""


def _handed(found: Detection) -> list[str]:
    """What is to be typed between."""
    return [
        command
        for line in found.left_to_you
        for _, told, command in [line.partition(":\n")]
        if "is made by" in line and told
    ]
