"""What a stream can show: colours, blocks, how wide a line, and something that changes while one looks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from skylift.report.understood import Paint

_STYLES: dict[str, dict[str, object]] = {
    "head": {"bold": True},
    "topic": {"fg": "cyan"},
    "guess": {"fg": "yellow"},
    "why": {"dim": True},
    "added": {"fg": "green"},
    "removed": {"fg": "red"},
    "error": {"fg": "red", "bold": True},
    "series0": {"fg": "blue"},
    "series1": {"fg": "yellow"},
    "series2": {"fg": "green"},
    "series3": {"fg": "magenta"},
    "series4": {"fg": "cyan"},
    "series5": {"fg": "red"},
}


def paint_for(stream: TextIO) -> Paint:
    """How a text of some role looks on this stream."""
    # Every command would wait for it, and few have something to paint.
    from skylift.report.understood import unpainted

    if colour() is False or not stream.isatty():
        return unpainted
    return lambda text, role: click.style(text, **_STYLES[role]) if role in _STYLES else text  # type: ignore[arg-type]


def colour() -> bool | None:
    """For click: False where nobody wants colours, None where it depends on the stream."""
    return False if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else None


def columns(stream: TextIO, elsewhere: int = 80) -> int:
    """How wide a text may be; ``elsewhere``: where nobody looks at a terminal."""
    return shutil.get_terminal_size().columns if stream.isatty() else elsewhere


def paints(stream: TextIO) -> bool:
    """Whether something can stand on this stream for a while, and change."""
    return stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def draws(stream: TextIO) -> bool:
    """Whether whoever reads this stream sees blocks and arrows, and not question marks."""
    try:
        "▁…↓⣿".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    # Python writes UTF-8 in the locale C, too; what a person chose says what the terminal shows.
    chosen = next(filter(None, (os.environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    return not chosen or "utf" in chosen.lower()


_STANDING: list[Callable[[], None]] = []


def before_words(settle: Callable[[], None]) -> None:
    """Call this before anything else is said: what moves on the terminal has to go first."""
    _STANDING.append(settle)


def settle() -> None:
    """Something is to be said."""
    for one in _STANDING:
        one()
