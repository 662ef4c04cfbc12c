"""What somebody types arrives in a real argparse script, on this machine, and the record says so."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.places import PROJECTS, Place, checkout

LOCAL = Place("local", {})
SCRIPT = """
import argparse, json, os
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--note", default="-")
parser.add_argument("--empty", default="full")
parser.add_argument("--use", type=bool, default=True)
parser.add_argument("--tag", action="append")
parser.add_argument("--layers", type=int, nargs="+", default=[1])
parser.add_argument("--no-cache", dest="cache", action="store_false")
parser.add_argument("--fast", action=argparse.BooleanOptionalAction)
parser.add_argument("--text")
parser.add_argument("--count", action="count", default=0)
with open(os.path.join(os.environ["SM_MODEL_DIR"], "seen.json"), "w") as stream:
    json.dump(vars(parser.parse_args()), stream)
"""
HOSTILE = "a b 'c' \"d\" \\ ü😀\n-e $HOME;* `x` {channel:train} #=,"
GIVEN = {
    "lr": -1e-05,
    "note": HOSTILE,
    "empty": "",
    "use": False,
    "tag": ["-x", "", "--lr", HOSTILE],
    "layers": [-3, 4],
    "cache": False,
    "fast": False,
    "text": "@skylift:arguments.json#note",
    "count": 3,
}


@pytest.fixture
def project(weird_tmp_path: Path) -> Path:
    folder = checkout(PROJECTS / "resumes", weird_tmp_path)
    (folder / "train.py").write_text(SCRIPT)
    return folder


def typed(values: dict[str, Any]) -> list[str]:
    return [f"{key}={v if isinstance(v, str) else json.dumps(v)}" for key, v in values.items()]


def seen(project: Path, name: str) -> dict[str, Any]:
    LOCAL.skylift(project, "pull", name, "--output", str(project.parent / name))
    found: dict[str, Any] = json.loads((project.parent / name / "seen.json").read_text())
    return found


def test_every_value_arrives_exactly(project: Path) -> None:
    record = LOCAL.run(project, "--python", sys.executable, *typed(GIVEN))
    assert seen(project, record.name) == GIVEN
    assert record.at("Skylift.arguments") == GIVEN


def test_a_value_of_any_length_arrives_and_the_record_shows_it(project: Path) -> None:
    text = HOSTILE * 60
    record = LOCAL.run(project, "--python", sys.executable, f"text={text}")
    assert seen(project, record.name)["text"] == text
    assert record.at("Skylift.arguments")["text"] == text
    assert record.at("HyperParameters") == {"text": "@skylift:arguments.json#text"}


def test_raw_arguments_override_and_the_record_does_not_say_otherwise(project: Path) -> None:
    raw = ("--lr", "0.5", "--no-cache", "--fast", "--no-fast", "--unheard-of")
    arguments = ("--python", sys.executable, "lr=0.25", "note=mine", "--", *raw[:-1])
    record = LOCAL.run(project, *arguments)
    assert seen(project, record.name)["lr"] == 0.5
    found = record.at("Skylift.arguments")
    assert (found["lr"], found["note"], found["cache"], found["fast"]) == (0.5, "mine", False, False)
    assert record.at("Skylift.raw") == list(raw[:-1])


def test_a_wrong_value_of_the_config_is_told_with_its_file_and_key(project: Path) -> None:
    with (project / "skylift.toml").open("a") as stream:
        stream.write('\n[hyperparameters]\nlr = "fast"\nlayers = "1,2"\n')
    said = json.loads(LOCAL.skylift(project, "run", "--json", "text=a", expect=2))["error"]["message"]
    assert said.splitlines() == [
        "skylift.toml [hyperparameters] layers: `layers` wants a whole number, not '1,2'",
        "skylift.toml [hyperparameters] lr: `lr` wants a number, not 'fast'",
    ]


def test_an_option_that_is_typed_as_one_is_told_as_a_parameter(project: Path) -> None:
    said = json.loads(LOCAL.skylift(project, "run", "--json", "--epochs", "5", expect=2))["error"]
    assert "epochs=5" in said["message"]


SUB_COMMANDS = """
import argparse
parser = argparse.ArgumentParser()
commands = parser.add_subparsers(dest="what", required=True)
commands.add_parser("train").add_argument("--db-password")
commands.add_parser("test")
parser.parse_args()
"""


@pytest.mark.parametrize(
    ("script", "arguments", "said"),
    [
        ("print(1)", ["--", "--x", "1"], "nobody reads what follows `--`"),
        (SUB_COMMANDS, ["command=train", "db-password=hush"], '[secrets] DB_PASSWORD = "env:DB_PASSWORD"'),
        (SUB_COMMANDS, ["command=train", "--", "test"], "`test` stands behind the sub-command `train`"),
    ],
)
def test_what_is_likely_a_mistake_is_warned_of(
    project: Path, script: str, arguments: list[str], said: str
) -> None:
    (project / "train.py").write_text(script)
    command = [sys.executable, "-m", "skylift", "run", "--dry-run", *arguments]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    (warning,) = (line for line in done.stderr.splitlines() if line.startswith(" warning"))
    assert said in warning
    assert "hush" not in done.stderr


def test_a_secret_that_stands_in_the_source_is_in_no_record(project: Path) -> None:
    words = (
        'parser.add_argument("--db-password", default="hunter2")',
        'parser.add_argument("--url", default="https://u:tok@acme.org/x")',
    )
    lines = "\n".join(words)
    (project / "train.py").write_text(SCRIPT.replace("with open", f"{lines}\nwith open"))
    record = LOCAL.run(project, "--python", sys.executable)
    assert record.at("Skylift.arguments")["db-password"] == "REDACTED"
    assert record.at("Skylift.arguments")["url"] == "https://acme.org/x"
    assert seen(project, record.name)["url"] == "https://u:tok@acme.org/x"
    (run,) = (project / ".skylift" / "runs").glob(f"{record.name}*")
    assert all("hunter2" not in (run / name).read_text() for name in ("intent.json", "record.json"))
