"""What is said of a command line is what the script gets."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from tests.functional.cli.asking import Answer, done, skylift

SCRIPT = """
import argparse, json, os, sys
parser = argparse.ArgumentParser()
parser.add_argument("--out")
parser.add_argument("--save-to")
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--api-key", default="")
parser.add_argument("--drop", nargs="*", default=[])
parser.add_argument("--fast", action="store_true")
parser.add_argument("rest", nargs="*")
print("argv=" + json.dumps(sys.argv[1:]))
a = parser.parse_args()
open(os.path.join(os.environ["SM_MODEL_DIR"], "m"), "w").close()
"""
HOSTILE = "a 'b' $HOME {model} \x1b[2J"


@pytest.fixture
def project(weird_tmp_path: Path) -> Path:
    (weird_tmp_path / "train.py").write_text(SCRIPT)
    (weird_tmp_path / "skylift.toml").write_text(
        'name = "p"\nentry-point = "train.py"\n[arguments]\nout = "{model}"\nsave_to = "{checkpoints}"\n'
    )
    return weird_tmp_path


def run(project: Path, *arguments: str) -> dict[str, object]:
    answer = skylift(project, "run", "--json", *arguments)
    assert answer.returncode == 0, answer.stderr
    ours: dict[str, object] = json.loads(answer.stdout)["Skylift"]
    return ours


@pytest.mark.parametrize(
    "given", [(), ("lr=0.01", "fast=true", "drop=[1, 2]"), ("out=elsewhere", "--", HOSTILE, "-")]
)
def test_the_command_is_the_one_that_the_script_gets(project: Path, given: tuple[str, ...]) -> None:
    ours = run(project, *given)
    line = next(line for line in done(project, "logs").stdout.splitlines() if line.startswith("argv="))
    assert shlex.split(str(ours["command"])) == [
        "python",
        "train.py",
        *json.loads(line.removeprefix("argv=")),
    ]
    filled = {"out": "{model}", "save_to": "{checkpoints}"}
    assert ours["filled"] == {key: place for key, place in filled.items() if f"{key}=elsewhere" not in given}


def plan(project: Path, *arguments: str) -> Answer:
    return done(project, "run", "--dry-run", *arguments)


def test_a_plan_shows_it_and_no_secret(project: Path) -> None:
    shown = plan(project, "lr=0.01", "api-key=sk-planted-secret-0123456789", "--", HOSTILE).stdout
    assert "--out /opt/ml/model" in shown
    assert "out = {model}" in shown
    assert "\x1b" not in shown
    command = next(line for line in shown.splitlines() if line.startswith("command"))
    assert "planted" not in command
    found = json.loads(plan(project, "--json", "lr=0.01").stdout)
    assert found["command"].startswith("python train.py ")
    assert found["filled"]["save_to"] == "{checkpoints}"


def test_a_run_shows_it_afterwards(project: Path) -> None:
    run(project, "fast=true")
    shown = done(project, "show").stdout
    assert "python train.py --fast" in shown
    assert "out = {model}" in shown


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("out=elsewhere",), "not the model of the run, and nothing is left to be one"),
        (("--", "--out", "elsewhere"), "not the model of the run"),
        (("save-to=elsewhere",), "finds nothing to go on from"),
        (("drop=a,b",), """'drop=["a", "b"]'"""),
        (("drop=a", "drop=b"), ""),
        (('drop=["a,b"]',), ""),
        (("lr=1",), ""),
    ],
)
def test_what_may_not_be_meant_is_told_first(project: Path, given: tuple[str, ...], said: str) -> None:
    heard = plan(project, *given).stderr
    assert said in heard if said else heard.strip() == ""


@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        (
            'command = ["torchrun", "--nproc-per-node={gpus}", "train.py"]',
            "torchrun '--nproc-per-node={gpus}' train.py",
        ),
        ('entry-point = "-m train"', "python -m train"),
        ('entry-point = "train.sh"', "train.sh"),
    ],
)
def test_however_a_program_is_started(project: Path, entry: str, shown: str) -> None:
    (project / "train.sh").write_text("#!/bin/sh\nexec python train.py\n")
    (project / "skylift.toml").write_text(f'name = "p"\n{entry}\n')
    assert f"command  {shown}" in plan(project, "lr=1").stdout


def test_a_function_is_shown_as_it_is_called(project: Path) -> None:
    (project / "train.py").write_text("def main(lr: float = 1.0, name: str = 'x') -> None: ...\n")
    (project / "skylift.toml").write_text('name = "p"\nentry-point = "train:main"\n')
    assert "train:main(lr=0.5, name='y')" in plan(project, "lr=0.5", "name=y").stdout
