"""Text that a terminal may be shown."""

from __future__ import annotations

import pytest

from skylift.report.one_run import show
from skylift.report.text import age, duration, safe, size, table, width
from skylift.values.record import Left, Record


@pytest.mark.parametrize("evil", ["\x1b[2J", "a\rb", "a\nb", "\u202egnp.exe", "\x07", "\u2028"])
def test_control_characters_are_shown_not_obeyed(evil: str) -> None:
    assert all(character.isprintable() for character in safe(evil))


def test_columns_align_with_wide_and_combining_characters() -> None:
    lines = table(("A", "B"), [("航班", "x"), ("e\u0301", "y"), ("plain", "z")]).splitlines()
    columns = {width(line[: line.index(mark)]) for line, mark in zip(lines[1:], "xyz", strict=True)}
    assert len(columns) == 1


def test_units() -> None:
    assert size(999) == "999 B"
    assert size(1_000_000) == "1.0 MB"
    assert duration(59.9) == "60s"
    assert duration(3600) == "1h00m"
    assert age(3 * 86400.0) == "3d"
    assert age(0.9) == "0s"


def test_a_record_with_next_to_nothing_is_still_shown() -> None:
    bare = Record({"TrainingJobName": "x\x1b[31m"})
    assert "\x1b" not in show(bare, Left())


def run_of(**ours: object) -> Record:
    return Record(
        {
            "TrainingJobName": "flight-delays-of-the-north-260102030405-abcd",
            "TrainingJobStatus": "Failed",
            "FailureReason": "AlgorithmError: exit code 2: no rows, exit code: 2",
            "Skylift": ours,
        }
    )


def test_a_secret_is_not_shown() -> None:
    run = run_of(given={"db_password": "hush", "lr": 0.1}, arguments={"db_password": "hush"})
    text = show(run, Left())
    assert "hush" not in text
    assert "***" in text


def test_a_reason_is_what_the_job_said() -> None:
    assert run_of().reason == "exit code 2: no rows"
    assert Record({"FailureReason": "AlgorithmError: , exit code: 137"}).reason == "exit code 137"
    assert Record({"FailureReason": "CapacityError: none left"}).reason == "CapacityError: none left"
