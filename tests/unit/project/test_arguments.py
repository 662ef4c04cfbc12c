"""``name=value`` against a schema."""

from __future__ import annotations

from typing import Any

import pytest

from skylift.errors import ConfigError
from skylift.project.arguments.resolve import resolve
from skylift.values.arguments import Parameter, Schema

SCHEMA = Schema(
    (
        Parameter("epochs", "--epochs", "int", 10),
        Parameter("learning-rate", "--learning-rate", "float", 0.1, aliases=("lr",)),
        Parameter("optimizer", "--optimizer", "str", "adam", choices=("adam", "sgd")),
        Parameter("shuffle", "--shuffle", "bool", default=False, action="flag"),
        Parameter("layers", "--layers", "int", nargs="+"),
        Parameter("pair", "--pair", "float", nargs="2"),
        Parameter("tag", "--tag", "str", action="append"),
        Parameter("data-dir", "--data-dir", "path", "data", default_known=False),
        Parameter("when", "--when", "parse_date"),
        Parameter("use", "--use", "bool"),
        Parameter("gpus", "--gpus", "int", choices=(1, 2, 4)),
    ),
    complete=True,
    source="argparse",
)


def given(*items: str) -> dict[str, Any]:
    return dict(resolve(SCHEMA, {}, items, ()).given)


def issues(*items: str, **defaults: object) -> list[tuple[str, str]]:
    with pytest.raises(ConfigError) as caught:
        resolve(SCHEMA, defaults, items, ())
    return [(issue.where, issue.what) for issue in caught.value.issues]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (["epochs=3"], {"epochs": 3}),
        (["learning_rate=1"], {"learning-rate": 1.0}),
        (["lr=1e-3"], {"learning-rate": 0.001}),
        (["--epochs=3"], {"epochs": 3}),
        (["shuffle=YES"], {"shuffle": True}),
        (["shuffle=0"], {"shuffle": False}),
        (["layers=[1, 2]"], {"layers": [1, 2]}),
        (["layers=1", "layers=2"], {"layers": [1, 2]}),
        (["pair=[1,2]"], {"pair": [1.0, 2.0]}),
        (["tag=a", "tag=[b"], {"tag": ["a", "[b"]}),
        (["data-dir=a=b c"], {"data-dir": "a=b c"}),
        (["optimizer=sgd"], {"optimizer": "sgd"}),
        (["when=007"], {"when": "007"}),
        (["gpus=2"], {"gpus": 2}),
        (["data-dir={channel:train}"], {"data-dir": "{channel:train}"}),
    ],
)
def test_typed_by_the_schema(items: list[str], expected: dict[str, Any]) -> None:
    assert given(*items) == expected


def test_every_problem_is_told_at_once() -> None:
    found = issues(
        "epochs=many", "epoch=3", "optimizer=adagrad", "shuffle=maybe", "pair=1", "stray", "gpus=3"
    )
    assert [where for where, _ in found] == [
        "epoch=3",
        "epochs=many",
        "gpus=3",
        "optimizer=adagrad",
        "pair=1",
        "shuffle=maybe",
        "stray",
    ]


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(SCHEMA, {}, ["epoch=3"], ())
    (issue,) = caught.value.issues
    assert issue.what == "the script has no parameter `epoch`"
    assert issue.hint.startswith("did you mean `epochs`?")
    assert "learning-rate" in issue.hint


@pytest.mark.parametrize("item", ["sagemaker_program=x", "skylift_raw_arguments=[]"])
def test_reserved_names_are_refused(item: str) -> None:
    assert "reserved" in issues(item)[0][1]


def test_one_value_is_not_given_twice() -> None:
    assert issues("epochs=1", "epochs=2") == [("epochs=2", "`epochs` takes one value, and is given 2")]


def test_the_command_line_wins_over_the_config_in_any_spelling() -> None:
    found = resolve(SCHEMA, {"learning_rate": 1, "epochs": "7"}, ["lr=2"], ())
    assert found.given == {"learning-rate": 2.0, "epochs": 7}


def test_values_of_the_config_have_types_too() -> None:
    assert issues(epochs=1.5, optimizer=3)[0] == (
        "[hyperparameters] epochs",
        "`epochs` wants a whole number, not 1.5",
    )


def test_effective_has_the_defaults_that_are_known() -> None:
    found = resolve(SCHEMA, {}, ["epochs=3"], ["--raw", "a b"])
    assert found.effective["epochs"] == 3
    assert found.effective["optimizer"] == "adam"
    assert "data-dir" not in found.effective
    assert found.raw == ("--raw", "a b")


def test_type_bool_is_warned_about_where_argparse_would_lie() -> None:
    (warning,) = resolve(SCHEMA, {}, ["use=false"], ()).warnings
    assert "type=bool" in warning
    assert not resolve(SCHEMA, {}, ["use=true"], ()).warnings


def test_an_incomplete_schema_warns_and_reads_values_as_json() -> None:
    schema = Schema(SCHEMA.parameters, complete=False)
    found = resolve(schema, {"model.name": "x"}, ["deep.lr=0.1", "words=a b", "l=1", "l=2"], ())
    assert found.given == {"model.name": "x", "deep.lr": 0.1, "words": "a b", "l": [1, 2]}
    assert len(found.warnings) == 4


def test_names_that_are_in_no_schema_still_meet() -> None:
    assert resolve(Schema(), {"batch_size": 1}, ["batch-size=2"], ()).given == {"batch_size": 2}
