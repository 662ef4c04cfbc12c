"""One metric stands for the runs of a job, and the best of it comes first."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from tests.unit.runs.records import record

from skylift.runs.chosen import judged, likeliest, objective
from skylift.runs.columns import usual
from skylift.runs.query.bare import meaning_in
from skylift.runs.query.match import matcher
from skylift.runs.query.order import checked_order, ordered
from skylift.runs.query.problems import QueryError
from skylift.values.record import Record

NOW = datetime(2026, 11, 3, 12, tzinfo=timezone.utc)
FAILED = {"TrainingJobStatus": "Failed"}


def said(name: str, about: str, top: dict[str, Any], **last: float) -> Record:
    best = {key: {"value": value, "step": 1} for key, value in last.items()}
    return record(name, top=top, metrics={"best": best, "last": last, "objective": about})


def sorted_by(said: str, runs: list[Record]) -> list[str]:
    return [run.name for run in ordered(judged(runs), checked_order(said), NOW)]


def test_a_run_that_lacks_the_metric_of_the_others_is_last_and_shows_nothing() -> None:
    runs = [
        record("failed", top=FAILED, best={"loss": 5e4}),
        record("b", best={"loss": 0.4, "acc": 0.8}),
        record("a", best={"loss": 0.3, "acc": 0.9}),
    ]
    assert sorted_by("-objective", runs) == ["a", "b", "failed"]
    assert sorted_by("objective", runs) == ["b", "a", "failed"]
    found = usual(judged(runs), (), NOW)
    assert [column.header for column in found.columns] == ["RUN", "STATUS", "AGE", "acc", "TOOK", "TARGET"]
    assert [row[3] for row in found.rows] == [None, 0.8, 0.9]
    asks = matcher("objective > 0.85")
    assert [run.name for run in judged(runs) if asks(run, NOW)] == ["a"]


def test_the_best_of_a_loss_is_the_smallest() -> None:
    runs = [record(name, best={"val_loss": loss}) for name, loss in (("b", 0.5), ("a", 0.1), ("c", 0.9))]
    assert sorted_by("-objective", runs) == ["a", "b", "c"]
    assert sorted_by("objective", runs) == ["c", "b", "a"]
    assert [run.name for run in ordered(runs, checked_order("-metric:val_loss"), NOW)] == ["c", "b", "a"]


def test_what_the_config_said_last_counts_for_older_runs_too() -> None:
    runs = [
        record("old", best={"auc": 0.7, "f1": 0.2}),
        said("older", "auc", {"CreationTime": "2026-10-01T00:00:00.000Z"}, auc=0.9, f1=0.1),
        said("new", "f1", {"CreationTime": "2026-11-02T00:00:00.000Z"}, auc=0.8, f1=0.6),
    ]
    assert {objective(run) for run in judged(runs)} == {"f1"}
    assert {objective(run) for run in judged(runs[:2])} == {"auc"}


def test_jobs_of_different_metrics_are_not_mixed() -> None:
    runs = [
        record("x1", job="x", best={"auc": 0.5}),
        record("y1", job="y", best={"rmse": 70.0}),
        record("x2", job="x", best={"auc": 0.6}),
        record("y2", job="y", best={"rmse": 60.0}),
    ]
    assert sorted_by("-objective", runs) == ["x2", "x1", "y2", "y1"]
    assert [column.header for column in usual(judged(runs), (), NOW).columns][:5] == [
        "RUN",
        "JOB",
        "STATUS",
        "AGE",
        "BEST",
    ]


def test_runs_that_all_failed_have_a_metric_as_well() -> None:
    runs = [record("a", top=FAILED, best={"loss": 2.0}), record("b", top=FAILED), record("c", top=FAILED)]
    assert sorted_by("-objective", runs) == ["a", "b", "c"]
    assert judged([]) == []


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (("acc", "validation_accuracy"), "validation_accuracy"),
        (("acc", "val_loss"), "val_loss"),
        (("accuracy", "train_accuracy", "test/accuracy"), "test/accuracy"),
        (("train_acc", "loss"), "loss"),
        (("best_acc", "loss"), "loss"),
        (("best_val_acc", "val_acc"), "val_acc"),
        (("value_loss", "reward"), "reward"),
        (("accuracy", "eval_f1"), "eval_f1"),
        (("bestValAcc", "trainAcc"), "bestValAcc"),
    ],
)
def test_what_was_held_out_stands_for_a_run(names: tuple[str, ...], wanted: str) -> None:
    assert likeliest(names) == likeliest(reversed(names)) == wanted


RUNS = [
    record("a", arguments={"eta": 0.1, "max-depth": 3, "lr": 1}, best={"auc": 0.7}, last={"lr": 0.1}),
    record("b", arguments={"eta": 0.3, "max-depth": 5, "lr": 2}, best={"auc": 0.9}),
]


@pytest.mark.parametrize(
    ("question", "wanted"),
    [("eta < 0.2", ["a"]), ("max_depth = 5 and not eta < 0.2", ["b"]), ("auc > 0.8", ["b"])],
)
def test_a_bare_word_is_a_parameter_or_a_metric_of_the_runs(question: str, wanted: list[str]) -> None:
    asks = matcher(question, meaning=meaning_in(RUNS))
    assert [run.name for run in RUNS if asks(run, NOW)] == wanted


def test_a_bare_word_orders_too() -> None:
    order = checked_order("-eta", meaning_in(RUNS))
    assert [run.name for run in ordered(RUNS, order, NOW)] == ["b", "a"]


@pytest.mark.parametrize("question", ["lr < 1", "etta < 1"])
def test_a_word_that_is_both_or_none_is_a_mistake(question: str) -> None:
    with pytest.raises(QueryError, match="no field"):
        matcher(question, meaning=meaning_in(RUNS))
