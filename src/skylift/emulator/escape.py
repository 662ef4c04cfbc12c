"""Control characters as the service stores them before it matches metric definitions."""

from __future__ import annotations

# A hash and three octal digits, as published logs of real jobs show (awslabs/gluonts#810).
_ESCAPES = str.maketrans({"\t": "#011", "\r": "#015", "\x1b": "#033"})


def escape(text: str) -> str:
    r"""Spell tab, carriage return and escape as the service does.

    >>> escape("a\tb")
    'a#011b'
    """
    return text.translate(_ESCAPES)
