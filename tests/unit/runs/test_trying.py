"""What a log gives, and what it could give besides."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from skylift.host.toml import parse_toml
from skylift.report.tried import tried as text_of
from skylift.runs.metrics import MetricReader
from skylift.runs.trying import tried
from skylift.values.patterns import number_behind, outside_common
from skylift.values.printed import escape
from skylift.values.tried import Tried

NOTHING: Mapping[str, str] = {}


def try_(
    lines: list[str], patterns: Mapping[str, str] = NOTHING, goals: Mapping[str, str] = NOTHING
) -> Tried:
    rows = [("", line.encode(errors="surrogateescape")) for line in lines]
    return tried(rows, patterns, goals, "a log", "tool.skylift.metrics")


def test_what_was_read_is_told_with_how_and_where() -> None:
    lines = [
        "hello",
        *(f"epoch={step} val:auc={step / 10} temp={step} Quality {step}.5" for step in (1, 3, 2)),
    ]
    found = try_(lines, {"quality": r"Quality (\S+)", "never": "(x) y"}, {"quality": "min"})
    rows = {one.name: one for one in found.metrics}
    assert found.lines == 4
    auc, quality, temp = rows["val:auc"], rows["quality"], rows["temp"]
    assert (auc.how, auc.count, auc.first, auc.last, auc.best, auc.goal) == (
        "by itself",
        3,
        0.1,
        0.2,
        0.3,
        "max",
    )
    assert (auc.step, auc.line) == (2, 2)
    assert (quality.how, quality.best, quality.goal) == ("own pattern", 1.5, "min")
    assert (temp.best, temp.goal) == (None, "none")
    assert found.silent == ("never",)


def test_an_own_pattern_that_the_service_makes_nothing_of_is_told() -> None:
    found = try_(
        ["[1]\ttest-gap:0.5"], {"raw": r"\ttest-gap:(\S+)", "stored": "#011test-gap:(.*)", "both": "gap:(.*)"}
    )
    assert found.only_here == ("raw",)
    assert {one.name for one in found.metrics} >= {"raw", "stored", "both"}


RECURRING = {
    "words": (lambda turn: f"step {turn}: quality index {turn * 1.5:.2f} pts", {"quality_index": 4.5}),
    "was": (lambda turn: f"The average gap was {turn / 7:.3f}.", {"average_gap": 0.429}),
    "two of a line": (lambda turn: f"usage {turn / 8} | drift -{turn}e-3", {"usage": 0.375, "drift": -0.003}),
    "an arrow": (lambda turn: f"spread -> {turn / 8}", {"spread": 0.375}),
    "a tab": (lambda turn: f"spread\t{turn / 8}", {"spread": 0.375}),
    "json": (lambda turn: f'{{"a": "b", "spread": {turn / 8}}}', {"spread": 0.375}),
    "padded": (lambda turn: f"spread: {turn / 8:>10} other {turn}", {"spread": 0.375}),
    "a bar": (lambda turn: f"\r{turn}%|##  | spread {turn / 9}\r{turn}%|### | spread {turn / 8}", {"spread": 0.375}),
    "percent": (lambda turn: f"coverage {turn * 30.5}%", {"coverage": 91.5}),
    "stored by the service": (lambda turn: f"a#011spread: {turn / 8}", {"spread": 0.375}),
}  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), RECURRING.values(), ids=RECURRING.keys())
def test_numbers_that_recur_are_proposed_and_the_patterns_read_them(
    line: object, expected: dict[str, float]
) -> None:
    assert callable(line)
    lines = [line(turn) for turn in (1, 2, 3)]
    found = try_(lines)
    assert {one.name: one.last for one in found.proposed} == expected
    pasted = text_of(found)
    table = parse_toml(pasted[pasted.index("[tool.skylift.metrics]") :])["tool"]["skylift"]["metrics"]
    assert table.keys() == expected.keys()
    for spelling in (lines, [escape(one) for one in lines]):
        again = try_(spelling, table)
        assert {one.name: one.last for one in again.metrics if one.how == "own pattern"} == expected
        assert again.silent == ()
        assert again.only_here == ()
    assert not any(outside_common(pattern) for pattern in table.values())


@pytest.mark.parametrize(
    "line",
    [
        "took {n}.5s, {n} GB, {n}.2 it/s",
        "epoch {n} step {n}0 batch {n}/100",
        "2026-01-02 12:00:0{n},123 INFO x.py:1{n}",
        "listening on port 800{n}, pid 12{n}",
        "10.0.0.{n} v1.{n}.3 file_{n}.bin 0x{n}f",
        "constant 5.5 and nothing else, line {n}",
        "counter {n}",
        "ETA 0:0{n}:1{n} memory {n}.1",
        "{n}.5 {n}.7 {n}.9",
    ],
)
def test_what_is_no_result_is_not_proposed(line: str) -> None:
    found = try_([line.replace("{n}", str(turn)) for turn in (1, 2, 3, 4)])
    assert [one.name for one in found.proposed] == []


def test_a_result_is_proposed_even_if_it_is_told_once() -> None:
    found = try_(["all done", "and the final accuracy so far is 0.912", "the rest is silence"])
    (one,) = found.proposed
    assert (one.name, one.first, one.line, one.count) == ("final_accuracy", 0.912, 2, 1)
    assert [unread.line for unread in found.unread] == [2]


def test_what_looks_like_a_metric_and_can_not_be_had_is_told() -> None:
    # The paint stands between the name and the number, in the log and in the service's copy of it.
    found = try_([f"\x1b[1mbest accuracy got\x1b[0m {turn / 8}" for turn in (1, 2, 3)])
    assert found.proposed == ()
    assert "best_accuracy, line 1 and 2 lines like it" in text_of(found)


@pytest.mark.parametrize(
    "line",
    [
        "see http://127.0.0.1/?lr=0.1&loss=0.5",
        "loss improved from 0.5 to 0.4",
        "training from score 0.5",
        "loss scale 0.5",
    ],
)
def test_what_is_no_result_is_not_proposed_for_being_told_once(line: str) -> None:
    assert try_([line]).proposed == ()


def test_what_is_read_elsewhere_is_not_told_as_unread() -> None:
    found = try_(["epoch=1 loss=0.5", "the very best loss 0.75", "loss 0.25 at the end"])
    assert "loss" not in [one.name for one in found.unread]


def test_a_proposal_does_not_find_the_numbers_of_others() -> None:
    lines = [
        line
        for turn in (1, 2, 3)
        for line in (f"drift {turn / 8}", f"mean drift {turn / 9:.3f}", f"xdrift {turn / 10}")
    ]
    found = try_(lines)
    assert {one.name for one in found.proposed} >= {"drift", "mean_drift"}
    for one in found.proposed:
        reader = MetricReader({one.name: one.pattern})
        values = [point.value for line in lines for point in reader.read(line) if point.name == one.name]
        assert values[-1] == one.last
        assert len(values) == 3


HOSTILE = [
    "\x1b[31mevil index\x1b[0m: 0.5 \x07",
    "nächste größe \u202e 0.5",
    "<script>alert(1)</script> index 0.5",
    "x" * 1_000_000 + " index 0.5",
    "index " * 100_000 + "0.5",
    "1 " * 100_000,
    "a=" * 100_000 + "1",
    "''' index 0.5 \"\"\" \\",
    "\udcff\udcfe bad index 0.5",
    "=" * 100_000,
    "((((((((((index 0.5))))))))))" * 1000,
]


@pytest.mark.parametrize("line", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_lines_are_shown_and_not_obeyed(line: str) -> None:
    text = text_of(try_([line.replace("0.5", f"0.{turn}") for turn in (5, 6, 7)]))
    assert all(part.isprintable() for part in text.split("\n"))
    assert len(text) < 4000
    if "[tool.skylift.metrics]" in text:
        table = parse_toml(text[text.index("[tool.skylift.metrics]") :])["tool"]["skylift"]["metrics"]
        assert all(re.compile(pattern).groups == 1 for pattern in table.values())


def test_a_log_that_never_repeats_itself_is_not_kept_in_memory() -> None:
    found = try_([f"{'abcdefghij'[turn % 10] * (turn // 10 + 1)} drift {turn}.5" for turn in range(5000)])
    assert found.lines == 5000
    assert len(found.proposed) <= 12


def test_nothing_is_told_as_nothing() -> None:
    assert text_of(try_([])) == "no metric was read from 0 lines of a log"
    assert try_(["loss=nan"]).as_json()["metrics"][0]["first"] == "nan"


@pytest.mark.parametrize(
    "line",
    [
        "3 rows with loss of precision 0.1 were dropped",
        "[CV 1/3; 1/2] START max_depth=3, min_samples_leaf=0.{}",
        "[CV] END ....max_depth=3, min_samples_leaf=0.{}; total time=   0.{}s",
    ],
)
def test_what_is_said_of_something_else_is_not_proposed(line: str) -> None:
    found = try_([line.format(turn, turn) for turn in (1, 5, 2, 7)] if "{" in line else [line])
    assert (found.proposed, found.unread) == ((), ())


def test_who_reports_a_number_is_no_part_of_its_name() -> None:
    found = try_([f"so we got quality {turn / 8} here" for turn in (1, 5, 2)])
    assert [one.name for one in found.proposed] == ["quality"]


def test_a_pattern_is_plain_where_a_plain_one_is_right() -> None:
    lines = [
        line
        for turn in (1, 5, 2)
        for line in (f"the quality index {turn / 8} here", f"odd quality index {turn / 4} x")
    ]
    plain = try_(lines[::2]).proposed
    assert [one.pattern for one in plain] == [number_behind("quality index ")]
    assert "|(?:^|[^" not in plain[0].pattern
