"""What a watched run looks like on a terminal."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from skylift.cli.talk import Watching, ending
from skylift.values.jobs import Described, Entered, Event, LogLine
from skylift.values.record import Left, Record

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


def shown(watching: Watching, events: list[Event], capsys: pytest.CaptureFixture[str]) -> list[str]:
    for event in events:
        watching.show(event)
    return [line.split()[-1] for line in capsys.readouterr().err.splitlines()]


def test_a_watch_that_is_taken_up_again_repeats_no_phase(capsys: pytest.CaptureFixture[str]) -> None:
    watching = Watching()
    first: list[Event] = [
        Entered("Starting", 0),
        Entered("Training", 1),
        Described({}),
        LogLine(NOW, "algo-1", "a"),
    ]
    assert shown(watching, first, capsys) == ["Starting", "Training", "a"]
    again: list[Event] = [
        Entered("Starting", 0),
        Entered("Training", 1),
        Entered("Stopping", 2),
        Described({}),
    ]
    assert shown(watching, again, capsys) == ["Stopping"]
    assert watching.lines == 1


def test_a_phase_that_comes_twice_is_shown_twice(capsys: pytest.CaptureFixture[str]) -> None:
    phases = ["Starting", "Training", "Interrupted", "Starting", "Training"]
    events: list[Event] = [Entered(phase, number) for number, phase in enumerate(phases)]
    assert shown(Watching(), events, capsys) == phases


def test_where_no_model_is_none_is_shown() -> None:
    model = {"S3ModelArtifacts": "file:///a/model.tar.gz"}
    record = Record({"TrainingJobName": "a-1234", "TrainingJobStatus": "Completed", "ModelArtifacts": model})
    left = Left("file:///a/model.tar.gz")
    assert "  model  file:///a/model.tar.gz" in ending(record, (), left).splitlines()
    assert ending(record).splitlines()[-2:] == [
        "  model  none",
        "  next   skylift show 1234   skylift logs 1234",
    ]


def test_an_output_is_shown_with_the_way_to_have_it() -> None:
    record = Record({"TrainingJobName": "a-1234", "TrainingJobStatus": "Completed"})
    assert ending(record, (), Left("", "file:///a/output.tar.gz")).splitlines()[-3:] == [
        "  model   none",
        "  output  file:///a/output.tar.gz",
        "  next   skylift show 1234   skylift pull 1234 output",
    ]
