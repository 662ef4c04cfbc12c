"""The last lines of a watched run."""

from __future__ import annotations

from typing import Any

from skylift.cli.watching.ending import Results, ending
from skylift.report.measured import Course
from skylift.report.text import width
from skylift.values.record import Left, Record


def make_record(status: str = "Completed", **more: Any) -> Record:
    return Record(
        {"TrainingJobName": "a-1234", "TrainingJobStatus": status, "SecondaryStatus": status, **more}
    )


def lines_of(record: Record, results: Results | None = None, **options: Any) -> list[str]:
    import click

    return click.unstyle(ending(record, results or Results(), **options)).splitlines()


def test_where_no_model_is_none_is_shown() -> None:
    found = lines_of(make_record(), Results(Left("file:///a/model.tar.gz")))
    assert "  model    file:///a/model.tar.gz" in found
    assert found[-1] == "  next     skylift show 1234   skylift pull 1234"
    assert lines_of(make_record())[-2:] == [
        "  model    none",
        "  next     skylift show 1234   skylift logs 1234",
    ]


def test_an_output_is_shown_with_the_way_to_have_it() -> None:
    assert lines_of(make_record(), Results(Left("", "file:///a/output.tar.gz")))[-3:] == [
        "  model    none",
        "  output   file:///a/output.tar.gz",
        "  next     skylift show 1234   skylift pull 1234 output",
    ]


def test_what_a_stopped_run_has_left_is_told_with_the_way_to_have_it() -> None:
    left = Left("file:///a/model.tar.gz", "file:///a/output.tar.gz")
    found = lines_of(make_record("Stopped"), Results(left))
    assert found[-3:] == [
        "  model    file:///a/model.tar.gz",
        "  output   file:///a/output.tar.gz",
        "  next     skylift show 1234   skylift pull 1234   skylift pull 1234 output",
    ]
    assert not any(line.startswith("  model") for line in lines_of(make_record("Stopped")))


def test_what_a_failed_run_has_left_is_told_where_somebody_has_looked() -> None:
    found = lines_of(make_record("Failed"), Results(Left("file:///a/model.tar.gz")))
    assert found[-2:] == [
        "  model    file:///a/model.tar.gz",
        "  next     skylift logs 1234   skylift show 1234   skylift pull 1234",
    ]
    cloud = lines_of(make_record("Failed"), Results(Left("s3://b/model.tar.gz")))
    assert cloud[-1] == "  next     skylift logs 1234   skylift show 1234"
    assert not any("s3://" in line for line in cloud)
    stopped = lines_of(make_record("Stopped"), Results(Left("s3://b/model.tar.gz")))
    assert "  model    s3://b/model.tar.gz" in stopped


def test_of_a_failure_the_reason_comes_first_and_the_log_next() -> None:
    metrics = {"last": {"loss": 0.5}, "best": {}}
    said = "AlgorithmError: ValueError: no\x1b[2J rows (train.py:3), exit code: 1"
    record = make_record("Failed", FailureReason=said, Skylift={"metrics": metrics, "hint": "look there"})
    found = lines_of(record)
    assert found[1:4] == [
        "Failed  a-1234",
        "  ValueError: no\\x1b[2J rows (train.py:3)",
        "  hint     look there",
    ]
    assert found[-1] == "  next     skylift logs 1234   skylift show 1234"
    assert not any(line.startswith("  model") for line in found)


def test_metrics_have_their_best_its_direction_and_a_curve() -> None:
    best = {"val_auc": {"value": 0.75, "step": 7}, "loss": {"value": 0.25, "step": None}}
    metrics = {"last": {"lr": 0.1, "loss": 0.5, "val_auc": 0.7}, "best": best}
    course = Course({"loss": [1.0, 0.25, 0.5], "lr": [0.1]}, {"loss": True, "val_auc": False, "lr": None})
    results = Results(course=course)
    found = lines_of(make_record(Skylift={"metrics": metrics}), results)
    assert found[2:6] == [
        "  METRIC   LAST  BEST         CURVE",
        "  val_auc  0.7   ↑ 0.75 at 7",
        "  loss     0.5   ↓ 0.25       █▁▃",
        "  lr       0.1   -",
    ]
    plain = lines_of(make_record(Skylift={"metrics": metrics}), results, plain=True)
    assert all(line.isascii() for line in plain)


def test_many_metrics_are_not_all_told() -> None:
    metrics = {"last": {f"m{number}": 1.0 for number in range(50)}, "best": {}}
    found = lines_of(make_record(Skylift={"metrics": metrics}))
    assert len(found) < 20
    assert "  and 38 metrics more" in found


def test_a_narrow_terminal_gets_no_curve() -> None:
    metrics = {"last": {"loss": 0.5}, "best": {"loss": {"value": 0.5, "step": 1}}}
    results = Results(course=Course({"loss": [1.0, 2.0] * 50}, {"loss": True}))
    table = lines_of(make_record(Skylift={"metrics": metrics}), results, columns=30)[2:4]
    assert max(map(width, table)) <= 30


def test_advice_and_warnings_are_told() -> None:
    record = make_record(Skylift={"advice": ["the GPU was idle 62 % of the time", "a\x1b[2J"]})
    found = lines_of(record, Results(warnings=("data changed",)))
    assert "  warning  data changed" in found
    assert "  advice   the GPU was idle 62 % of the time" in found
    assert "  advice   a\\x1b[2J" in found
    assert lines_of(make_record(Skylift={"advice": "odd"}))[-1].startswith("  next")
