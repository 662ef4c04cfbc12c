"""Keys, read off the dataclasses, and the values that they take."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

import pytest

from skylift.project.config.convert import Unfit, converted, from_text
from skylift.project.config.keys import Free, Kind, Named, Table, Value, Values, config_keys
from skylift.project.config.reference import rows
from skylift.values.settings import JobSettings, Settings, TargetSettings


def test_every_field_is_a_key() -> None:
    keys = config_keys().keys
    assert {field.name.replace("_", "-") for field in fields(Settings)} <= set(keys)
    assert {field.name.replace("_", "-") for field in fields(JobSettings)} <= set(keys)
    targets = keys["targets"]
    assert isinstance(targets, Named)
    assert isinstance(targets.each, Table)
    expected = {field.name.replace("_", "-") for field in fields(TargetSettings)} - {"name"}
    assert set(targets.each.keys) == expected


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("string", "a", "a"),
        ("integer", 3, 3),
        ("boolean", True, True),
        ("seconds", 90, 90),
        ("seconds", "90s", 90),
        ("seconds", "30m", 1800),
        ("seconds", "4h", 14400),
        ("seconds", "1h30m", 5400),
        ("seconds", "1d", 86400),
        ("gigabytes", 50, 50),
        ("gigabytes", "50GB", 50),
        ("gigabytes", "50 gb", 50),
    ],
)
def test_values(kind: Kind, raw: Any, value: Any) -> None:
    assert converted(Value(kind), raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("string", 3.1),
        ("string", ["a"]),
        ("integer", "3"),
        ("integer", True),
        ("boolean", 1),
        ("boolean", "true"),
        ("seconds", "soon"),
        ("seconds", ""),
        ("seconds", "4h later"),
        ("gigabytes", "50MB"),
        ("seconds", False),
    ],
)
def test_values_of_another_kind_are_refused(kind: Kind, raw: Any) -> None:
    with pytest.raises(Unfit):
        converted(Value(kind), raw)


def test_a_version_without_quotes_is_told_how_to_write_it() -> None:
    with pytest.raises(Unfit) as caught:
        converted(Value("string"), 3.1)
    assert caught.value.hint == "write it in quotes"


def test_choices_and_lists_and_dates() -> None:
    assert converted(Values(), ["a", "b"]) == ("a", "b")
    assert converted(Free(), {"a": [1, {"b": None}]}) == {"a": [1, {"b": None}]}
    for spec, raw in (
        (Value("string", ("a",)), "b"),
        (Values(), "a"),
        (Values(), [1]),
        (Free(), date(2026, 1, 2)),
    ):
        with pytest.raises(Unfit):
            converted(spec, raw)


@pytest.mark.parametrize(
    ("spec", "text", "value"),
    [
        (Value("boolean"), "Yes", True),
        (Value("boolean"), "0", False),
        (Value("integer"), "3", 3),
        (Value("string"), "3", "3"),
        (Value("seconds"), "4h", "4h"),
        (Values(), "a", ["a"]),
        (Values(), '["a", "b"]', ["a", "b"]),
        (Free(), "3", 3),
        (Free(), "adam", "adam"),
        (Free(), "[1, 2]", [1, 2]),
        (Named(Free()), "{ a = 1 }", {"a": 1}),
    ],
)
def test_text_from_variables_and_flags(spec: Any, text: str, value: Any) -> None:
    assert from_text(spec, text) == value


def test_the_reference_has_a_line_for_every_key() -> None:
    found = {key: (kind, default, doc) for key, kind, default, doc in rows()}
    assert found["targets.<name>.max-run"][:2] == ("seconds", "86400")
    assert found["channels.<name>.mode"][0] == '"File" or "FastFile" or "Pipe"'
    assert found["image.bytecode"][:2] == ("boolean", "true")
    assert found["collect"][0] == "table of lists of strings"
    assert all(doc for key, (_, _, doc) in found.items()), [k for k, row in found.items() if not row[2]]
    assert len(found) == len(rows())
