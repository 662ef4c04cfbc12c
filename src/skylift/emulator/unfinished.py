"""The line that a job is writing and has not ended: a progress bar that goes on for an hour, a question, dots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

_FOR_A_WHILE_S = 0.3
"""Lines that are written at once, or nearly so, are not worth telling before they have their end."""
_PACE_S = 0.2
_MOST = 4096
"""Bytes; of a longer line its end is told."""


class Writing(Protocol):
    """A stream whose last line may be unfinished."""

    def rest(self, most: int) -> bytes:
        """The end of that line; empty where the last one has its end."""


class Unfinished:
    """Tells how the latest unfinished line ends: when it has been one for a while, and five times a second at most.

    When it has its end that is told at once, as a line of nothing; unless what follows is one more of the kind that
    writes over itself: several bars below each other end a line with each update.
    """

    def __init__(self, tell: Callable[[bytes], None]) -> None:
        self._tell = tell
        self._told, self._told_s = b"", float("-inf")
        self._since: dict[int, float] = {}
        self._lines: dict[int, Writing] = {}
        """In the order in which they were last written to."""

    def fed(self, stream: Writing, now_s: float, *, ended: bool) -> None:
        """Something was written to a stream; ``ended``: a line got its end."""
        number = id(stream)
        self._lines.pop(number, None)
        self._lines[number] = stream
        if ended or number not in self._since:
            self._since[number] = now_s
        if ended and self._told and not _moves(stream.rest(_MOST)):
            self._say(b"", now_s)
        self.look(now_s)

    def look(self, now_s: float) -> None:
        """Tell what is to be told by now."""
        if now_s - self._told_s < _PACE_S:
            return
        rest = b""
        for number, stream in reversed(self._lines.items()):
            rest = stream.rest(_MOST)
            if rest and (_moves(rest) or now_s - self._since[number] >= _FOR_A_WHILE_S):
                break
            rest = b""
        if rest != self._told:
            self._say(rest, now_s)

    def end(self) -> None:
        if self._told:
            self._say(b"", self._told_s)

    def _say(self, rest: bytes, now_s: float) -> None:
        self._told = rest
        if rest:
            self._told_s = now_s
        self._tell(rest)


def _moves(rest: bytes) -> bool:
    return b"\r" in rest or b"\x1b[" in rest
