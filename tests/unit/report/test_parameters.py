"""A program's parameters in a help text."""

from __future__ import annotations

import pytest

from skylift.report.parameters import parameter_sections, unread
from skylift.values.arguments import ANY, NUMBER, Parameter, Schema


@pytest.mark.parametrize(
    ("parameter", "left", "right"),
    [
        (
            Parameter("lr", "--lr", "float", 0.1, help="how  fast\n%%"),
            "lr=FLOAT",
            "how fast %  [default: 0.1]",
        ),
        (Parameter("opt", "--opt", choices=("a", "b c")), 'opt=a|"b c"', ""),
        (Parameter("fast", "--fast", "bool", False, action="flag"), "fast=true|false", "[default: false]"),
        (Parameter("data", required=True), "data=TEXT", "[required]"),
        (Parameter("layers", "--layers", "int", (1, 2), nargs="+"), "layers=[INT,…]", "[default: [1, 2]]"),
        (Parameter("pair", "--pair", "float", nargs="2"), "pair=[FLOAT,FLOAT]", ""),
        (Parameter("tag", "--tag", action="append"), "tag=[TEXT,…]", ""),
        (Parameter("when", "--when", "lambda x: x"), "when=TEXT", ""),
        (Parameter("when", "--when", "parse_date"), "when=TEXT", ""),
        (Parameter("when", "--when", "Color"), "when=COLOR", ""),
        (Parameter("n", "--n", "int", low=1, high=9), "n=INT 1…9", ""),
        (Parameter("p", "--p", "float", low=0.5), "p=FLOAT ≥ 0.5", ""),
        (Parameter("p", "--p", NUMBER, high=2), "p=NUMBER ≤ 2", ""),
        (Parameter("x", "x", ANY, {}), "x=VALUE", "[default: {}]"),
        (Parameter("dir", "--dir", "path", default_known=False), "dir=PATH", "[default: known at run time]"),
        (Parameter("epochs", "--epochs", "int", 3), "epochs=INT", "[config: 9]"),
        (Parameter("data-dir", "--data-dir", required=True), "data-dir=TEXT", "[filled: {channel:train}]"),
        (Parameter("db-password", default="hunter2"), "db-password=TEXT", "[default: REDACTED]"),
        (Parameter("url", default="https://u:tok@h/"), "url=TEXT", "[default: https://h/]"),
        (Parameter("text", "--text", default="\x1b[31m" + "x" * 99), "text=TEXT", None),
    ],
)
def test_a_parameter(parameter: Parameter, left: str, right: str | None) -> None:
    ((title, rows),) = parameter_sections(
        Schema((parameter,)), {"epochs": 9}, {"data_dir": "{channel:train}"}
    )
    assert title == ""
    ((name, said),) = rows
    assert name == left
    assert said == right if right is not None else "\x1b" not in said
    assert len(said) < 90


def test_sub_commands_have_sections() -> None:
    parameters = (
        Parameter("seed", "--seed", "int"),
        Parameter("lr", "--lr", "float", command="fit"),
        Parameter("out", "--out", command="data prepare"),
    )
    schema = Schema(parameters, complete=True, commands=("fit", "data prepare"), command_required=True)
    assert list(parameter_sections(schema, {}, {})) == [
        ("", [("command=NAME", "one of: fit, data prepare  [required]"), ("seed=INT", "")]),
        ("with command=fit", [("lr=FLOAT", "")]),
        ('with command="data prepare"', [("out=TEXT", "")]),
    ]
    assert unread(schema) == []


def test_what_could_not_be_read_is_said_and_not_without_end() -> None:
    lines = unread(Schema(notes=tuple(f"train.py:{line}: a loop" for line in range(9))))
    assert lines[0].startswith("There may be others")
    assert lines[1:] == [*(f"  train.py:{line}: a loop" for line in range(5)), "  and 4 more"]
    assert unread(Schema())[1:] == ["  nothing of it could be read"]


def test_two_flags_for_one_thing_are_one_row_with_the_default_of_the_first() -> None:
    on = Parameter("use-x", "--use-x", "bool", default=False, action="flag", aliases=("x",))
    off = Parameter("use_x", "--no-x", "bool", default=True, action="negative-flag")
    elsewhere = Parameter("use_x", "--no-x", "bool", default=True, action="negative-flag", command="fit")
    rows = list(parameter_sections(Schema((on, off, elsewhere), commands=("fit",)), {}, {}))
    assert rows[0][1][1:] == [("use-x=true|false", "[default: false]")]
    assert rows[1][1] == [("use_x=true|false", "[default: true]")]
