"""Hyperparameters on the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skylift.errors import ConfigError
from skylift.project.arguments.wire import decode, on_wire
from skylift.values.project import Arguments
from skylift_runtime import arguments as runtime
from skylift_runtime.contract import ARGUMENTS_KEY, ARGUMENTS_REFERENCE, RAW_ARGUMENTS_KEY
from skylift_runtime.oversize import encode

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
    sent = on_wire(Arguments({"lr": 0.1}, {}, raw=("--flag", "a b", "ü")))
    assert sent.hyperparameters == {"lr": "0.1", RAW_ARGUMENTS_KEY: '["--flag", "a b", "\\u00fc"]'}
    assert not sent.oversize


def test_a_long_value_leaves_a_reference_behind() -> None:
    sent = on_wire(Arguments({"lr": 0.1, "text": "x" * 2501, "fits": "x" * 2500}, {}, raw=("y" * 3000,)))
    assert sent.hyperparameters == {
        "lr": "0.1",
        "text": f"{ARGUMENTS_REFERENCE}#text",
        "fits": "x" * 2500,
        RAW_ARGUMENTS_KEY: f"{ARGUMENTS_REFERENCE}#{RAW_ARGUMENTS_KEY}",
    }
    assert sent.oversize == {"text": "x" * 2501, RAW_ARGUMENTS_KEY: ["y" * 3000]}


@pytest.mark.parametrize(("count", "beyond"), [(100, 0), (101, 2), (150, 51)])
def test_of_too_many_the_last_are_only_in_the_file(count: int, beyond: int) -> None:
    values = {f"p{number}": number for number in range(count)}
    sent = on_wire(Arguments(values, {}))
    assert len(sent.hyperparameters) == 100
    assert (ARGUMENTS_KEY in sent.hyperparameters) == bool(beyond)
    assert len(sent.oversize) == beyond
    kept = {key: decode(text) for key, text in sent.hyperparameters.items() if key != ARGUMENTS_KEY}
    assert {**kept, **sent.oversize} == values


@given(st.dictionaries(st.text(max_size=20), _VALUES | st.text(min_size=2400, max_size=2600), max_size=120))
def test_nothing_on_the_wire_is_more_than_the_service_takes(values: dict[str, Any]) -> None:
    sent = on_wire(Arguments(values, {}))
    assert len(sent.hyperparameters) <= 100
    assert all(len(text) <= 2500 for text in sent.hyperparameters.values())


def test_a_text_that_looks_like_a_reference_is_a_text() -> None:
    text = f"{ARGUMENTS_REFERENCE}#lr"
    assert encode(text) == json.dumps(text)
    assert decode(encode(text)) == text


def test_a_name_that_is_too_long_is_told() -> None:
    with pytest.raises(ConfigError) as caught:
        on_wire(Arguments({"k" * 257: 1}, {}))
    assert [issue.where for issue in caught.value.issues] == ["hyperparameter " + "k" * 257]
