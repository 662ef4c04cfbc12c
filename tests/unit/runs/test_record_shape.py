"""A record that somebody has damaged says less, and what it still says is what it was."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.runs.records import record

from skylift.values.record_shape import shaped, shaped_intent

GOOD = record(
    "a-260101000000-aaaa",
    top={"CreationTime": "2026-01-01T00:00:00.000Z", "ResourceConfig": {"InstanceCount": 2}},
    arguments={"n": 1, "x": [1, {"deep": None}]},
    metrics={"last": {"loss": 0.5, "auc": None}, "best": {"loss": {"value": 0.5, "step": None}}},
).data


def test_a_good_record_stays_as_it_is_with_what_nobody_knows() -> None:
    data = {**GOOD, "Later": {"version": [1]}, "Skylift": {**GOOD["Skylift"], "later": [None]}}
    assert shaped(data) == data
    assert list(shaped(data)) == list(data)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("CreationTime", (5, [], "soon", "2026-99-01T00:00:00Z", "0001-01-01T00:00:00+23:59")),
        ("SecondaryStatusTransitions", ({}, "x", 1)),
        ("ResourceConfig", ([], "x")),
        ("Skylift", ([], "x", 1)),
        ("Skylift.metrics", ([1], "x", True)),
        ("Skylift.metrics.best", ([1], "x", True)),
        ("Skylift.metrics.best.loss", ([1], {}, {"value": None}, {"value": float("nan")}, {"value": "x"})),
        ("Skylift.metrics.last.loss", ([1], "x", True, float("nan"), float("inf"), 10**400)),
        ("Skylift.arguments", ([1], "x")),
        ("Skylift.revision.diff", (1.5, [], {})),
        ("Skylift.advice", ("x", [1], {})),
    ],
)
def test_a_value_of_another_shape_is_missing(path: str, values: tuple[Any, ...]) -> None:
    for value in values:
        inner: Any = value
        for part in reversed(path.split(".")):
            inner = {part: inner}
        found: Any = shaped(inner)
        for part in path.split(".")[:-1]:
            found = found[part]
        assert found == {}, value


def test_of_a_list_of_tables_the_tables_stay() -> None:
    found = shaped({"SecondaryStatusTransitions": [None, {"Status": "Training", "StartTime": []}, "x"]})
    assert found == {"SecondaryStatusTransitions": [{"Status": "Training"}]}


def test_an_intents_request_is_left_to_who_carries_it_out() -> None:
    intent = {
        "request": {"ResourceConfig": 1},
        "ours": {"metrics": [1], "job": "a"},
        "metrics": {"a": 1, "b": "x"},
    }
    assert shaped_intent(intent) == {
        "request": {"ResourceConfig": 1},
        "ours": {"job": "a"},
        "metrics": {"b": "x"},
    }
    assert shaped_intent({"ours": "x", "metrics": [1]}) == {}
