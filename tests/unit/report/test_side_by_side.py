"""Runs side by side on a terminal: what fits, what is shown, and that nothing is obeyed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from skylift.report.side_by_side import comparison
from skylift.report.text import width
from skylift.runs.compare import compare
from skylift.values.comparison import Between, Commits, FileChange
from skylift.values.record import Record

EVIL = "\x1b]0;title\x07\x1b[2J\u202e"


def record(number: int, **ours: object) -> Record:
    value = 0.5 + number / 100
    metrics = {
        "last": {"validation:auc": value},
        "best": {"validation:auc": {"value": value, "step": number}},
    }
    found = {"arguments": {"lr": 0.1 * number, "a-name-of-a-parameter-that-is-long": "x" * 90 * number}}
    return Record(
        {
            "TrainingJobName": f"flights-26112419250{number}-ab{number}d",
            "TrainingJobStatus": "Completed",
            "Skylift": {**found, "metrics": metrics, **ours},
        }
    )


@pytest.mark.parametrize("count", range(2, 9))
@pytest.mark.parametrize("columns", [60, 80, 160])
def test_it_fits(count: int, columns: int) -> None:
    text = comparison(compare([record(number) for number in range(1, count + 1)]), columns)
    assert max(map(width, text.splitlines())) <= columns
    for number in range(1, count + 1):
        assert f"{0.5 + number / 100:.4g} @{number}" in text


def test_the_baseline_is_in_every_block() -> None:
    text = comparison(compare([record(number) for number in range(1, 9)], baseline=2), 80)
    heads = [line.split() for line in text.splitlines() if line.startswith("    ") and "ab" in line]
    assert len(heads) > 2
    assert all("ab3d" in head for head in heads)


def test_what_is_hidden_or_cut_is_still_told_apart() -> None:
    one, two = (record(1, arguments={"api-key": text, "x": text}) for text in ("hunter2", "hunter3"))
    text = comparison(compare([one, two]))
    assert "*** #1" in text
    assert "*** #2" in text
    assert "api-key" in text
    assert text.count("hunter") == 2


def test_nothing_and_an_empty_text_look_alike() -> None:
    text = comparison(compare([record(1, arguments={"note": ""}), record(2, arguments={})]))
    assert "#1" not in text


def test_nothing_is_obeyed() -> None:
    first = record(1)
    second = record(2, arguments={EVIL: EVIL}, target=EVIL, raw=[EVIL])
    found = compare([first, second])
    files = (FileChange(EVIL, "added", 1, 0, f"+{EVIL}\n"),)
    commits = Commits("a" * 40, "b" * 40, added=(EVIL,), added_count=1)
    between = (Between(second.name, commits, files, not_kept=(EVIL,)),)
    curves = {EVIL: {first.name: ((1.0, 2.0), (2.0, 3.0)), second.name: ((1.0, 2.0),)}}
    text = comparison(type(found)(**{**vars(found), "between": between, "curves": curves}))
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "\\x1b]0;title" in text


def test_a_metric_that_never_moves_is_named_and_not_drawn() -> None:
    found = compare([record(1), record(2)])
    flat = dict.fromkeys(found.runs, ((1.0, 0.6661), (2.0, 0.6661)))
    moving = {**flat, found.runs[1]: ((1.0, 0.6661), (2.0, 0.7))}
    text = comparison(replace(found, curves={"baseline:auc": flat, "loss": moving}))
    assert text.count("└") == 1
    assert "\nloss\n" in text
    assert text.endswith("more curves: flat: baseline:auc 0.6661")


def test_what_was_not_drawn_and_what_never_moves_are_told_in_one_line() -> None:
    found = compare([record(1), record(2)])
    moving = dict.fromkeys(found.runs, ((1.0, 1.0), (2.0, 2.0)))
    flat = dict.fromkeys(found.runs, ((1.0, 0.5),) * 2)
    text = comparison(replace(found, curves={**dict.fromkeys("abcd", moving), EVIL: flat}))
    assert text.splitlines()[-1].startswith("more curves: d; one of them: --metric NAME; flat: ")
    assert EVIL not in text


def test_code_that_differs_and_was_not_kept_is_told() -> None:
    found = compare([record(1), record(2)])
    between = (Between(found.runs[1], not_kept=("code", "lock")),)
    text = comparison(type(found)(**{**vars(found), "between": between}))
    assert "code, lock: it differs, and what it was is not known here" in text


def test_runs_that_lie_equally_far_from_the_baseline_are_told_of_once() -> None:
    found = compare([record(1), record(2), record(3), record(4)])
    files = (FileChange("train.py", "changed", 3, 1),)
    between = (
        Between(found.runs[1], files=files),
        Between(found.runs[2], files=()),
        Between(found.runs[3], files=files),
    )
    text = comparison(type(found)(**{**vars(found), "between": between}))
    assert "from ab1d to ab2d, ab4d" in text
    assert text.count("M train.py  +3 -1") == 1
    assert "from ab1d to ab3d" in text


def test_many_runs_have_their_deltas_below_the_values() -> None:
    few = comparison(compare([record(1), record(2)]), 80)
    many = comparison(compare([record(number) for number in range(1, 9)]), 80)
    assert "0.52 @2  +0.01 +2.0% better" in few
    assert "+0.01" not in many
    assert "+2.0% better" in many


def test_a_last_value_is_told_where_it_is_not_the_best() -> None:
    same = compare([record(1), record(2)])
    assert "metrics: last" not in comparison(same)
    metrics = {"last": {"auc": 0.5}, "best": {"auc": {"value": 0.7, "step": 1}}}
    other = compare([record(1), Record({"TrainingJobName": "x", "Skylift": {"metrics": metrics}})])
    assert "metrics: last" in comparison(other)


def _metrics(before: dict[str, float], after: dict[str, float], columns: int = 160) -> str:
    runs = [
        record(
            number,
            metrics={"last": values, "best": {n: {"value": v} for n, v in values.items() if n != "lr"}},
        )
        for number, values in enumerate((before, after), 1)
    ]
    return comparison(compare(runs), columns)


def test_a_percentage_that_says_nothing_is_left_out() -> None:
    found = _metrics({"loss": 1e-3, "acc": 0.8, "lr": 0.1}, {"loss": 51.19, "acc": 0.79999, "lr": 0.2})
    rows = {line.split()[0]: line for line in found.splitlines() if line.startswith("  ") and line.split()}
    assert "%" not in "".join(rows[name] for name in ("loss", "acc", "lr"))
    assert rows["loss"].endswith("+51.2 worse")
    assert rows["acc"].endswith("-1e-05 worse")
    assert "+25% better" in _metrics({"acc": 0.4}, {"acc": 0.5})


@pytest.mark.parametrize("columns", [30, 40, 60])
def test_a_number_is_cut_and_never_the_verdict(columns: int) -> None:
    found = _metrics({"validation_loss": 1234567.5}, {"validation_loss": 9912345.25}, columns)
    assert any(line.endswith("worse") for line in found.splitlines())
