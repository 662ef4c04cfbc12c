"""Hyperparameters become the command line that argparse reads back to the same values."""

from __future__ import annotations

import argparse
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skylift_runtime.arguments import (
    Hyperparameters,
    Parameter,
    command_line,
    keyword_arguments,
    needed,
    read_hyperparameters,
)

PARAMETERS = [
    Parameter("source"),
    Parameter("lr", "--lr", type="float"),
    Parameter("name", "--name"),
    Parameter("x", "-x"),
    Parameter("shuffle", "--shuffle", "flag"),
    Parameter("no-cache", "--no-cache", "negative-flag"),
    Parameter("amp", "--amp", "boolean-optional"),
    Parameter("tag", "--tag", "append"),
    Parameter("pair", "--pair", "append", nargs="2"),
    Parameter("verbose", "--verbose", "count"),
    Parameter("layers", "--layers", nargs="+", type="int"),
    Parameter("maybe", "--maybe", nargs="?"),
    Parameter("rest", nargs="*"),
]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"shuffle": True, "no-cache": True, "amp": True}, ["--shuffle", "--amp"]),
        ({"shuffle": False, "no-cache": False, "amp": False}, ["--no-cache", "--no-amp"]),
        ({"shuffle": "true", "amp": "False"}, ["--shuffle", "--no-amp"]),
        ({"tag": ["a", "b c"]}, ["--tag", "a", "--tag", "b c"]),
        ({"tag": "a"}, ["--tag", "a"]),
        ({"pair": [[1, 2], [3, 4]]}, ["--pair", "1", "2", "--pair", "3", "4"]),
        ({"verbose": 3}, ["--verbose"] * 3),
        ({"layers": [64, 32]}, ["--layers", "64", "32"]),
        ({"layers": 64}, ["--layers", "64"]),
        ({"layers": [-1]}, ["--layers=-1"]),
        ({"lr": 1e-05}, ["--lr", "1e-05"]),
        ({"lr": None}, []),
        ({"name": True}, ["--name", "True"]),
        ({"name": ["a", 1]}, ["--name", '["a", 1]']),
        ({"name": "-5"}, ["--name=-5"]),
        ({"x": "-5"}, ["-x-5"]),
        ({"lr": -0.5}, ["--lr=-0.5"]),
        ({"unknown_key": "v", "k": 1}, ["--unknown_key", "v", "--k", "1"]),
        ({"source": "in", "lr": 0.1}, ["--lr", "0.1", "in"]),
        ({"rest": ["a", "b"], "source": "in", "layers": [1]}, ["--layers", "1", "--", "in", "a", "b"]),
        ({"source": "in", "layers": [1], "lr": 1}, ["--layers", "1", "--lr", "1", "in"]),
        ({"source": "-in", "lr": 1}, ["--lr", "1", "--", "-in"]),
    ],
)
def test_values_become_arguments(values: dict[str, Any], expected: list[str]) -> None:
    assert command_line(PARAMETERS, values) == expected


def test_what_a_program_reads_from_the_platforms_file_is_no_argument() -> None:
    parameters = [Parameter("lr", spelling="file"), Parameter("name", "--name")]
    assert command_line(parameters, {"lr": 1, "name": "a"}) == ["--name", "a"]
    assert command_line([], {"lr": 1}, ["-v"], spelling="file") == ["-v"]


def test_arguments_of_other_sub_commands_are_left_out() -> None:
    parameters = [
        Parameter("seed", "--seed"),
        Parameter("data-dir", "--data-dir", command="train"),
        Parameter("files", nargs="*", command="evaluate"),
    ]
    values = {"command": "evaluate", "files": ["-a", "b"], "data_dir": "/opt/ml/data", "seed": 1, "new": 2}
    line = command_line(parameters, values, ["-v"], has_commands=True)
    assert line == ["--seed", "1", "evaluate", "--new", "2", "-v", "--", "-a", "b"]
    assert command_line(parameters, {"seed": 1}, ["train"], has_commands=True) == ["--seed", "1", "train"]


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        (Parameter("b", "--b", type="bool"), (["--b", "True"], ["--b", ""])),
        (Parameter("b", "--b", type="bool", false="False"), (["--b", "True"], ["--b", "False"])),
        (Parameter("b", "--b", type="bool", false="no"), (["--b", "yes"], ["--b", "no"])),
        (Parameter("b", "--b", type="bool", false="0"), (["--b", "1"], ["--b", "0"])),
        (Parameter("b", "--b", type="bool", false="FALSE", spelling="joined"), (["--b=True"], ["--b=FALSE"])),
        (Parameter("b", "--b", "boolean-optional", off="--nob"), (["--b"], ["--nob"])),
        (Parameter("b", "--b", "flag", off="--c"), (["--b"], ["--c"])),
        (Parameter("b", "--b", spelling="python"), (["--b=True"], ["--b=False"])),
        (Parameter("b", spelling="hydra"), (["b=true"], ["b=false"])),
        (Parameter("b", type="bool"), (["True"], [""])),
    ],
)
def test_true_and_false_in_the_words_of_each_parser(
    parameter: Parameter, expected: tuple[list[str], list[str]]
) -> None:
    assert tuple(command_line([parameter], {"b": value}) for value in (True, False)) == expected


def test_raw_arguments_stand_last_but_before_a_double_dash() -> None:
    assert command_line(PARAMETERS, {"source": "in"}, ["--z"]) == ["in", "--z"]
    assert command_line(PARAMETERS, {"source": "-in"}, ["--z"]) == ["--z", "--", "-in"]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("source")
    parser.add_argument("--name")
    parser.add_argument("-x")
    parser.add_argument("--lr", type=float)
    parser.add_argument("--shuffle", action="store_true")
    parser.add_argument("--no-cache", dest="cache", action="store_false")
    parser.add_argument("--amp", action=argparse.BooleanOptionalAction)
    parser.add_argument("--tag", action="append")
    parser.add_argument("--layers", nargs="+", type=int)
    return parser


# argparse itself cannot be given "--" as a value, in some versions of Python.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).filter(
    lambda text: text != "--"
)


@given(
    source=texts,
    name=texts,
    x=texts.filter(bool),
    lr=st.floats(allow_nan=False),
    switches=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    tag=st.lists(texts, min_size=1),
    layers=st.lists(st.integers(min_value=0), min_size=1),
)
def test_argparse_reads_back_what_was_meant(
    source: str,
    name: str,
    x: str,
    lr: float,
    switches: tuple[bool, bool, bool],
    tag: list[str],
    layers: list[int],
) -> None:
    shuffle, cache, amp = switches
    values = {
        "source": source, "name": name, "x": x, "lr": lr, "shuffle": shuffle, "no-cache": cache, "amp": amp,
        "tag": tag, "layers": layers,
    }  # fmt: skip
    read = _parser().parse_args(command_line(PARAMETERS, values))
    assert vars(read) == {
        "source": source, "name": name, "x": x, "lr": lr, "shuffle": shuffle, "cache": cache, "amp": amp,
        "tag": tag, "layers": layers,
    }  # fmt: skip


def test_reserved_keys_are_not_the_users() -> None:
    wire = {
        "epochs": "10",
        "name": "adam",
        "id": "02134",
        "sagemaker_program": '"train.py"',
        "_tuning_objective_metric": "loss",
        "skylift_raw_arguments": json.dumps(["-v", "a b"]),
        "number": 5,
    }
    assert read_hyperparameters(wire) == Hyperparameters(
        user={"epochs": 10, "name": "adam", "id": "02134", "number": 5},
        service={
            "_tuning_objective_metric": "loss",
            "sagemaker_program": "train.py",
            "skylift_raw_arguments": ["-v", "a b"],
        },
        raw=["-v", "a b"],
    )


def test_a_value_that_was_given_needs_no_binding_even_when_it_is_null() -> None:
    assert needed({"data_dir": None}, {"data-dir": "{channel:train}"}) == {}


def test_keywords_are_spelled_as_python_spells_names() -> None:
    assert keyword_arguments({"batch-size": 1}) == {"batch_size": 1}


def test_a_file_of_values_comes_before_those_that_are_given_beside_it() -> None:
    declared = [Parameter("config", spelling="python"), Parameter("steps", "--steps", spelling="python")]
    line = command_line(declared, {"steps": 7, "config": "config/small.py"})
    assert line == ["config/small.py", "--steps=7"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (["-m", "lr=0.1,0.2"], ["-m", "epochs=2", "lr=0.1,0.2"]),
        (["lr=0.1,0.2", "--multirun"], ["--multirun", "epochs=2", "lr=0.1,0.2"]),
        (["-cn", "other", "~model", "+a=1"], ["-cn", "other", "epochs=2", "~model", "+a=1"]),
    ],
)
def test_hydras_options_go_before_its_overrides(raw: list[str], expected: list[str]) -> None:
    """As argparse, which Hydra's command line is read by, takes them only in one piece."""
    assert command_line([Parameter("epochs", spelling="hydra")], {"epochs": 2}, raw) == expected
    assert command_line([], {"epochs": 2}, raw, spelling="hydra") == expected
