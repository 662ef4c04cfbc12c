"""Plain text for terminals: safe whatever is in it, aligned whatever its width."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from typing import Any


def safe(text: object) -> str:
    """What a terminal may be shown: control and formatting characters as escapes, never obeyed.

    >>> safe("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    found = str(text)
    if found.isprintable():
        # Nearly every line of a log, of which there can be millions.
        return found
    shown = []
    for character in found:
        hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        shown.append(ascii(character)[1:-1] if hidden else character)
    return "".join(shown)


def safe_lines(text: str) -> str:
    """The same for a text of several lines, which stay lines."""
    return "\n".join(safe(line.replace("\t", "    ")) for line in text.split("\n"))


def width(text: str) -> int:
    """Columns that a text takes.

    >>> width("flüge"), width("航班")
    (5, 4)
    """
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def cut(text: str, room: int, *, plain: bool = False) -> str:
    """At most so many columns of a text; what is gone is marked.

    >>> cut("abcdef", 6, plain=False), cut("abcdef", 4, plain=False), cut("航班航班", 6, plain=True)
    ('abcdef', 'abc…', '航班~')
    """
    if width(text) <= room:
        return text
    mark = "~" if plain else "…"
    kept, used = [], 1
    for character in text:
        used += width(character)
        if used > room:
            break
        kept.append(character)
    return "".join(kept) + mark


def table(
    headers: Sequence[str], rows: Sequence[Sequence[object]], *, right: frozenset[int] = frozenset()
) -> str:
    """Columns two blanks apart; those in ``right`` are set to the right."""
    cells = [[safe(cell) for cell in row] for row in [list(headers), *rows]]
    widths = [max(width(row[column]) for row in cells) for column in range(len(headers))]
    lines = []
    for row in cells:
        padded = []
        for column, cell in enumerate(row):
            gap = " " * (widths[column] - width(cell))
            padded.append(gap + cell if column in right else cell + gap)
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def fields(rows: Sequence[tuple[str, object]]) -> str:
    """Name and value, the values below each other. Values of several lines are indented to match."""
    widest = max((width(name) for name, _ in rows), default=0)
    lines = []
    for name, value in rows:
        first, *rest = [safe(line) for line in str(value).splitlines()] or [""]
        lines.append(f"{safe(name)}{' ' * (widest - width(safe(name)))}  {first}".rstrip())
        lines.extend(" " * (widest + 2) + line for line in rest)
    return "\n".join(lines)


def size(count: int) -> str:
    """Bytes as people read them.

    >>> size(12), size(12_100), size(4_130_000)
    ('12 B', '12.1 kB', '4.1 MB')
    """
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError


def duration(seconds: float) -> str:
    """
    >>> duration(4.2), duration(75), duration(7300)
    ('4.2s', '1m15s', '2h01m')
    """
    if seconds < 60:
        return f"{seconds:.1f}s" if seconds < 10 else f"{seconds:.0f}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}m{rest:02d}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02d}m"


def age(seconds: float) -> str:
    """How long ago, coarse: nobody needs the seconds of yesterday.

    >>> age(7), age(4 * 60 + 13), age(3 * 86400)
    ('7s', '4m', '3d')
    """
    whole = int(seconds)
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if whole >= length:
            return f"{whole // length}{unit}"
    return f"{whole}s"


def number(value: Any) -> str:
    """A metric or parameter, short; what has no other spelling than that of a language is JSON.

    >>> number(0.123456789), number(None), number("adam"), number(5), number(False), number(["churned"])
    ('0.1235', '-', 'adam', '5', 'false', '["churned"]')
    """
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, bool | list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
