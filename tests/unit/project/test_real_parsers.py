"""What people type arrives in the parsers that they use: each one reads the very values back."""

from __future__ import annotations

import argparse
import dataclasses
import json
from typing import Annotated, Any

import click
import fire
import pytest
import typer
import tyro
from absl import flags
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf
from tests.unit.project.on_the_way import TEXTS, command_line_of, typed

from skylift.errors import ConfigError
from skylift.values.arguments import ANY, Parameter, Schema

FLOATS = st.floats(allow_nan=False)
INTEGERS = st.integers(-(10**20), 10**20)
# Until Python 3.13 argparse takes the value away from `--name=--`.
NO_DASHES = TEXTS.filter(lambda text: text != "--")


def of(**strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of the values, or some."""
    return st.fixed_dictionaries({}, optional=strategies)


ARGPARSE = Schema(
    (
        Parameter("name", "--name"),
        Parameter("lr", "--lr", "float"),
        Parameter("epochs", "-e", "int", aliases=("epochs",)),
        Parameter("shuffle", "--shuffle", "bool", action="flag"),
        Parameter("cache", "--no-cache", "bool", action="negative-flag"),
        Parameter("amp", "--amp", "bool", action="boolean-optional", off="--no-amp"),
        Parameter("use", "--use", "bool"),
        Parameter("really", "--really", "bool", false="no"),
        Parameter("tag", "--tag", action="append"),
        Parameter("rates", "--rates", "float", nargs="*"),
        Parameter("verbose", "--verbose", "int", action="count"),
    ),
    complete=True,
    source="argparse",
)


def _argparse() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("--name")
    parser.add_argument("--lr", type=float)
    parser.add_argument("-e", dest="epochs", type=int)
    parser.add_argument("--shuffle", action="store_true", default=None)
    parser.add_argument("--no-cache", dest="cache", action="store_false", default=None)
    parser.add_argument("--amp", action=argparse.BooleanOptionalAction)
    parser.add_argument("--use", type=bool)
    parser.add_argument("--really", type=lambda text: {"yes": True, "no": False}[text])
    parser.add_argument("--tag", action="append")
    parser.add_argument("--rates", type=float, nargs="*")
    parser.add_argument("--verbose", action="count")
    return parser


@settings(deadline=None)
@given(
    of(
        name=NO_DASHES,
        lr=FLOATS,
        epochs=INTEGERS,
        shuffle=st.just(True),
        cache=st.just(False),
        amp=st.booleans(),
        use=st.booleans(),
        really=st.booleans(),
        tag=st.lists(NO_DASHES, min_size=1),
        rates=st.lists(st.floats(allow_nan=False, allow_infinity=False)),
        verbose=st.integers(1, 5),
    )
)
def test_argparse(values: dict[str, Any]) -> None:
    found = vars(_argparse().parse_args(command_line_of(ARGPARSE, typed(values))))
    assert {key: value for key, value in found.items() if value is not None} == values


def _sub_commands() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    parser.add_argument("--name")
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train")
    train.add_argument("source")
    train.add_argument("--lr", type=float)
    data = commands.add_parser("data")
    data.add_argument("--root")
    (data.add_subparsers(dest="what").add_parser("prepare")).add_argument("--lr", type=int)
    return parser


COMMANDS = Schema(
    (
        Parameter("name", "--name"),
        Parameter("source", required=True, command="train"),
        Parameter("lr", "--lr", "float", command="train"),
        Parameter("root", "--root", command="data"),
        Parameter("lr", "--lr", "int", command="data prepare"),
    ),
    complete=True,
    source="argparse",
    commands=("train", "data", "data prepare"),
    command_required=True,
)


@settings(deadline=None)
@given(st.fixed_dictionaries({"source": NO_DASHES}, optional={"name": NO_DASHES, "lr": FLOATS}))
def test_a_sub_command_of_argparse(values: dict[str, Any]) -> None:
    found = _sub_commands().parse_args(command_line_of(COMMANDS, ["command=train", *typed(values)]))
    assert {"name": None, "lr": None, "command": "train", **values} == vars(found)


@settings(deadline=None)
@given(of(root=NO_DASHES, name=NO_DASHES, lr=INTEGERS))
def test_a_sub_command_of_a_sub_command(values: dict[str, Any]) -> None:
    found = _sub_commands().parse_args(command_line_of(COMMANDS, ["command=data prepare", *typed(values)]))
    usual = {"name": None, "lr": None, "root": None, "command": "data", "what": "prepare"}
    assert {**usual, **values} == vars(found)


CLICK = Schema(
    (
        Parameter("verbose", "--verbose", "int", action="count"),
        Parameter("lr", "--lr", "float", command="fit"),
        Parameter("name", "-n", aliases=("name",), command="fit"),
        Parameter("fast", "--fast", "bool", action="boolean-optional", off="--slow", command="fit"),
        Parameter("tag", "--tag", action="append", command="fit"),
        Parameter("pair", "--pair", nargs="2", command="fit"),
        Parameter("files", nargs="*", command="fit"),
    ),
    complete=True,
    source="click",
    commands=("fit",),
    command_required=True,
)


@settings(deadline=None)
@given(
    of(
        verbose=st.integers(1, 3),
        lr=FLOATS,
        name=TEXTS.filter(bool),
        fast=st.booleans(),
        tag=st.lists(TEXTS, min_size=1),
        pair=st.tuples(TEXTS, TEXTS).map(list),
        files=st.lists(TEXTS, min_size=1),
    )
)
def test_click(values: dict[str, Any]) -> None:
    seen: dict[str, Any] = {}

    @click.group()
    @click.option("--verbose", count=True)
    def program(verbose: int) -> None:
        seen.update(verbose=verbose)

    @program.command()
    @click.option("--lr", type=float)
    @click.option("-n", "name")
    @click.option("--fast/--slow", default=None)
    @click.option("--tag", multiple=True)
    @click.option("--pair", nargs=2)
    @click.argument("files", nargs=-1)
    def fit(**found: Any) -> None:
        seen.update(found)

    # The only sub-command need not be named.
    program.main(command_line_of(CLICK, typed(values)), standalone_mode=False)
    found = {k: list(v) if isinstance(v, tuple) else v for k, v in seen.items() if v not in (None, (), 0)}
    # A switch that is off, and a rate of nought, were left out with what was not given.
    assert found | {k: seen[k] for k in values if seen[k] == 0} == values


TYPER = Schema(
    (
        Parameter("source", required=True),
        Parameter("lr", "--lr", "float", 0.5),
        Parameter("fast", "--fast", "bool", False, action="boolean-optional", off="--no-fast"),
        Parameter("tag", "--tag", action="append"),
    ),
    complete=True,
    source="typer",
)


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {"source": TEXTS, "lr": FLOATS, "fast": st.booleans(), "tag": st.lists(TEXTS, min_size=1)}
    )
)
def test_typer(values: dict[str, Any]) -> None:
    seen: dict[str, Any] = {}
    program = typer.Typer()

    @program.command()
    def main(
        source: str, lr: float = 0.5, *, fast: bool = False, tag: Annotated[list[str], typer.Option()]
    ) -> None:
        seen.update(source=source, lr=lr, fast=fast, tag=tag)

    program(command_line_of(TYPER, typed(values)), standalone_mode=False)
    assert seen == values


ABSL = Schema(
    (
        Parameter("lr", "--lr", "float", spelling="joined"),
        Parameter("name", "--name", spelling="joined"),
        Parameter("fast", "--fast", "bool", action="boolean-optional", off="--nofast", spelling="joined"),
        Parameter("tag", "--tag", action="append", spelling="joined"),
        Parameter("names", "--names", spelling="joined", separator=","),
        Parameter("words", "--words", spelling="joined", separator=" "),
        Parameter("epochs", "--epochs", "int", spelling="joined"),
    ),
    complete=True,
    source="absl",
)
# A list of absl's is a line of CSV, of which blanks at the ends of an item are taken away.
ITEMS = TEXTS.filter(lambda text: text == text.strip() and len(text.splitlines()) < 2)


@settings(deadline=None)
@given(
    of(
        lr=FLOATS,
        name=TEXTS,
        fast=st.booleans(),
        tag=st.lists(TEXTS, min_size=1),
        names=st.lists(ITEMS),
        words=st.lists(ITEMS.filter(lambda text: text.split() == [text])),
        epochs=INTEGERS,
    )
)
def test_absl(values: dict[str, Any]) -> None:
    found = flags.FlagValues()  # type: ignore[no-untyped-call]
    flags.DEFINE_float("lr", None, "", flag_values=found)
    flags.DEFINE_string("name", None, "", flag_values=found)
    flags.DEFINE_bool("fast", None, "", flag_values=found)
    flags.DEFINE_multi_string("tag", None, "", flag_values=found)
    flags.DEFINE_list("names", None, "", flag_values=found)
    flags.DEFINE_spaceseplist("words", None, "", flag_values=found)
    flags.DEFINE_integer("epochs", None, "", flag_values=found)
    assert found(["program", *command_line_of(ABSL, typed(values))]) == ["program"]
    seen = {name: getattr(found, name) for name in ("lr", "name", "fast", "tag", "names", "words", "epochs")}
    assert {key: value for key, value in seen.items() if value is not None} == values


JSON = st.recursive(
    TEXTS | st.booleans() | INTEGERS | FLOATS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
FIRE = Schema(
    (
        Parameter("name", "--name", spelling="python"),
        Parameter("lr", "--lr", "float", spelling="python"),
        Parameter("fast", "--fast", "bool", spelling="python"),
        Parameter("more", "--more", ANY, spelling="python"),
    ),
    complete=True,
    source="fire",
)
NOT_NONE = TEXTS.filter(lambda text: text != "None")


@settings(deadline=None)
@given(of(name=NOT_NONE, lr=FLOATS, fast=st.booleans(), more=st.lists(JSON) | INTEGERS))
def test_fire(values: dict[str, Any]) -> None:
    seen: dict[str, Any] = {}

    def program(name: Any = None, lr: Any = None, fast: Any = None, more: Any = None) -> None:
        seen.update(name=name, lr=lr, fast=fast, more=more)

    fire.Fire(program, command=command_line_of(FIRE, typed(values)))
    assert {key: value for key, value in seen.items() if value is not None} == values


@settings(deadline=None)
@given(of(name=NOT_NONE, lr=FLOATS, fast=st.booleans(), more=st.lists(JSON) | INTEGERS))
def test_a_script_that_reads_literals_for_its_globals(values: dict[str, Any]) -> None:
    import ast

    found = {}
    for word in command_line_of(FIRE, typed(values)):
        # Such scripts split at every "=".
        name, text = word.split("=")
        try:
            found[name.removeprefix("--")] = ast.literal_eval(text)
        except (SyntaxError, ValueError):
            found[name.removeprefix("--")] = text
    assert found == values


EXACT = Schema(
    (
        Parameter("pair", "--pair", "tuple", spelling="python", exact=True),
        Parameter("items", "--items", "list", spelling="python", exact=True),
        Parameter("table", "--table", "dict", spelling="python", exact=True),
        Parameter("name", "--name", "str", spelling="python", exact=True),
    ),
    complete=True,
    source="globals",
)


@settings(deadline=None)
@given(
    of(
        pair=st.lists(JSON, max_size=3),
        items=st.lists(JSON, max_size=3),
        table=st.dictionaries(TEXTS, JSON, max_size=3),
        name=TEXTS,
    )
)
def test_a_script_that_takes_no_literal_of_another_type(values: dict[str, Any]) -> None:
    import ast

    found: dict[str, Any] = {}
    for word in command_line_of(EXACT, typed(values)):
        name, text = word.split("=")
        try:
            found[name.removeprefix("--")] = ast.literal_eval(text)
        except (SyntaxError, ValueError):
            found[name.removeprefix("--")] = text
    wanted = {"pair": tuple, "items": list, "table": dict, "name": str}
    assert {name: type(value) for name, value in found.items()} == {name: wanted[name] for name in values}
    assert {name: list(v) if name == "pair" else v for name, v in found.items()} == values


@settings(deadline=None)
@given(st.sampled_from(["binding", "bindings", "pairs"]), of(**{"a.b": JSON, "c": NOT_NONE, "d": FLOATS}))
def test_values_that_are_bound_by_name(spelling: Any, values: dict[str, Any]) -> None:
    import ast

    kinds = {"a.b": ANY, "c": "str", "d": "float"}
    bound = tuple(Parameter(key, "--bind", kind, spelling=spelling) for key, kind in kinds.items())
    texts = [f"{key}={value if key == 'c' else json.dumps(value)}" for key, value in values.items()]
    line = command_line_of(Schema(bound, complete=True, source="argparse"), texts)
    if spelling == "binding":
        line = [word.removeprefix("--bind=") for word in line]
    elif line:
        assert line.pop(0) == "--bind"
    if spelling == "pairs":
        line = [f"{key}={text}" for key, text in zip(line[::2], line[1::2], strict=True)]
    found = {name: ast.literal_eval(text) for name, _, text in (word.partition("=") for word in line)}
    assert found == values


HYDRA = Schema(
    (
        Parameter("name", "name", spelling="hydra"),
        Parameter("model.lr", "model.lr", "float", spelling="hydra"),
        Parameter("fast", "fast", "bool", spelling="hydra"),
        Parameter("more", "more", ANY, spelling="hydra"),
    ),
    complete=True,
    source="hydra",
)
# A key of a table can be no quoted text there, and what looks like a number is one.
KEYS = st.text("abXY_-. =:{},()[]\\", min_size=1, max_size=5).filter(
    lambda key: key == key.strip() and key.strip("-.") == key and key[0].isalpha()
)
TABLES = st.recursive(
    TEXTS | st.none() | st.booleans() | INTEGERS | FLOATS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "name": TEXTS.filter(lambda text: text != "null"),
            "model.lr": FLOATS,
            "fast": st.booleans(),
            "more": st.lists(TABLES) | st.dictionaries(KEYS, TABLES) | st.none(),
        },
    )
)
def test_hydra(values: dict[str, Any]) -> None:
    parser = OverridesParser.create()
    config = OmegaConf.create({"name": None, "model": {"lr": None}, "fast": None, "more": None})
    for override in parser.parse_overrides(command_line_of(HYDRA, typed(values))):
        OmegaConf.update(config, override.key_or_group, override.value(), merge=True)
    found: Any = OmegaConf.to_container(config, resolve=True)
    flat = {
        "name": found["name"],
        "model.lr": found["model"]["lr"],
        "fast": found["fast"],
        "more": found["more"],
    }
    assert {key: flat[key] for key in values} == values


# Of several values of one option none may look like an option.
NOT_DASHED = TEXTS.filter(lambda text: not text.startswith("-"))
TYRO = Schema(
    (
        Parameter("lr", "--lr", "float", 0.1),
        Parameter("name", "--name", "str", "x"),
        Parameter("fast", "--fast", "bool", False, action="boolean-optional", off="--no-fast"),
        Parameter("layers", "--layers", "int", (), nargs="*"),
        Parameter("mixed", "--mixed", ANY, (1, "a", 0.5), nargs="3", types=("int", "str", "float")),
        Parameter("most", "--most", "int", 3, none="None"),
        Parameter("pairs", "--pairs", ANY, {}, nargs="*", types=("str", "int")),
    ),
    complete=True,
    source="tyro",
)


@dataclasses.dataclass
class Settings:
    lr: float = 0.1
    name: str = "x"
    fast: bool = False
    layers: tuple[int, ...] = ()
    mixed: tuple[int, str, float] = (1, "a", 0.5)
    most: int | None = 3
    pairs: dict[str, int] = dataclasses.field(default_factory=dict)


@settings(deadline=None)
@given(
    of(
        lr=FLOATS,
        name=NO_DASHES,
        fast=st.booleans(),
        layers=st.lists(INTEGERS),
        mixed=st.tuples(INTEGERS, NOT_DASHED, st.floats(allow_nan=False, allow_infinity=False)).map(list),
        most=INTEGERS | st.just("None"),
        pairs=st.dictionaries(NOT_DASHED, INTEGERS, max_size=3),
    )
)
def test_tyro(values: dict[str, Any]) -> None:
    found = tyro.cli(Settings, args=command_line_of(TYRO, typed(values)))
    usual = {
        "lr": 0.1,
        "name": "x",
        "fast": False,
        "layers": [],
        "mixed": [1, "a", 0.5],
        "most": 3,
        "pairs": {},
    }
    seen = {**dataclasses.asdict(found), "layers": list(found.layers), "mixed": list(found.mixed)}
    wanted = {**usual, **values}
    assert seen == {**wanted, "most": None if wanted["most"] == "None" else wanted["most"]}


@pytest.mark.parametrize(
    ("given", "line", "taken"),
    [
        ("names=a,b", "--names=a,b", ["a", "b"]),
        ("names=a names=b,c", "--names=a,b,c", ["a", "b", "c"]),
        ('names=["a,b",1]', '--names="a,b",1', ["a,b", "1"]),
        ("words=a words=b", "--words=a b", ["a", "b"]),
        ("names=", "--names=", []),
    ],
)
def test_a_list_of_absl_however_it_is_given(given: str, line: str, taken: list[str]) -> None:
    found = flags.FlagValues()  # type: ignore[no-untyped-call]
    flags.DEFINE_list("names", None, "", flag_values=found)
    flags.DEFINE_spaceseplist("words", None, "", flag_values=found)
    assert command_line_of(ABSL, given.split(" ")) == [line]
    found(["program", line])
    assert getattr(found, given.partition("=")[0]) == taken


@pytest.mark.parametrize("given", ['words=["a b"]', 'names=["a\\nb"]', 'names=[" a"]'])
def test_what_a_list_of_absl_would_take_apart_is_refused(given: str) -> None:
    with pytest.raises(ConfigError, match="takes its text apart"):
        command_line_of(ABSL, [given])


@pytest.mark.parametrize("source", ["argparse", "hydra", "fire", "absl"])
def test_what_is_not_declared_is_spelled_as_its_neighbours(source: str) -> None:
    line = command_line_of(Schema(source=source), ["lr=0.1", "name=1e3 a"])
    assert (
        line
        == {
            "argparse": ["--lr", "0.1", "--name", "1e3 a"],
            "hydra": ["lr=0.1", "name='1e3 a'"],
            "fire": ["--lr=0.1", "--name='1e3 a'"],
            "absl": ["--lr=0.1", "--name=1e3 a"],
        }[source]
    )


def test_an_override_that_adds_to_a_config_goes_through() -> None:
    assert command_line_of(HYDRA, ["+trainer.fast=true", "~logger="]) == ["+trainer.fast=true", "~logger"]
