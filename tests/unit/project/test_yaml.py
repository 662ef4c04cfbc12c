"""The one reader of YAML: its three ways with scalars, and texts that are made to break a reader."""

from __future__ import annotations

import pytest

from skylift.project.source.documents import parse_yaml

TEXT = "python: 3.10\nrate: 1e-3\nday: 2024-01-02\nnone:\nlist: [a, 'b']\n"


def test_a_version_is_a_text_where_texts_are_asked_for() -> None:
    expected = {"python": "3.10", "rate": "1e-3", "day": "2024-01-02", "none": "", "list": ["a", "b"]}
    assert parse_yaml(TEXT, "texts") == expected


def test_omegaconf_knows_more_numbers_and_no_dates() -> None:
    found = parse_yaml(TEXT, "omegaconf")
    assert (found["python"], found["rate"], found["day"]) == (3.1, 0.001, "2024-01-02")
    assert parse_yaml(TEXT)["rate"] == "1e-3"


@pytest.mark.parametrize("text", ["[" * 200_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000])
@pytest.mark.parametrize("scalars", ["yaml", "omegaconf", "texts"])
def test_what_is_nested_without_end_says_nothing(text: str, scalars: str) -> None:
    assert parse_yaml(text, scalars) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["a: [", "a: b: c", "\0", "!!python/object:os.system x", "*nobody"])
def test_what_is_broken_says_nothing(text: str) -> None:
    assert parse_yaml(text) is None
