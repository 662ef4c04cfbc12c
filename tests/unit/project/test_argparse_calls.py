"""``add_argument`` calls, with argparse itself as the judge."""

from __future__ import annotations

import argparse
import ast
import pathlib
from pathlib import Path

import pytest

from skylift.project.parameters.argparse_calls import Unread, read_option
from skylift.project.parameters.reading import Option
from skylift.project.source.program import Program
from skylift.project.source.symbolic.follow import Follower
from skylift.project.source.symbolic.values import Given, Opaque, Place

CALLS = [
    "'--lr', type=float, default=0.1, help='rate'",
    "'-b', '--batch-size', type=int, default='32'",
    "'-x', type=int",
    "'--lr', '--learning-rate', dest='rate', default=1e-3, type=float",
    "'data'",
    "'rest', nargs='*'",
    "'--shuffle', action='store_true'",
    "'--no-shuffle', dest='shuffle', action='store_false'",
    "'--bold', action=argparse.BooleanOptionalAction, default=True",
    "'--tag', action='append', default=['a']",
    "'-v', '--verbose', action='count', default=0",
    "'--size', type=int, nargs=2, default=[1, 2]",
    "'--opt', choices=['adam', 'sgd'], default='adam', required=True",
    "'--path', type=pathlib.Path",
    "'--bytes', type=int, default=4 * 1024 * 1024",
]


class Listening:
    """Keeps what `add_argument` is called with."""

    def __init__(self) -> None:
        self.given: list[Given] = []

    def library_call(self, name: str, given: Given, at: Place) -> object:
        return None

    def opaque_call(self, owner: Opaque, method: str, given: Given, at: Place) -> object:
        self.given.append(given)
        return None


def read(arguments: str, head: str = "") -> Option:
    code = f"import argparse, os, pathlib\n{head}\np.add_argument({arguments})"
    found = read_option(heard(code))
    assert found is not None
    return found


def heard(code: str) -> Given:
    listening = Listening()
    Follower(Program(Path("/p"), Path("/p/train.py"), ast.parse(code)), listening).run()
    return listening.given[-1]


@pytest.mark.parametrize("arguments", CALLS)
def test_read_as_argparse_has_it(arguments: str) -> None:
    parser = argparse.ArgumentParser(exit_on_error=False)
    names = {"parser": parser, "argparse": argparse, "pathlib": pathlib}
    action = eval(f"parser.add_argument({arguments})", names)  # the judge runs what we only read
    option = read(arguments)
    found = option.parameter
    assert option.dest == action.dest
    assert found.flag in (action.option_strings or [""])
    assert list(found.choices) == list(action.choices or [])
    try:
        default = getattr(parser.parse_args([]), action.dest)
    except (argparse.ArgumentError, SystemExit):
        assert found.required
    else:
        assert not found.required
        assert found.default == (default or None if action.nargs == "*" else default)


@pytest.mark.parametrize(
    ("arguments", "key", "kind", "action"),
    [
        ("'-b', '--batch-size', type=int", "batch-size", "int", "store"),
        ("'-x', type=float", "x", "float", "store"),
        ("'--p', type=pathlib.Path", "p", "path", "store"),
        ("'--d', type=str2bool", "d", "str2bool", "store"),
        ("'--a', action='append', type=int", "a", "int", "append"),
        ("'--a', action='extend', nargs='+'", "a", "str", "append"),
        ("'--c', action='count'", "c", "int", "count"),
        ("'--c', action='store_const', const=3", "c", "bool", "flag"),
        ("'--no-cuda', action='store_false'", "no-cuda", "bool", "negative-flag"),
        ("'--no-cuda', dest='cuda', action='store_false'", "cuda", "bool", "negative-flag"),
        ("'--b', action=BooleanOptionalAction", "b", "bool", "boolean-optional"),
        ("'--own', action=MyAction", "own", "str", "store"),
    ],
)
def test_key_type_and_action(arguments: str, key: str, kind: str, action: str) -> None:
    found = read(arguments).parameter
    assert (found.key, found.type, found.action) == (key, kind, action)


def test_other_names_are_aliases() -> None:
    assert read("'-l', '--lr', '--learning-rate', dest='rate'").parameter.aliases == ("l", "lr", "rate")
    assert read("'--no-cuda', dest='cuda', action='store_false'").parameter.aliases == ()


@pytest.mark.parametrize(
    ("default", "value", "known", "variable"),
    [
        ("os.environ['SM_MODEL_DIR']", None, False, "SM_MODEL_DIR"),
        ("os.environ.get('SM_CHANNEL_TRAIN', 'data/train')", "data/train", False, "SM_CHANNEL_TRAIN"),
        ("os.getenv('X') or 'y'", "y", False, "X"),
        ("os.environ.get('A', os.environ.get('B', 'c'))", "c", False, "A"),
        ("SIZE", 8, True, ""),
        ("UNKNOWN", None, False, ""),
        ("compute()", None, False, ""),
        ("Path('a') / 'b'", "a/b", True, ""),
        ("os.path.join('a', 'b')", "a/b", True, ""),
        ("-1", -1, True, ""),
        ("1 / 0", None, False, ""),
        ("None", None, True, ""),
    ],
)
def test_defaults(default: str, value: object, known: bool, variable: str) -> None:  # noqa: FBT001
    option = read(f"'--x', default={default}", "from pathlib import Path\nSIZE = 8")
    found = option.parameter
    assert (found.default, found.default_known, option.variable) == (value, known, variable)


@pytest.mark.parametrize("arguments", ["*names", "NAME, default=1", "f'--{x}'", "'--x', **more"])
def test_what_is_made_at_run_time_is_not_guessed(arguments: str) -> None:
    with pytest.raises(Unread):
        read(arguments)


def test_version_is_no_parameter() -> None:
    assert read_option(heard("p.add_argument('--version', action='version')")) is None
