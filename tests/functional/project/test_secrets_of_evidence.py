"""Passwords and tokens that stand in what ``init`` reads: none of them is copied anywhere."""

from __future__ import annotations

import json

import pytest
from tests.functional.cli.asking import skylift
from tests.functional.project.folder import Folder

from skylift.project.init.detect import detect

PASSWORD, TOKEN = "hunter2", "S3CR3Ttoken0123456789"
ADDRESS = f"https://u:{PASSWORD}@h.example/x"
TRAIN = """
    import argparse
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--api-key")
    parser.add_argument("--url")
    parser.parse_args()
"""
COMMAND = f"python train.py --api-key {TOKEN} --url {ADDRESS} --epochs 5"
EVIDENCE = {
    "MLproject": (
        f'name: x\nentry_points:\n  main:\n    parameters:\n      api-key: {{type: string, default: "{TOKEN}"}}\n'
        f'      url: {{default: "{ADDRESS}"}}\n      epochs: {{type: int, default: 5}}\n'
        f'    command: "{COMMAND}"\n'
    ),
    "dvc.yaml": f"stages:\n  train:\n    cmd: {COMMAND}\n    outs: [model.pkl]\n",
    "Makefile": f"train:\n\tWANDB_API_KEY={TOKEN} {COMMAND}\n",
    "README.md": f"# x\n```\n{COMMAND}\n```\n",
    "Dockerfile": f"FROM python:3.11\nENV API_TOKEN={TOKEN}\nCMD {json.dumps(COMMAND.split())}\n",
    "launch.py": (
        "from sagemaker.pytorch import PyTorch\n"
        'PyTorch(entry_point="train.py", instance_type="ml.m5.large", '
        f'hyperparameters={{"api-key": "{TOKEN}", "url": "{ADDRESS}", "epochs": 5}}, '
        f'environment={{"WANDB_API_KEY": "{TOKEN}"}}).fit({{"train": "s3://AK:{PASSWORD}@b/data"}})\n'
    ),
}


@pytest.mark.parametrize("name", EVIDENCE)
def test_no_secret_is_copied(project: Folder, name: str) -> None:
    project.write("train.py", TRAIN)
    project.write("requirements.txt", "numpy\n")
    (project.root / name).write_text(EVIDENCE[name])
    answers = [
        skylift(project.root, *words)
        for words in (
            ("init", "--dry-run"),
            ("init", "--json", "--dry-run"),
            ("init", "--yes"),
            ("init", "--dry-run"),
            ("config", "--origin"),
            ("check", "--json"),
        )
    ]
    said = "".join(answer.stdout + answer.stderr for answer in answers)
    said += (project.root / "skylift.toml").read_text() + (project.root / ".skylift/init.json").read_text()
    assert PASSWORD not in said
    assert TOKEN not in said


@pytest.mark.parametrize("name", ["MLproject", "dvc.yaml", "launch.py"])
def test_what_was_left_out_is_named_and_the_rest_is_taken(project: Folder, name: str) -> None:
    project.write("train.py", TRAIN)
    (project.root / name).write_text(EVIDENCE[name])
    found = detect(project.root)
    assert found.config["hyperparameters"] == {"epochs": 5}
    left = "\n".join(found.left_to_you)
    assert "api-key" in left
    assert "hyperparameters.url: what the project says for it" in left


def test_a_token_by_another_name_is_a_value_like_any(project: Folder) -> None:
    project.write("train.py", TRAIN.replace("--api-key", "--pad-token"))
    project.write(
        "dvc.yaml", "stages:\n  train:\n    cmd: python train.py --pad-token some_longer --epochs 5\n"
    )
    assert detect(project.root).config["hyperparameters"] == {"pad-token": "some_longer", "epochs": 5}


def test_a_secret_in_a_config_is_in_no_error_and_no_finding(project: Folder) -> None:
    project.write("train.py", TRAIN)
    project.write(
        "skylift.toml",
        f'entry-point = "train.py"\n[aws]\nstorage = "{ADDRESS}"\n[channels]\ntrain = "{ADDRESS}"\n',
    )
    for words in (("check",), ("check", "--json"), ("config",), ("run", "--dry-run"), ("init", "--json")):
        answer = skylift(project.root, *words)
        assert PASSWORD not in answer.stdout + answer.stderr
    assert "not an S3 location: 'https://h.example/x'" in skylift(project.root, "check").stdout


def test_a_secret_of_the_users_config_is_in_no_list_of_changes(project: Folder) -> None:
    project.write("train.py", TRAIN)
    project.write("dvc.yaml", "stages:\n  train:\n    cmd: python train.py --url https://h/new\n")
    assert skylift(project.root, "init", "--yes").returncode == 0
    config = project.root / "skylift.toml"
    config.write_text(config.read_text().replace('url = "https://h/new"', f'url = "{ADDRESS}"'))
    for words in (("init", "--json"), ("init",), ("init", "--undo"), ("config", "--json")):
        answer = skylift(project.root, *words)
        assert PASSWORD not in answer.stdout + answer.stderr


def test_a_short_password_is_none_the_less_one(project: Folder) -> None:
    project.write(
        "train.py",
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--api-key')\np.add_argument('--epochs')\np.parse_args()\n",
    )
    project.write("dvc.yaml", "stages:\n  train:\n    cmd: python train.py --api-key abc1 --epochs 5\n")
    found = detect(project.root)
    assert found.config["hyperparameters"] == {"epochs": 5}
    assert any("api-key" in line for line in found.left_to_you)
    assert "abc1" not in repr(found)
