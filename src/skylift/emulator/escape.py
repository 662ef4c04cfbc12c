"""Control characters as the service stores them, before it matches metric definitions."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def escape(text: str) -> str:
    r"""Spell control characters as a hash and three octal digits.

    Seen for tab, carriage return and escape in logs of real jobs (awslabs/gluonts issue 810); taken to
    hold for all.

    >>> escape("50%\r\t\x1b[0m")
    '50%#015#011#033[0m'
    """
    return _CONTROL.sub(lambda found: f"#{ord(found[0]):03o}", text)
