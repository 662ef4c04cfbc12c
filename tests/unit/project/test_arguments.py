"""``name=value`` against a schema."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from skylift.errors import ConfigError
from skylift.project.arguments.names import nearest
from skylift.project.arguments.resolve import resolve
from skylift.values.arguments import ANY, NUMBER, Parameter, Schema

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


@pytest.mark.parametrize(
    ("item", "hint"),
    [
        (
            "train.rate=1",
            "base.yaml is read by the program: its values (a, …) are changed in the file; there are: x",
        ),
        ("n_iter=3", "N_ITER in a.py can not be set; there are: x"),
        ("other=3", "there are: x"),
    ],
)
def test_a_value_that_is_no_parameter_is_told_where_it_is_changed(item: str, hint: str) -> None:
    remarks = (
        "base.yaml is read by the program: its values (a, …) are changed in the file",
        "N_ITER in a.py can not be set",
    )
    schema = Schema((Parameter("x", "--x"),), complete=True, source="argparse", remarks=remarks)
    with pytest.raises(ConfigError) as caught:
        resolve(schema, {}, [item], ())
    assert caught.value.issues[0].hint == hint


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


def test_an_incomplete_schema_warns_once_and_reads_values_as_json() -> None:
    schema = Schema(SCHEMA.parameters, complete=False, notes=("train.py:7: a loop",))
    found = resolve(schema, {}, ["deep.lr=0.1", "words=a b", "l=1", "l=2", "epoch=3"])
    assert found.given == {"deep.lr": 0.1, "words": "a b", "l": [1, 2], "epoch": 3}
    (warning,) = found.warnings
    assert warning == (
        "`deep.lr`, `words`, `l`, `epoch` are not among the parameters that could be read (train.py:7: a loop): "
        "passed on unchecked; `epoch`: did you mean `epochs`?"
    )


def test_whoever_wrote_a_name_into_the_config_knows_it() -> None:
    found = resolve(Schema(), {"model_name": "x", "other": 1}, ["model-name=y"])
    assert found.given == {"model_name": "y", "other": 1}
    assert not found.warnings


def test_names_that_are_in_no_schema_still_meet() -> None:
    assert resolve(Schema(), {"batch_size": 1}, ["batch-size=2"], ()).given == {"batch_size": 2}


SWITCHES = Schema(
    (
        Parameter("cache", "--no-cache", "bool", default=True, action="negative-flag"),
        Parameter("fast", "--fast", "bool", action="boolean-optional", off="--slow"),
        Parameter("verbose", "--verbose", "bool", action="flag"),
        Parameter("name", "--name"),
        Parameter("names", "--names", nargs="+"),
    ),
    complete=True,
    commands=("fit",),
)


def hints(schema: Schema, *items: str, **defaults: object) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        resolve(schema, defaults, items)
    return {issue.where: issue.hint for issue in caught.value.issues}


@pytest.mark.parametrize(
    ("items", "where", "hint"),
    [
        (["epochs=1e3"], "epochs=1e3", "write it in full: epochs=1000"),
        (["epochs=3.0"], "epochs=3.0", "write it in full: epochs=3"),
        (["learning-rate=0,5"], "learning-rate=0,5", "write it with a point: 0.5"),
        (["optimizer=adm"], "optimizer=adm", "did you mean `adam`?"),
        (["layers=1,2,3"], "layers=1,2,3", "write layers=[1,2,3] or repeat it: layers=1 layers=2 layers=3"),
        (["layers=1 2"], "layers=1 2", "write layers=[1,2] or repeat it: layers=1 layers=2"),
        (["pair=1.5, 2"], "pair=1.5, 2", "write pair=[1.5,2.0] or repeat it: pair=1.5 pair=2"),
        (["pair=1"], "pair=1", "write them as a list: pair=[…,…]"),
        (["epochs=1", "epochs=2"], "epochs=2", "keep one of them"),
        (["epochs"], "epochs", "say it with a value: epochs=VALUE"),
        (["shuffle"], "shuffle", "say it with a value: shuffle=true"),
        (["epochs", "=", "5"], "epochs = 5", "write it without blanks: epochs=5"),
        (["epochs", "=5"], "epochs =5", "write it without blanks: epochs=5"),
        (["epochs =5"], "epochs =5", "write it without blanks: epochs=5"),
        (["tag=", "a b"], "a b", "write it without blanks: tag='a b'"),
        (
            ["instance-type=ml.m5.large"],
            "instance-type=ml.m5.large",
            "it is a key of a target: --on TARGET --set",
        ),
        (["max_run=4h"], "max_run=4h", "it is an option: --max-run 4h"),
        (["detach=true"], "detach=true", "it is an option: --detach; there are"),
        (
            ["region=eu-central-1"],
            "region=eu-central-1",
            "it is a key of the config: --set aws.region=eu-central-1",
        ),
    ],
)
def test_what_people_type_instead(items: list[str], where: str, hint: str) -> None:
    found = hints(SCHEMA, *items)
    assert list(found) == [where]
    assert found[where].startswith(hint)


@pytest.mark.parametrize(
    ("item", "hint"),
    [
        ("no-cache=true", "write cache=false"),
        ("no_cache=false", "write cache=true"),
        ("slow=1", "write fast=false"),
        ("verbose", "say it with a value: verbose=true"),
        ("fit", "choose the sub-command: command=fit"),
        ("names=[a,b]", "a shell takes quotes away; put all of it in others"),
        ("other", "options for the script itself go after `--`"),
    ],
)
def test_what_people_type_instead_of_switches_and_lists(item: str, hint: str) -> None:
    assert hints(SWITCHES, item)[item].startswith(hint)


def test_what_argparse_can_not_be_given_is_told() -> None:
    found = hints(SWITCHES, 'names=["-a", "b"]')
    assert list(found.values()) == ["let the script read such values from a file that ships"]
    assert resolve(SWITCHES, {}, ['names=["-a"]']).given == {"names": ["-a"]}
    assert resolve(replace(SWITCHES, source="click"), {}, ['names=["-a", "b"]']).given == {
        "names": ["-a", "b"]
    }


@pytest.mark.parametrize("bad", ["a\0b", "\udcff"])
def test_what_no_program_can_be_given_is_told_once(bad: str) -> None:
    assert issues(f"data-dir={bad}", tag=[bad], epochs=1)[0][1].startswith("there ")
    with pytest.raises(ConfigError, match="after `--`"):
        resolve(SCHEMA, {}, [], [bad])


def test_a_value_of_the_config_is_told_by_its_place() -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(
            SCHEMA,
            {"epochs": "x", "lr": 0.1},
            [],
            where="pyproject.toml [tool.skylift.{}] {}".format,
        )
    assert str(caught.value) == (
        "pyproject.toml [tool.skylift.hyperparameters] epochs: `epochs` wants a whole number, not 'x'"
    )


REQUIRED = Schema(
    (Parameter("lr", "--lr", "float", required=True), Parameter("data-dir", required=True)), complete=True
)


def test_what_is_required_is_told_with_everything_else() -> None:
    found = hints(REQUIRED, "lr=fast", "n=1")
    # One that was tried is not missing as well.
    assert set(found) == {"lr=fast", "n=1", "data-dir"}
    assert resolve(REQUIRED, {}, ["lr=1"], bound=["data_dir"]).given == {"lr": 1.0}
    assert resolve(REQUIRED, {}, [], ["--lr", "1", "data"]).given == {}


COMMANDS = Schema(
    (
        Parameter("seed", "--seed", "int", 0),
        Parameter("lr", "--lr", "float", 0.1, command="train"),
        Parameter("split", "--split", required=True, command="evaluate"),
        Parameter("force", "--force", "bool", False, action="flag", command="data"),
        Parameter("lr", "--lr", "int", 7, command="data prepare"),
    ),
    complete=True,
    commands=("train", "evaluate", "data prepare"),
    command_required=True,
)


def test_a_sub_command_takes_its_own_parameters_and_the_programs() -> None:
    found = resolve(COMMANDS, {"seed": 3}, ["lr=0.5", "command=train"])
    assert found.given == {"command": "train", "seed": 3, "lr": 0.5}
    assert found.effective == found.given
    nested = resolve(COMMANDS, {}, ["command=data  prepare", "lr=2", "force=yes"])
    assert nested.given == {"command": "data prepare", "lr": 2, "force": True}


@pytest.mark.parametrize(
    ("items", "hint"),
    [
        (["command=trian"], "did you mean `command=train`? there are: train, evaluate, data prepare"),
        (["command=prepare"], 'did you mean `command="data prepare"`? there are: '),
        ([], "give it: command=train; there are: train, evaluate, data prepare"),
        (["command=train", "split=a"], "it goes with `command=evaluate`; there are: lr, seed"),
        (["command=evaluate", "split=a", "lr=1"], "it goes with `command=train` or `command=data prepare`"),
        (["command=evaluate"], "give it: split=VALUE"),
    ],
)
def test_a_wrong_sub_command_or_a_parameter_of_another(items: list[str], hint: str) -> None:
    (found,) = hints(COMMANDS, *items).values()
    assert found.startswith(hint)


def test_the_config_may_have_values_for_every_sub_command() -> None:
    found = resolve(COMMANDS, {"command": "train", "lr": 0.5, "split": "x"}, ["command=evaluate"])
    assert found.given == {"command": "evaluate", "split": "x"}


def test_the_only_sub_command_need_not_be_named_unless_raw_arguments_may_bring_it() -> None:
    only = replace(COMMANDS, commands=("train",))
    assert resolve(only, {}, []).given == {"command": "train"}
    assert resolve(only, {}, [], ["train"]).given == {}


def test_a_program_without_sub_commands_may_have_a_parameter_of_that_name() -> None:
    schema = Schema((Parameter("command", "--command"),), complete=True)
    assert resolve(schema, {}, ["command=anything"]).given == {"command": "anything"}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (["--epochs", "3"], {"epochs": 3}),
        (["--epochs=3", "--epochs=4"], {"epochs": 4}),
        (["--epo", "3"], {"epochs": 3}),
        (["--epochs", "x"], {"epochs": None}),
        (["--epochs"], {"epochs": None}),
        (["--lr", "0.5"], {"learning-rate": 0.5}),
        (["--shuffle"], {"shuffle": True}),
        (["--layers", "1", "2", "--epochs", "5"], {"layers": [1, 2], "epochs": 5}),
        (["--tag", "a", "--tag=-b"], {"tag": ["first", "a", "-b"]}),
        (["--unknown", "--shuffle"], {"shuffle": True}),
        (["--", "--epochs", "3"], {}),
        (["--optimizer", "none-of-them"], {"optimizer": None}),
    ],
)
def test_the_record_says_what_raw_arguments_say_or_nothing(raw: list[str], expected: dict[str, Any]) -> None:
    given = {"epochs": 9, "layers": [7], "tag": ["first"]}
    found = resolve(SCHEMA, given, [], raw)
    assert found.given == given
    usual = {
        "learning-rate": 0.1,
        "optimizer": "adam",
        "shuffle": False,
        "use": None,
        "when": None,
        "gpus": None,
    }
    wanted = {**usual, "pair": None, **given, **expected}
    unsure = {key for key, value in expected.items() if value is None}
    assert found.effective == {key: value for key, value in wanted.items() if key not in unsure}


def test_overrides_behind_the_dashes_are_read_where_they_are_plain() -> None:
    parameters = tuple(Parameter(key, key, ANY, 0, spelling="hydra") for key in ("a", "b", "c"))
    found = resolve(Schema(parameters, complete=True, source="hydra"), {}, [], ["a=5", "++b=[1,2]", "+d=1"])
    assert found.effective == {"a": 5, "c": 0}


def test_names_that_a_program_takes_undeclared_are_neither_refused_nor_warned_of() -> None:
    schema = Schema((Parameter("lr", "--lr", "float", spelling="joined"),), complete=True, open=("config.*",))
    found = resolve(schema, {"config.seed": 1}, ["config.lr=0.1"])
    assert (found.given, found.warnings) == ({"config.seed": 1, "config.lr": 0.1}, ())
    assert list(hints(schema, "conf.lr=1")) == ["conf.lr=1"]


def test_a_number_of_no_declared_type_may_be_either() -> None:
    schema = Schema((Parameter("n", "--n", NUMBER, 3, spelling="python"),), complete=True)
    found = [resolve(schema, {}, [f"n={text}"]).given["n"] for text in ("7", "-7", "1e3", "0.5")]
    assert [(type(value), value) for value in found] == [(int, 7), (int, -7), (float, 1000.0), (float, 0.5)]
    assert hints(schema, "n=x") == {"n=x": ""}


def test_a_list_of_a_config_is_not_replaced_by_a_text() -> None:
    schema = Schema((Parameter("layers", "", ANY, [1], spelling="hydra"),), complete=True)
    assert hints(schema, "layers=1, 2,a") == {"layers=1, 2,a": 'write layers=[1,2,"a"]'}
    assert hints(schema, "layers=[a,b]")["layers=[a,b]"].startswith("write it in quotes, as JSON")
    assert resolve(schema, {}, ["layers=null"]).given == {"layers": None}


def test_what_the_command_says_is_neither_missing_nor_unknown_to_the_record() -> None:
    parameters = (*REQUIRED.parameters, Parameter("seed", "--seed", "int", 0))
    schema = Schema(parameters, complete=True)
    found = resolve(schema, {}, ["seed=2"], fixed=["--lr", "0.5", "--seed", "1", "data"])
    # Which word is the positional's is not known for certain, so it may be there.
    assert (found.given, found.effective) == ({"seed": 2}, {"lr": 0.5, "seed": 2})
    over = resolve(schema, {}, [], ["--seed=3"], fixed=["--lr", "0.5", "--seed", "1", "data"])
    assert over.effective == {"lr": 0.5, "seed": 3}
    assert set(hints(schema)) == {"lr", "data-dir"}


def test_a_place_that_the_command_names_is_no_value_of_the_record() -> None:
    schema = Schema((Parameter("out", "--out", default="o"), Parameter("n", "--n", "int", 1)), complete=True)
    assert resolve(schema, {}, [], fixed=["--out={model}/x", "--n={gpus}"]).effective == {}


@pytest.mark.parametrize(
    ("item", "hint"),
    [
        ("lr=0.1,0.2", "one value a run; for a sweep: skylift run -- -m lr=0.1,0.2"),
        ("model=small,large", "one value a run; for a sweep: skylift run -- -m model=small,large"),
        ("model=smal", "did you mean `small`?"),
    ],
)
def test_a_sweep_of_hydras_is_hinted_at(item: str, hint: str) -> None:
    hydra = Schema(
        (
            Parameter("lr", type="float", default=0.1, spelling="hydra"),
            Parameter("model", choices=("small", "large"), spelling="hydra"),
        ),
        complete=True,
        source="hydra",
    )
    with pytest.raises(ConfigError) as caught:
        resolve(hydra, {}, [item], ())
    assert [issue.hint for issue in caught.value.issues] == [hint]


@pytest.mark.parametrize(
    ("parameter", "text", "said"),
    [
        (Parameter("n", "--n", "int", low=1, high=9), "0", "`n` takes 1 at least, not 0"),
        (Parameter("n", "--n", "int", low=1, high=9), "10", "`n` takes 9 at most, not 10"),
        (Parameter("p", "--p", "float", nargs="+", high=0.5), "[0.1,0.6]", "`p` takes 0.5 at most, not 0.6"),
        (Parameter("v", "-v", "int", action="count"), "-1", "`v` takes 0 at least, not -1"),
        (Parameter("j", "--j", "json"), "{a: 1}", "`j` wants JSON, not '{a: 1}'"),
    ],
)
def test_bounds_and_json_are_checked(parameter: Parameter, text: str, said: str) -> None:
    schema = Schema((parameter,), complete=True, source="argparse")
    with pytest.raises(ConfigError) as caught:
        resolve(schema, {}, [f"{parameter.key}={text}"], ())
    assert [issue.what for issue in caught.value.issues] == [said]


def test_what_lies_within_the_bounds_is_taken() -> None:
    schema = Schema(
        (Parameter("n", "--n", "int", low=1, high=9), Parameter("j", "--j", "json")), complete=True
    )
    assert resolve(schema, {}, ["n=9", 'j={"a": 1}'], ()).given == {"n": 9, "j": '{"a": 1}'}


@pytest.mark.parametrize(
    ("name", "guess"),
    [
        ("LR", "optimizer.lr"),
        ("Epochs", "epochs"),
        ("cmd", "command"),
        ("weight", "weight-decay"),
        ("zzz", ""),
    ],
)
def test_a_name_is_guessed_by_more_than_its_letters(name: str, guess: str) -> None:
    assert nearest(name, ["epochs", "optimizer.lr", "weight-decay", "command", "data.lrs"]) == guess


def test_a_value_without_its_sign_is_one_problem_with_one_hint() -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(SCHEMA, {}, ["epochs", "5"], ())
    assert [(one.where, one.hint) for one in caught.value.issues] == [
        ("epochs 5", "write it with an equals sign: epochs=5")
    ]


def test_the_one_text_that_argparse_drops_is_refused() -> None:
    schema = Schema(
        (Parameter("s", "--s"), Parameter("t", "--t", nargs="*")), complete=True, source="argparse"
    )
    for items in (["s=--"], ['t=["--"]']):
        with pytest.raises(ConfigError, match="argparse takes that for the end of the options"):
            resolve(schema, {}, items)
    assert resolve(schema, {}, ["s=---"]).given == {"s": "---"}
    assert resolve(replace(schema, source="click"), {}, ["s=--"]).given == {"s": "--"}
