"""Hyperparameters on the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skylift.errors import ConfigError
from skylift.project.arguments.wire import decode, encode, hyperparameters
from skylift.values.project import Arguments
from skylift_runtime import arguments as runtime
from skylift_runtime.contract import RAW_ARGUMENTS_KEY

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10
)


@given(_VALUES)
def test_every_value_of_json_comes_back(value: Any) -> None:
    assert decode(encode(value)) == value
    assert type(decode(encode(value))) is type(value)


@given(_VALUES)
def test_the_runtime_reads_what_we_write(value: Any) -> None:
    assert runtime.decode(encode(value)) == value


@given(st.text(alphabet="\n\r\x0b\x0c\x85\u2028\u2029ab"))
def test_no_line_ends_on_the_wire(text: str) -> None:
    assert len(encode(text).splitlines()) <= 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("adam", "adam"),
        ("", ""),
        (" ü ", " ü "),
        ("7", '"7"'),
        ("02134", "02134"),
        ("true", '"true"'),
        ("NaN", '"NaN"'),
        ("a\nb", '"a\\nb"'),
        ("\ud800", '"\\ud800"'),
        ("{channel:train}", "{channel:train}"),
        (1e-05, "1e-05"),
        (None, "null"),
        ([1, "x"], '[1, "x"]'),
    ],
)
def test_spelling(value: Any, text: str) -> None:
    assert encode(value) == text


def test_a_string_of_brackets_that_no_reader_could_parse_is_quoted() -> None:
    text = "[" * 100_000
    assert json.loads(encode(text)) == text


def test_what_followed_the_dashes_has_a_key_of_its_own() -> None:
    sent = hyperparameters(Arguments({"lr": 0.1}, {}, raw=("--flag", "a b", "ü")))
    assert sent == {"lr": "0.1", RAW_ARGUMENTS_KEY: '["--flag", "a b", "\\u00fc"]'}


def test_every_limit_is_told_at_once_with_its_key() -> None:
    given_values = {**{f"p{number}": number for number in range(100)}, "long": "x" * 2501, "k" * 257: 1}
    with pytest.raises(ConfigError) as caught:
        hyperparameters(Arguments(given_values, {}))
    assert [issue.where for issue in caught.value.issues] == [
        "hyperparameter " + "k" * 257,
        "hyperparameter long",
        "hyperparameters",
    ]
    assert "2501" in str(caught.value)
