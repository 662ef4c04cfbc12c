"""Runs side by side."""

from __future__ import annotations

from typing import Any

from skylift.runs.compare import compare
from skylift.values.record import Record


def record(name: str, **ours: Any) -> Record:
    return Record({"TrainingJobName": name, "TrainingJobStatus": "Completed", "Skylift": ours})


def test_only_what_differs_is_told_and_metrics_always() -> None:
    metrics = {"last": {"auc": 0.7}, "best": {"auc": {"value": 0.7, "step": 1}}}
    one = record("a", arguments={"lr": 0.1, "epochs": 3}, lock="L", metrics=metrics)
    two = record("b", arguments={"lr": 0.2, "epochs": 3}, lock="L", metrics=metrics)
    found = compare([one, two])
    assert found.runs == ("a", "b")
    assert [(d.topic, d.name, d.values) for d in found.differences] == [
        ("run", "status", ("Completed", "Completed")),
        ("parameter", "lr", (0.1, 0.2)),
    ]
    assert [(m.which, m.name, m.values, m.verdicts[1]) for m in found.metrics] == [
        ("best", "auc", (0.7, 0.7), "same"),
        ("last", "auc", (0.7, 0.7), "same"),
    ]


def test_a_record_of_somebody_else_that_lacks_everything_can_be_compared() -> None:
    bare = Record({"TrainingJobName": "c"})
    found = compare([bare, record("a", arguments={"lr": 1})])
    assert ("parameter", "lr", (None, 1)) in [(d.topic, d.name, d.values) for d in found.differences]


def test_of_secrets_the_references_are_compared_and_other_variables_by_value() -> None:
    one = Record({"TrainingJobName": "a", "Environment": {"SKYLIFT_SECRET_KEY": "ssm:/a", "SEED": "1"}})
    two = Record(
        {"TrainingJobName": "b", "Environment": {"SKYLIFT_SECRET_KEY": "ssm:/b", "API_KEY": "hunter2"}}
    )
    rows = {(d.topic, d.name): d.values for d in compare([one, two]).differences}
    assert rows["secret", "KEY"] == ("ssm:/a", "ssm:/b")
    assert rows["environment", "$SEED"] == ("1", None)
    assert rows["environment", "$API_KEY"] == (None, "***")


def test_a_record_with_nonsense_in_it_can_be_compared() -> None:
    odd = Record(
        {
            "TrainingJobName": "c",
            "Environment": [],
            "Skylift": {
                "arguments": [1],
                "raw": "x",
                "channels": 3,
                "metrics": {"last": 1, "best": {"a": 2}},
            },
        }
    )
    assert compare([odd, record("a", channels={"train": None})]).runs == ("c", "a")
