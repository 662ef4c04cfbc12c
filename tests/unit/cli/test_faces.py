"""Plain lines: for files, CI, and terminals that can do no more."""

from __future__ import annotations

import io
from datetime import datetime, timedelta, timezone

import pytest

from skylift.cli.watching.faces import Mute, Plain
from skylift.cli.watching.view import View
from skylift.values.jobs import Entered, LogLine, Pause, Unfinished

NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


class FakeClock:
    def __init__(self) -> None:
        self.passed_s = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed_s)

    def monotonic(self) -> float:
        return self.passed_s

    def sleep(self, seconds: float) -> None:
        self.passed_s += seconds


def make_face() -> tuple[Plain, io.StringIO, FakeClock]:
    stream, clock = io.StringIO(), FakeClock()
    return Plain(View("7qkf", plain=True, times=False), stream, clock), stream, clock


def test_lines_come_at_once_and_a_bar_when_it_has_its_end() -> None:
    face, stream, _ = make_face()
    with face.shown():
        face.take(LogLine(NOON, "algo-1", "one"))
        assert stream.getvalue() == "one\n"
        face.take(Unfinished("\r 50%|##  |"))
        face.take(Pause())
        face.take(LogLine(NOON, "algo-1", "\r 50%|##  |\r100%|####|"))
    assert stream.getvalue() == "one\n100%|####|\n"
    assert face.lines == 2


def test_a_job_that_says_nothing_gives_a_sign_of_life_every_five_minutes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    face, _, clock = make_face()
    face.take(Entered("Training", 0, NOON))
    face.take(Unfinished("\r 50%|\x1b[2J##  |"))
    for _ in range(3600):
        clock.sleep(1.0)
        face.take(Pause())
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 11
    assert said[0] == "     job  Training for 5m01s:  50%|\\x1b[2J##  |"


def test_a_job_that_talks_needs_no_sign_of_life(capsys: pytest.CaptureFixture[str]) -> None:
    face, _, clock = make_face()
    for number in range(3600):
        clock.sleep(1.0)
        if number % 200 == 0:
            face.take(LogLine(NOON, "algo-1", "line"))
        face.take(Pause())
    assert capsys.readouterr().err == ""


def test_who_wants_quiet_hears_nothing_and_nothing_is_forgotten(capsys: pytest.CaptureFixture[str]) -> None:
    face = Mute()
    with face.shown():
        face.take(LogLine(NOON, "algo-1", "one"))
        face.take(Entered("Training", 0))
    assert face.lines == 1
    assert capsys.readouterr().err == ""
