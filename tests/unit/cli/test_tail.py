"""Whoever comes later to a run is shown its last lines, and all that comes."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from skylift.cli.watching.tail import with_tail
from skylift.values.jobs import Entered, Event, LogLine, Pause, Unfinished

NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


def line(text: str) -> LogLine:
    return LogLine(NOON, "algo-1", text)


@pytest.mark.parametrize(("tail", "left"), [(0, []), (2, ["b", "c"]), (9, ["a", "b", "c"])])
def test_of_what_was_there_the_last_lines_and_then_all(tail: int, left: list[str]) -> None:
    before: list[Event] = [Entered("Training", 0), line("a"), line("b"), line("c"), Unfinished("x")]
    found = list(with_tail([*before, Pause(), line("d"), Pause(), line("e")], tail))
    assert [one.text for one in found if isinstance(one, LogLine)] == [*left, "d", "e"]
    assert Entered("Training", 0) in found
    assert Unfinished("x") in found


def test_what_ends_before_the_first_pause_has_a_tail_too() -> None:
    assert list(with_tail([line("a"), line("b")], 1)) == [line("b")]


def test_a_number_of_lines_or_all() -> None:
    import click

    from skylift.cli.attach import command

    def given(*arguments: str) -> object:
        return command.make_context("attach", list(arguments)).params["tail"]

    assert (given(), given("-n", "0"), given("--tail", "7"), given("--tail", "all")) == (20, 0, 7, None)
    for text in ("-1", "x", "1.5", ""):
        with pytest.raises(click.BadParameter):
            given("--tail", text)
