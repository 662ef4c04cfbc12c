"""What jobs print, and how the service spells it: the one place for whoever reads a log."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ESCAPED = re.compile(r"#(0[0-3][0-7]|177)")
_OVERWRITTEN = re.compile(r"(?=\r)")


@dataclass(frozen=True)
class Printed:
    """Lines of a host's output, byte for byte: whole ones, but for the last of all and parts of very long ones."""

    at: datetime
    host: str
    data: bytes

    def lines(self) -> list[str]:
        """The lines without their ends; what is not UTF-8 is replaced."""
        return self.data.removesuffix(b"\n").decode(errors="replace").split("\n")

    def candidates(self, patterns: Sequence[re.Pattern[str]]) -> Iterator[str]:
        """The lines that a pattern may match: at once, or when their control characters are spelled the other way."""
        searches = [pattern.search for pattern in patterns]
        # What is done here is done for every line of a log, of which there can be millions.
        for line in self.lines():
            for search in searches:
                if search(line) is not None:
                    yield line
                    break
            else:
                if "#" in line or not line.isprintable():
                    yield line


def escape(text: str) -> str:
    r"""Spell control characters as a hash and three octal digits.

    Seen for tab, carriage return and escape in logs of real jobs (awslabs/gluonts issue 810); taken to
    hold for all.

    >>> escape("50%\r\t\x1b[0m")
    '50%#015#011#033[0m'
    """
    return _CONTROL.sub(lambda found: f"#{ord(found[0]):03o}", text)


def unescape(text: str) -> str:
    r"""What was printed, of a line as the service stores it.

    >>> unescape("50%#015#011#033[0m #1")
    '50%\r\t\x1b[0m #1'
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), text) if "#" in text else text


def shown(text: str) -> list[str]:
    r"""What a terminal showed of a line, one after the other: a progress bar writes over itself.

    >>> shown("\r 50%\r100%")
    ['\r 50%', '\r100%']
    """
    return [part for part in _OVERWRITTEN.split(text) if part] if "\r" in text else [text]


def last_number(pattern: re.Pattern[str], texts: list[str]) -> float | None:
    """The last number that the pattern's first group finds in the texts, which stand one after the other.

    One that is finite goes before one that is not. None where the pattern finds nothing, or what is no number.
    """
    unreal = None
    for text in reversed(texts):
        for match in reversed(list(pattern.finditer(text))):
            value = _number(match[1])
            if value is not None and math.isfinite(value):
                return value
            unreal = value if unreal is None else unreal
    return unreal


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None
