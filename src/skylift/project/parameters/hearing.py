"""Following a program for the sake of the parsers that it builds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from skylift.project.source.program import Program
from skylift.project.source.symbolic.follow import Follower
from skylift.project.source.symbolic.values import Listener


class Parsers(Listener, Protocol):
    """Who hears a library's parsers being built."""

    notes: list[str]

    @property
    def made(self) -> Sequence[object]:
        """The parsers."""
        ...


def hear(program: Program, function: str, parsers: Parsers) -> bool:
    """Follow a program; whether it builds any parser.

    :param function: what is called of it, where that is not the file as a whole.
    """
    follower = Follower(program, parsers)
    follower.run(function)
    if not parsers.made:
        follower.call_the_rest()
    if follower.exhausted and parsers.made:
        parsers.notes.append(f"{program.name}: it is too large to be followed to its end")
    return bool(parsers.made)
