"""Numbers as programs print them."""

from __future__ import annotations

import re
from typing import NamedTuple

NUMBER = (
    r"[-+]?(?:\d{1,3}(?:,\d{3}){1,6}(?:\.\d+)?(?![\d,])|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?"
    r"|nan|NaN|inf|Infinity)"
)
"""Also with thousands separated: ``1,234.5``."""
END = r"(?![\w/-]|:\S|\.\w)"
"""What follows a number that stands for itself: no unit, no further part of a date, a path or a version."""

_MOST_STEPS = 1e15


class Found(NamedTuple):
    """A number with its name, and where in the text it stands."""

    name: str
    value: float
    start: int
    end: int


def number(text: str) -> float:
    """
    >>> number("1,234.5"), number("-1e-3")
    (1234.5, -0.001)
    """
    return float(text.replace(",", "") if "," in text else text)


def whole(text: str) -> int | None:
    """A step; None for what can be none.

    >>> whole("1,500"), whole("2.0"), whole("0.5"), whole("9" * 500)
    (1500, 2, None, None)
    """
    value = number(text)
    return int(value) if value < _MOST_STEPS and value == int(value) else None


def found(name: str, match: re.Match[str], group: str | int) -> Found:
    return Found(name, number(match[group]), *match.span(group))
