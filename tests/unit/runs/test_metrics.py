"""Metrics from lines."""

from __future__ import annotations

import math

import pytest

from skylift.errors import ConfigError
from skylift.runs.metrics import MetricReader, Point, smaller_is_better, summary


def read(line: str, **patterns: str) -> dict[str, float]:
    return {point.name: point.value for point in MetricReader(patterns).read(line)}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("epoch=1 train:loss=0.4321 validation:auc=0.71", {"train:loss": 0.4321, "validation:auc": 0.71}),
        ("loss=-1.5e-05", {"loss": -1.5e-05}),
        ("loss=3.", {"loss": 3.0}),
        ("val_loss=0.5 loss=0.4", {"val_loss": 0.5, "loss": 0.4}),
        ("auc=0.9, acc=1", {"auc": 0.9, "acc": 1.0}),
        ("#011loss=0.5#015", {"loss": 0.5}),
        ("lr=1e-3", {"lr": 0.001}),
        ("path=/data/x v=1.2.3 when=12:30", {}),
        ("https://example.com/?a=1b", {}),
        ("", {}),
    ],
)
def test_pairs(line: str, expected: dict[str, float]) -> None:
    assert read(line) == expected


def test_the_step_is_read_from_the_same_line() -> None:
    assert MetricReader({}).read("step=12 loss=1") == [Point("loss", 1.0, 12)]
    assert MetricReader({}).read("loss=1") == [Point("loss", 1.0, None)]


def test_not_a_number_is_a_value() -> None:
    assert math.isnan(read("loss=nan")["loss"])


def test_own_patterns_come_first() -> None:
    assert read("val_auc: 0.7 auc=0.1", auc=r"val_auc: ([0-9.]+)") == {"auc": 0.7}


def test_patterns_that_can_not_work_are_told_together() -> None:
    with pytest.raises(ConfigError) as caught:
        MetricReader({"a": "([0-9", "b": "no group"})
    assert len(caught.value.issues) == 2


def test_best_goes_the_metrics_own_way() -> None:
    points = [
        Point("loss", 3.0, 1),
        Point("loss", 1.0, 2),
        Point("loss", 2.0, 3),
        Point("auc", 0.5, 1),
        Point("lr", 1, 1),
    ]
    assert summary(points) == {
        "last": {"loss": 2.0, "auc": 0.5, "lr": 1},
        "best": {"loss": {"value": 1.0, "step": 2}, "auc": {"value": 0.5, "step": 1}},
    }


def test_a_last_value_that_json_can_not_hold_is_null() -> None:
    assert summary([Point("loss", 1.0, 1), Point("loss", math.nan, 2)])["last"] == {"loss": None}


def test_direction() -> None:
    assert smaller_is_better("validation:loss") is True
    assert smaller_is_better("val_accuracy") is False
    assert smaller_is_better("temperature") is None


def test_a_pattern_whose_number_is_not_there_reads_nothing() -> None:
    assert read("foo", x="loss=([0-9.]+)|foo") == {}


def test_a_line_of_digits_takes_no_time() -> None:
    assert read("loss=" + "1" * 60_000 + "x") == {}
