"""Deltas point the way that the metric improves, and a gate says no whenever it can not say yes."""

from __future__ import annotations

from typing import Any

import pytest

from skylift.errors import UsageError
from skylift.runs.compare import compare
from skylift.runs.verdicts import gate_of, objective_of
from skylift.values.comparison import Gate
from skylift.values.record import Record


def record(name: str, status: str = "Completed", **metrics: float | None) -> Record:
    last = {key.replace("__", ":"): value for key, value in metrics.items()}
    best = {key: {"value": value, "step": 3} for key, value in last.items() if value is not None}
    found = {"last": last, "best": best}
    return Record({"TrainingJobName": name, "TrainingJobStatus": status, "Skylift": {"metrics": found}})


def gate(before: Record, after: Record, wanted: str, metric: str = "") -> Gate:
    records = [before, after]
    return gate_of(compare(records), records, wanted, metric)


def test_better_is_less_for_a_loss_and_more_for_an_auc() -> None:
    found = compare([record("a", loss=0.4, auc=0.7), record("b", loss=0.3, auc=0.6), record("c", auc=0.8)])
    rows = {(row.which, row.name): row for row in found.metrics}
    assert rows["best", "loss"].verdicts == ("", "better", "")
    assert rows["best", "auc"].verdicts == ("", "worse", "better")
    assert rows["best", "auc"].deltas[2] == pytest.approx(0.1)
    assert rows["best", "loss"].relative[1] == pytest.approx(-0.25)


def test_deltas_are_against_the_baseline_wherever_it_stands() -> None:
    found = compare([record("a", auc=0.5), record("b", auc=0.8)], baseline=1)
    first, second = found.metrics[0].deltas
    assert first == pytest.approx(-0.3)
    assert second is None


def test_what_the_config_said_of_a_metric_goes_before_its_name() -> None:
    said: dict[str, Any] = {"last": {"loss": 2.0}, "best": {"loss": {"value": 2.0}}, "goals": {"loss": "max"}}
    odd = Record({"TrainingJobName": "b", "TrainingJobStatus": "Completed", "Skylift": {"metrics": said}})
    found = compare([record("a", loss=1.0), odd])
    assert found.metrics[0].verdicts == ("", "better")


def test_the_objective_is_what_was_held_out() -> None:
    records = [record("a", train__loss=1, validation__auc=0.5, validation__loss=1, lr=0.1)] * 2
    assert objective_of(records) == "validation:auc"


@pytest.mark.parametrize(
    ("before", "after", "wanted", "is_open"),
    [
        (0.72, 0.73, "0.01", True),  # which is a little less than that in floating point
        (0.72, 0.7299, "0.01", False),
        (0.72, 0.72, "0", True),
        (0.72, 0.715, "-0.01", True),
        (0.72, 0.70, "-0.01", False),
        (0.50, 0.51, "2%", True),
        (0.50, 0.509, "2%", False),
        (-2.0, -1.9, "5%", True),
    ],
)
def test_a_gate_for_what_is_better_when_it_is_more(
    before: float, after: float, wanted: str, *, is_open: bool
) -> None:
    assert gate(record("a", auc=before), record("b", auc=after), wanted).open is is_open


@pytest.mark.parametrize(
    ("after", "wanted", "is_open"), [(0.39, "0.01", True), (0.40, "0.01", False), (0.405, "-0.01", True)]
)
def test_a_gate_for_what_is_better_when_it_is_less(after: float, wanted: str, *, is_open: bool) -> None:
    assert gate(record("a", loss=0.4), record("b", loss=after), wanted).open is is_open


def test_it_says_all_of_it_in_a_line() -> None:
    found = gate(record("a", validation__auc=0.731), record("b", validation__auc=0.728), "0.01")
    assert found.said == "gate: validation:auc 0.731 → 0.728, wanted ≥ +0.01: no"
    found = gate(record("a", loss=0.4), record("b", loss=0.3), "1%")
    assert found.said == "gate: loss 0.4 → 0.3, wanted ≤ -1%: yes"


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (record("b", "Failed", auc=0.9), "run b failed"),
        (record("b", "Stopped", auc=0.9), "run b was stopped"),
        (record("b", "InProgress", auc=0.9), "run b has not ended"),
        (record("b", loss=0.1), "run b does not have it"),
        (record("b", auc=None), "run b ended with a value that is no number"),
    ],
)
def test_what_can_not_be_told_shuts_it(after: Record, why: str) -> None:
    found = gate(record("a", auc=0.5), after, "-1", "auc")
    assert not found.open
    assert why in found.said


def test_nothing_in_common_shuts_it_and_so_does_a_percentage_of_nothing() -> None:
    assert not gate(record("a", auc=0.5), record("b", loss=0.5), "0").open
    assert not gate(record("a", auc=0.0), record("b", auc=0.5), "1%").open


def test_a_metric_without_a_better_end_is_told_how_to_get_one() -> None:
    with pytest.raises(UsageError, match="more or less of lr") as refused:
        gate(record("a", lr=0.5), record("b", lr=0.5), "0", "lr")
    assert "goal" in refused.value.hints[0]


@pytest.mark.parametrize("text", ["much", "1%%", "", "nan", "0x1", "1e"])
def test_a_margin_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--min-delta"):
        gate(record("a", auc=0.5), record("b", auc=0.5), text)


def test_a_run_that_failed_before_it_measured_anything_is_told_first() -> None:
    failed = Record({"TrainingJobName": "b", "TrainingJobStatus": "Failed", "Skylift": {}})
    found = gate(record("a", auc=0.7), failed, "0.01")
    assert not found.open
    assert found.said.startswith("gate: run b failed; no metric is in both runs")
