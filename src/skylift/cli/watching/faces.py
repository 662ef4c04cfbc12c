"""Who shows a run: on a terminal with a footer, as plain lines, or not at all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol, TextIO

import click

from skylift.cli.paint import before_words, colour, draws, paints, settle
from skylift.cli.talk import say
from skylift.cli.watching.painter import Painter
from skylift.cli.watching.view import Phase, View, whole
from skylift.report.text import cut
from skylift.values.jobs import Event, LogLine, Pause
from skylift.values.ports import Clock

_SIGN_OF_LIFE_S = 300.0
"""A log that says nothing for so long gets a line from us: some CI ends a job for being silent."""
_LINES = 256
_NARROWEST = 10
"""Columns of a terminal that can hold a footer."""


class Face(Protocol):
    @property
    def lines(self) -> int:
        """How many lines of the log were taken, so that a watch that is taken up again does not repeat them."""

    def take(self, event: Event) -> None: ...

    def say(self, text: str, status: str = "") -> None:
        """A word of ours in between; ``status`` stands in the footer from now on."""

    def shown(self) -> AbstractContextManager[None]:
        """At its end all that there was has been shown, and nothing is left behind."""


class Mute:
    """For --quiet and --json."""

    def __init__(self) -> None:
        self.lines = 0

    def take(self, event: Event) -> None:
        self.lines += isinstance(event, LogLine)

    def say(self, text: str, status: str = "") -> None:
        say(f"\n{text}")

    def shown(self) -> AbstractContextManager[None]:
        return nullcontext()


class Plain:
    """Lines, each once, and nothing that a file or the page of a CI could not show."""

    def __init__(self, view: View, stream: TextIO, clock: Clock) -> None:
        self._view, self._stream, self._clock = view, stream, clock
        self._told = self._now = clock.now()
        self._fresh = False

    @property
    def lines(self) -> int:
        return self._view.lines

    def take(self, event: Event) -> None:
        if isinstance(event, Pause):
            self._now = self._clock.now()
            self._give_sign()
        else:
            self._write(self._view.take(event, self._now))

    def say(self, text: str, status: str = "") -> None:
        self._write(self._view.end())
        say(f"\n{text}")

    @contextmanager
    def shown(self) -> Iterator[None]:
        try:
            yield
        finally:
            self._write(self._view.end())

    def _write(self, lines: Sequence[str]) -> None:
        for line in lines:
            # A log can have millions of lines, and none needs anything else that `say` does.
            self._stream.write(f"{_styled(line)}\n")
            self._fresh = True

    def _give_sign(self) -> None:
        if self._fresh:
            self._fresh, self._told = False, self._now
        elif (self._now - self._told).total_seconds() >= _SIGN_OF_LIFE_S:
            self._told = self._now
            moving = "; ".join(self._view.rows())
            at = f": {cut(moving, 200, plain=True)}" if moving else ""
            say(f"     job  {self._view.phase} for {whole(self._view.phase_s(self._now))}{at}")


class Live:
    """The log scrolls; below it stand the bars that move, and how the run is."""

    def __init__(self, view: View, painter: Painter, clock: Clock, *, status: bool = True) -> None:
        """``status``: below the job's own lines stands how the run is."""
        self._view, self._painter, self._clock, self._status = view, painter, clock, status
        self._now = clock.now()
        self._waiting: list[str] = []

    @property
    def lines(self) -> int:
        return self._view.lines

    def take(self, event: Event) -> None:
        self._waiting += self._view.take(event, self._now)
        # When a log rushes by there is no pause, and not every line is worth a look at the clock.
        if not isinstance(event, LogLine) or not self._view.lines % _LINES:
            self.look()

    def look(self) -> None:
        if self._painter.due:
            self._paint()

    def say(self, text: str, status: str = "") -> None:
        self._view.asked = status
        self._waiting += text.split("\n")
        self._paint()

    @contextmanager
    def shown(self) -> Iterator[None]:
        # Who watches may be told something by others than us, in the middle of it.
        before_words(self._painter.clear)
        with self._painter.holding():
            try:
                yield
            finally:
                self._waiting += self._view.end()
                self._painter.paint(self._taken(), ())

    def _paint(self) -> None:
        self._now = self._clock.now()
        columns, height = self._painter.size
        footer: list[str] = []
        if columns >= _NARROWEST:
            standing = self._view.standing(columns, height, self._now)
            footer = [*standing.rows, *(_dim(line) for line in standing.status if self._status)]
        self._painter.paint(self._taken(), footer)

    def _taken(self) -> list[str]:
        lines, self._waiting = [_styled(line) for line in self._waiting], []
        return lines


def face_for(view_of: Callable[[bool, bool], View], clock: Clock, *, quiet: bool) -> Face:
    """Who suits stderr.

    :param view_of: a view, given whether it is for a terminal that is painted on, and whether ASCII must do.
    """
    stream = sys.stderr
    settle()
    if quiet:
        return Mute()
    if paints(stream):
        return Live(view_of(True, not draws(stream)), Painter(stream), clock)
    return Plain(view_of(False, True), stream, clock)


def _styled(line: str) -> str:
    if not isinstance(line, Phase) or colour() is False or not sys.stderr.isatty():
        return line
    return click.style(line[:8], fg="blue") + line[8:]


def _dim(line: str) -> str:
    return line if colour() is False else click.style(line, dim=True)
