"""Which columns a list has, and what groups of runs come to."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from tests.unit.runs.records import record

from skylift.runs.columns import chosen_columns, usual, wide
from skylift.runs.groups import grouped
from skylift.runs.query.tree import Field
from skylift.values.listing import Listing

NOW = datetime(2026, 11, 3, 12, tzinfo=timezone.utc)


def headers(listing: Listing) -> list[str]:
    return [column.header for column in listing.columns]


def cells(listing: Listing, header: str) -> list[Any]:
    at = headers(listing).index(header)
    return [row[at] for row in listing.rows]


def test_parameters_that_differ_have_columns_and_the_others_are_told_once() -> None:
    runs = [
        record("a", arguments={"lr": 0.1, "epochs": 3, "opt": "adam"}, best={"val_auc": 0.8}),
        record("b", arguments={"lr": 0.2, "epochs": 3}, best={"val_auc": 0.9}),
    ]
    found = usual(runs, (), NOW)
    assert headers(found) == ["RUN", "STATUS", "AGE", "val_auc", "TOOK", "lr", "opt", "TARGET"]
    assert cells(found, "opt") == ["adam", None]
    assert cells(found, "val_auc") == [0.8, 0.9]
    assert found.same == {"train": {"epochs": 3}}


def test_one_run_differs_from_nothing() -> None:
    found = usual([record(arguments={"lr": 0.1})], (), NOW)
    assert headers(found) == ["RUN", "STATUS", "AGE", "TOOK", "TARGET"]
    assert found.same == {"train": {"lr": 0.1}}


def test_jobs_are_compared_with_themselves() -> None:
    runs = [
        record("a", job="train", arguments={"lr": 0.1, "seed": 1}),
        record("b", job="train", arguments={"lr": 0.2, "seed": 1}),
        record("c", job="evaluate", arguments={"batch": 4, "seed": 1}),
    ]
    found = usual(runs, (), NOW)
    assert headers(found) == ["RUN", "JOB", "STATUS", "AGE", "TOOK", "lr", "TARGET"]
    assert found.same == {"train": {"seed": 1}, "evaluate": {"batch": 4, "seed": 1}}


def test_users_and_what_is_behind_the_dashes_are_shown_where_they_differ() -> None:
    runs = [record("a", user="ada", raw=["--fast", "a b"]), record("b", user="grace")]
    found = usual(runs, (), NOW)
    assert headers(found) == ["RUN", "STATUS", "AGE", "TOOK", "--", "TARGET", "USER"]
    assert cells(found, "--") == ["--fast 'a b'", None]


def test_runs_that_are_judged_by_different_metrics_name_them() -> None:
    runs = [record("a", best={"val_auc": 0.8}), record("b", best={"loss": 0.1}), record("c")]
    found = usual(runs, ("lr",), NOW)
    assert headers(found) == ["RUN", "STATUS", "AGE", "BEST", "lr", "TOOK", "TARGET"]
    assert cells(found, "BEST") == [("val_auc", 0.8), ("loss", 0.1), None]


def test_what_a_job_says_it_is_judged_by_comes_before_any_guess() -> None:
    run = record(best={"val_auc": 0.8})
    metrics = {**run.ours["metrics"], "last": {"val_auc": 0.8, "score2": 3.0}, "objective": "score2"}
    found = usual([record(metrics=metrics)], (), NOW)
    assert cells(found, "score2") == [3.0]


def test_everything_has_a_column_for_another_program() -> None:
    runs = [
        record("a", arguments={"lr": 0.1}, best={"auc": 0.8}),
        record("b", arguments={"x": 1}, last={"lr": 3}),
    ]
    found = wide(runs, NOW)
    assert [column.name for column in found.columns][-4:] == [
        "metric:auc",
        "metric:lr",
        "param:lr",
        "param:x",
    ]
    assert found.rows[0][-4:] == (0.8, None, 0.1, None)


def test_chosen_columns_are_those() -> None:
    found = chosen_columns([record("a")], [Field("age"), Field("metric", "x y")], NOW)
    assert [column.name for column in found.columns] == ["age", 'metric:"x y"']
    assert found.rows == ((48 * 3600.0, None),)


def failed(name: str, **said: Any) -> Any:
    return record(name, top={"TrainingJobStatus": "Failed"}, **said)


def test_groups_count_and_sum_up_what_completed() -> None:
    runs = [
        record("a", arguments={"lr": 0.1}, best={"auc": 0.7}),
        record("b", arguments={"lr": "0.1"}, best={"auc": 0.8}),
        record("c", arguments={"lr": 0.1}, best={"auc": 0.9}),
        failed("d", arguments={"lr": 0.1}, best={"auc": 1.0}),
        record("e", arguments={"lr": 0.5}, best={"auc": 0.85}),
        failed("f"),
    ]
    found = grouped(runs, [Field("param", "lr")], (), NOW)
    assert found.metrics == ("auc",)
    assert [(g.key, g.runs, g.completed, g.failed) for g in found.groups] == [
        ((0.1,), 4, 3, 1),
        ((0.5,), 1, 1, 0),
        ((None,), 1, 0, 1),
    ]
    best = found.groups[0].metrics[0]
    assert best is not None
    assert (best.count, best.best, best.run) == (3, 0.9, "c")
    assert best.mean == pytest.approx(0.8)
    assert best.deviation == pytest.approx(0.1)
    assert found.groups[1].metrics[0].deviation is None  # type: ignore[union-attr]
    assert found.groups[2].metrics == (None,)


def test_the_best_group_is_first_whichever_way_is_better() -> None:
    runs = [record(str(n), arguments={"n": n}, best={"loss": 1.0 / n}) for n in (1, 3, 2)]
    assert [g.key for g in grouped(runs, [Field("param", "n")], (), NOW).groups] == [(3,), (2,), (1,)]
    # A metric of which nobody knows which way is better has no best; groups stand by what they are.
    found = grouped(
        [record(str(n), arguments={"n": n}, last={"lr": 1.0}) for n in (3, 1, 2)],
        [Field("param", "n")],
        ["lr"],
        NOW,
    )
    assert [g.key for g in found.groups] == [(1,), (2,), (3,)]
    assert [g.metrics[0].best for g in found.groups if g.metrics[0]] == [None, None, None]


def test_groups_of_strange_values() -> None:
    values: list[Any] = [True, 1, 1.0, "1", [1], None, "x", 10**400, float("inf")]
    runs = [
        record(str(i), arguments={"v": v}, best={"auc": v if isinstance(v, float) else 0.5})
        for i, v in enumerate(values)
    ]
    found = grouped(runs, [Field("param", "v"), Field("created")], (), NOW)
    assert sum(group.runs for group in found.groups) == len(values)
    assert sorted(group.runs for group in found.groups) == [1, 1, 1, 1, 1, 1, 3]
