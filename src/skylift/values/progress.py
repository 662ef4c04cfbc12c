"""Progress as data: rooms tell, the CLI decides how it looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """A step of something that takes a while."""

    step: str
    """``lock``, ``fetch``, ``layer``, ``push``, ``data``, ``job``, …"""
    what: str
    """The noun in hand: a file, a layer, a status."""
    done: int = 0
    total: int = 0
    """Bytes or items; 0 when unknown."""


Report = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """A report for those who do not want to hear."""
