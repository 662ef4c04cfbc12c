"""Without a description of the project, a job runs as the official toolkit runs it."""

from __future__ import annotations

from typing import Any

import pytest

from skylift_runtime.toolkit import (
    ToolkitProgram,
    find_program,
    module_of,
    shell_command,
    toolkit_arguments,
)

# Observed from sagemaker-training 5.1.4: mapping.to_cmd_args.
OBSERVED_ARGUMENTS: list[Any] = [
    ({}, []),
    ({"x": 5}, ["-x", "5"]),
    ({"lr": 0.0001}, ["--lr", "0.0001"]),
    ({"b": 1, "a": 2, "Z": 3}, ["-Z", "3", "-a", "2", "-b", "1"]),
    ({"flag": True}, ["--flag", "True"]),
    ({"flag": False}, ["--flag", "False"]),
    ({"empty": ""}, ["--empty", ""]),
    ({"none": None}, ["--none", ""]),
    ({"l": [1, "a"]}, ["-l", "[1, 'a']"]),
    ({"d": {"b": 2, "a": 1}}, ["-d", "a=1,b=2"]),
    ({"n": 1e-05}, ["-n", "1e-05"]),
    ({"big": 100000000000000000000}, ["--big", "100000000000000000000"]),
    ({"sp": "a b"}, ["--sp", "a b"]),
    ({"q": 'it\'s "so"'}, ["-q", 'it\'s "so"']),
    ({"nl": "a\nb"}, ["--nl", "a\nb"]),
    ({"u": "héllo"}, ["-u", "héllo"]),
    ({"batch-size": 1, "batch_size": 2}, ["--batch-size", "1", "--batch_size", "2"]),
    ({"neg": -1}, ["--neg", "-1"]),
    ({"ld": [{"a": None}]}, ["--ld", "[{'a': None}]"]),
    ({"dd": {"x": {"z": 1, "y": [True]}}}, ["--dd", "x={'z': 1, 'y': [True]}"]),
    ({"": "v"}, ["", "v"]),
    ({"é": 1}, ["-é", "1"]),
    ({"e": {}}, ["-e", ""]),
    ({"el": []}, ["--el", "[]"]),
    ({"dn": {"a": None, "b": ""}}, ["--dn", "a=None,b="]),
]

NAME = "sagemaker_program"
PLACE = "sagemaker_submit_directory"
CODE = "/opt/ml/code"


@pytest.mark.parametrize(("values", "expected"), OBSERVED_ARGUMENTS)
def test_arguments_are_those_of_the_official_toolkit(values: dict[str, Any], expected: list[str]) -> None:
    assert toolkit_arguments(values) == expected


@pytest.mark.parametrize(
    ("environ", "service", "expected"),
    [
        ({}, {}, None),
        ({}, {PLACE: "/somewhere"}, None),
        ({}, {NAME: "b.py"}, ToolkitProgram("b.py", CODE)),
        ({"SAGEMAKER_PROGRAM": "a.py"}, {}, ToolkitProgram("a.py", CODE)),
        ({"SAGEMAKER_PROGRAM": "a.py"}, {NAME: "b.py"}, ToolkitProgram("a.py", CODE)),
        ({}, {NAME: "b.py", PLACE: "s3://b/c.tar.gz"}, ToolkitProgram("b.py", "s3://b/c.tar.gz")),
        ({"SAGEMAKER_SUBMIT_DIRECTORY": "/x"}, {NAME: "b.py"}, ToolkitProgram("b.py", CODE)),
    ],
)
def test_the_program_is_the_one_that_the_job_names(
    environ: dict[str, str], service: dict[str, Any], expected: ToolkitProgram | None
) -> None:
    assert find_program(environ, service, CODE) == expected


def test_a_module_has_no_suffix() -> None:
    assert [module_of(name) for name in ("train.py", "train", "a.pyx")] == ["train", "train", "a.pyx"]


def test_a_command_gets_its_arguments_quoted() -> None:
    expected = ["/bin/sh", "-c", "./'my run.sh' --a 'b '\"'\"'c'\"'\"'' --e ''"]
    assert shell_command("my run.sh", ["--a", "b 'c'", "--e", ""]) == expected
