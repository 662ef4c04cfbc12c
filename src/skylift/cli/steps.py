"""How the steps before a job look: a line each, and on a terminal the long ones as a bar that moves in its place."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import click

from skylift.cli.paint import before_words, colour, draws, paints
from skylift.cli.talk import say, step
from skylift.cli.watching.painter import Painter
from skylift.report.text import cut, duration, safe, size
from skylift.values.progress import Progress
from skylift.values.words import counted

_AS_A_WHOLE = frozenset({"data", "fetch"})
"""Steps that count all their bytes; told when all of them have arrived."""
_IN_PARTS = frozenset({"push", "layer"})
"""Steps that begin and end many times, some of them at once; each part counts its own bytes."""
_WORTH_TELLING = 10_000
"""Bytes from which on a transfer's size is shown."""
_BAR = 12
_SURE_S = 1.0
"""Before that, a rate is a guess."""


@dataclass
class _Moving:
    """One step that takes a while: how much of it is done, of how much that is known by now."""

    began_s: float
    parts: dict[str, tuple[int, int]] = field(default_factory=dict)
    latest: str = ""

    @property
    def done(self) -> int:
        return sum(done for done, _ in self.parts.values())

    @property
    def total(self) -> int:
        return sum(total for _, total in self.parts.values())

    @property
    def moves(self) -> bool:
        return any(done < total for done, total in self.parts.values())


class Steps:
    """A report that prints each step once, and bytes only when something of size has arrived.

    On a terminal a step that counts stands in one line that changes, until all of it is done; then one line says
    how much it was. Threads may report at once.
    """

    def __init__(self, *, quiet: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._quiet, self._clock = quiet, clock
        self._told: set[tuple[str, str]] = set()
        self._moving: dict[str, _Moving] = {}
        self._turn = threading.RLock()
        stream = sys.stderr
        live = not quiet and paints(stream)
        self._painter = Painter(stream, clock) if live else None
        self._plain = not draws(stream)
        if live:
            before_words(self.settle)

    def __call__(self, progress: Progress) -> None:
        if self._quiet:
            return
        with self._turn:
            if self._painter is None:
                self._tell(progress)
            elif progress.step in _AS_A_WHOLE | _IN_PARTS and progress.total:
                self._move(progress, self._painter)
            else:
                self.settle()
                self._tell(progress)

    def _tell(self, progress: Progress) -> None:
        transfer = progress.step in _AS_A_WHOLE or progress.step == "push"
        if progress.done < progress.total and (transfer or progress.done):
            return
        # A dataset may have a hundred thousand files: what was sent is told, not each of their names.
        what = f"{size(progress.total)} sent" if progress.step == "data" else safe(progress.what)
        if transfer and progress.step != "data" and progress.total > _WORTH_TELLING:
            what += f" ({size(progress.total)})"
        key = (progress.step, progress.what)
        if key not in self._told:
            self._told.add(key)
            say(step(progress.step) + what)

    def _move(self, progress: Progress, painter: Painter) -> None:
        if progress.step not in self._moving:
            self.settle()
            self._moving[progress.step] = _Moving(self._clock())
        moving = self._moving[progress.step]
        part = "" if progress.step in _AS_A_WHOLE else progress.what
        moving.parts[part] = (progress.done, progress.total)
        moving.latest = progress.what
        if not moving.moves and progress.step in _AS_A_WHOLE:
            self.settle()
        elif not moving.moves:
            # Another part may begin, or a shell may open: nothing is left standing meanwhile.
            painter.paint((), ())
        elif painter.due or not progress.done:
            columns, _ = painter.size
            line = self._line(progress.step, moving, columns - 1)
            painter.paint((), (line if colour() is False else click.style(line, dim=True),))

    def _line(self, name: str, moving: _Moving, room: int) -> str:
        done, total, seconds = moving.done, moving.total, self._clock() - moving.began_s
        filled = _BAR * done // total
        full, empty = ("#", ".") if self._plain else ("█", "░")
        words = [full * filled + empty * (_BAR - filled), f"{size(done)} of {size(total)}"]
        if seconds >= _SURE_S and done and name != "layer":
            rate = done / seconds
            words += [f"{size(round(rate))}/s", f"{duration(round((total - done) / rate))} left"]
        return cut(f"{name:>8}  {'  '.join(words)}  {safe(moving.latest)}", max(1, room), plain=self._plain)

    def settle(self) -> None:
        """Take away what moves, and say how much it was: something else is to be said, or nothing any more."""
        with self._turn:
            moved, self._moving = self._moving, {}
            if self._painter is not None:
                self._painter.clear()
            for name, moving in moved.items():
                if not moving.moves:
                    click.echo(step(name) + self._sum(name, moving), err=True, color=colour())

    def _sum(self, name: str, moving: _Moving) -> str:
        seconds = self._clock() - moving.began_s
        took = f" in {duration(seconds)}" if seconds >= _SURE_S else ""
        if name == "layer":
            return f"{counted(len(moving.parts), 'layer')} made{took}"
        what = f"{counted(len(moving.parts), 'layer')}, " if name == "push" else ""
        return f"{what}{size(moving.total)}{' sent' if name == 'data' else ''}{took}"
