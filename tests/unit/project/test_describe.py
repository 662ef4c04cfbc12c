"""The description that the runtime reads."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from skylift.project.files.describe import description
from skylift.values.arguments import Parameter, Schema
from skylift.values.project import ShippedFile
from skylift.values.settings import JobSettings, MetricSettings, Settings

SETTINGS = Settings(
    "demo",
    jobs={
        "train": JobSettings(
            "train",
            entry_point="pkg/train.py",
            hyperparameters={"epochs": 3},
            arguments={"data-dir": "{channel:train}"},
            paths={"data/raw": "{channel:train}"},
            collect={"model": ("*.pkl",)},
        )
    },
)
SCHEMAS = {"train": Schema((Parameter("epochs", "--epochs", "int", 3, help="how long"),), complete=True)}


def test_what_it_says() -> None:
    found = json.loads(description(SETTINGS, SCHEMAS, [ShippedFile("pkg/train.py"), ShippedFile("ü b.txt")]))
    assert found == {
        "schema": 1,
        "name": "demo",
        "files": ["pkg/train.py", "ü b.txt"],
        "python_path": [],
        "jobs": {
            "train": {
                "console": False,
                "entry_point": "pkg/train.py",
                "command": [],
                "parameters": [
                    {"key": "epochs", "flag": "--epochs", "action": "store", "nargs": "", "type": "int"}
                ],
                "has_commands": False,
                "spelling": "separate",
                "arguments": {"data-dir": "{channel:train}"},
                "paths": {"data/raw": "{channel:train}"},
                "retry": {"max": 0, "exit_codes": []},
                "collect": {"model": ["*.pkl"]},
            }
        },
    }


def test_what_few_parameters_have_is_said_of_those() -> None:
    parameter = Parameter(
        "fast",
        "--fast",
        "bool",
        action="boolean-optional",
        off="--slow",
        false="no",
        spelling="joined",
        command="fit",
    )
    schema = Schema((parameter,), commands=("fit",))
    (found,) = json.loads(description(SETTINGS, {"train": schema}, []))["jobs"].values()
    assert (found["has_commands"], found["spelling"]) == (True, "joined")
    assert found["parameters"] == [
        {
            "key": "fast",
            "flag": "--fast",
            "action": "boolean-optional",
            "nargs": "",
            "type": "bool",
            "off": "--slow",
            "false": "no",
            "spelling": "joined",
            "command": "fit",
        }
    ]


def test_values_of_a_run_do_not_change_it() -> None:
    # They travel in the request; a changed hyperparameter must not make a new image.
    job = replace(SETTINGS.jobs["train"], hyperparameters={"epochs": 4}, metrics={"a": MetricSettings("(b)")})
    assert description(replace(SETTINGS, jobs={"train": job}), SCHEMAS, []) == description(
        SETTINGS, SCHEMAS, []
    )


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["src/pkg/__init__.py", "src/pkg/train.py"], ["src"]),
        (["src/train.py"], ["src"]),
        (["src/__init__.py", "src/train.py"], []),
        (["src/notes.md", "train.py"], []),
    ],
)
def test_the_src_layout(files: list[str], expected: list[str]) -> None:
    found = json.loads(description(SETTINGS, SCHEMAS, [ShippedFile(path) for path in files]))
    assert found["python_path"] == expected


def test_only_folders_that_ship_are_imported_from() -> None:
    files = [ShippedFile("src/pkg/train.py"), ShippedFile("lib/a.py")]
    found = json.loads(description(SETTINGS, SCHEMAS, files, ["lib", "src", "gone", "li"]))
    assert found["python_path"] == ["src", "lib"]
