"""Everything about one run, as text: also of a record that somebody else wrote."""

from __future__ import annotations

from typing import Any

import pytest

from skylift.report.measured import Course
from skylift.report.one_run import Beside, show
from skylift.values.record import Left, Record

USED = {
    "seconds": 630.0,
    "samples": 21,
    "cpu": {"mean": 1.21, "max": 2.5, "of": 16},
    "memory": {"max": 3.1e9, "of": 16e9},
    "disk": {"read": 1.2e6, "free": 2e9, "of": 100e9},
    "io-wait": {"share": 0.25},
    "gpus": [{"gpu": 0, "busy": 0.38, "max": 0.9, "memory": 4e9, "of": 24e9}],
}


def shown(beside: Beside | None = None, left: Left | None = None, **ours: Any) -> str:
    record = {"TrainingJobName": "p-260101000000-aaaa", "TrainingJobStatus": "Completed", "Skylift": ours}
    return show(Record(record), left or Left(), beside or Beside())


def test_what_was_used_is_a_table() -> None:
    lines = shown(system={"hosts": {"algo-1": USED}}, advice=["GPU idle 62 % of the time"]).splitlines()
    rows = {" ".join(line.split()) for line in lines}
    assert {"cores 1.21 2.5 16", "memory - 3.1 GB 16.0 GB", "gpu 0 38 % 90 % 100 %"} <= rows
    assert {"gpu 0 memory - 4.0 GB 24.0 GB", "disk read 1.2 MB/s - -", "waiting for disk 25 % - -"} <= rows
    assert {
        "disk left 2.0 GB - 100.0 GB",
        "measured for 10m30s - -",
        "advice: GPU idle 62 % of the time",
    } <= rows


def test_several_hosts_are_told_apart_and_many_are_cut_short() -> None:
    text = shown(system={"hosts": {f"algo-{number}": USED for number in range(1, 13)}})
    assert "algo-2" in text
    assert "and 4 hosts more" in text


def test_a_metric_has_its_curve() -> None:
    metrics = {"last": {"loss": 1.0, "auc": 0.5}, "best": {"loss": {"value": 1.0, "step": 3}}}
    text = shown(Beside(Course({"loss": [3.0, 2.0, 1.0], "auc": [0.5]})), metrics=metrics)
    assert "█▅▁" in text
    assert "1.0 at 3" in text or "1 at 3" in text
    plain = shown(Beside(Course({"loss": [3.0, 2.0, 1.0]}), plain=True), metrics=metrics)
    assert plain.isascii()


def test_a_run_that_repeats_another_says_what_is_not_the_same() -> None:
    like = {
        "run": "p-250101000000-bbbb",
        "changed": {"lr": 0.1, "api-key": "planted"},
        "differs": ["the data"],
    }
    text = shown(like=like)
    assert "p-250101000000-bbbb, with lr=0.1, api-key=***" in text
    assert "not as it was: the data" in text


def test_a_run_without_a_model_names_one_that_has_it() -> None:
    assert "none; the newest run with one is p-1-bbbb: skylift pull bbbb" in shown(Beside(other="p-1-bbbb"))


@pytest.mark.parametrize(
    "ours",
    [
        {"system": {"hosts": []}},
        {"system": {"hosts": {"\x1b[2J": {"cpu": {"mean": "x", "max": None, "of": float("nan")}}, "b": 3}}},
        {
            "system": {
                "hosts": {"a": {"gpus": [1, {"gpu": "\x1b[2J", "busy": True}], "memory": {"max": 10**400}}}
            }
        },
        {"advice": "\x1b[2J"},
        {"advice": ["\x1b[2J"]},
        {"like": ["x"]},
        {"like": {"run": "\x1b[2J", "changed": 3, "differs": "no"}},
        {"filled": ["x"], "command": 7},
        {"filled": {"\x1b[2J": "\x1b[2J"}, "command": "\x1b[2J"},
        {"metrics": {"last": {"\x1b[2J": 1.0}, "best": {"\x1b[2J": "x"}}},
    ],
)
def test_a_hostile_record_is_shown_and_not_obeyed(ours: dict[str, Any]) -> None:
    assert "\x1b" not in shown(**ours)
