"""What a config reads from a log, and what it could read besides, as text."""

from __future__ import annotations

import json
from collections.abc import Iterator

from skylift.report.text import number, safe, table
from skylift.values.tried import Proposed, Tried, Unread
from skylift.values.words import counted

_SHOWN = 100
"""Characters of a line: it is to be found again, not to be read whole."""


def tried(found: Tried) -> str:
    """What was read and how, what was not, and patterns to paste."""
    blocks = [_read(found)]
    if found.silent:
        blocks.append("own patterns that found nothing: " + safe(", ".join(found.silent)))
    if found.only_here:
        blocks.append(
            f"own patterns that find nothing on SageMaker, where a tab is #011 and a carriage return #015: "
            f"{safe(', '.join(found.only_here))}"
        )
    if unread := list(_unread(found)):
        blocks.append("\n".join(["not read, though it looks like a metric:", *unread]))
    if found.proposed:
        blocks.append("\n".join(_proposed(found)))
    return "\n\n".join(blocks)


def _read(found: Tried) -> str:
    if not found.metrics:
        return f"no metric was read from {counted(found.lines, 'line')} of {safe(found.source)}"
    headers = ("METRIC", "READ", "COUNT", "FIRST", "LAST", "BEST", "GOAL", "STEP", "LINE")
    rows = [
        (
            one.name,
            one.how,
            one.count,
            number(one.first),
            number(one.last),
            number(one.best),
            one.goal.replace("none", "-"),
            number(one.step),
            one.line,
        )
        for one in found.metrics
    ]
    head = f"{counted(found.lines, 'line')} of {safe(found.source)}"
    return head + "\n\n" + table(headers, rows, right=frozenset({2, 3, 4, 5, 7, 8}))


def _unread(found: Tried) -> Iterator[str]:
    # What a pattern is proposed for stands there.
    proposed = {one.name for one in found.proposed}
    lines: dict[int, list[Unread]] = {}
    for one in found.unread:
        if one.name not in proposed:
            lines.setdefault(one.line, []).append(one)
    for line, (one, *more) in lines.items():
        alike = f" and {counted(one.count - 1, 'line')} like it" if one.count > 1 else ""
        names = ", ".join(each.name for each in (one, *more))
        yield f"  {safe(names)}, line {line}{alike}: {_short(one.text)}"


def _proposed(found: Tried) -> Iterator[str]:
    yield f"patterns for numbers that were not read, each tried on this log; paste those you want:\n\n[{safe(found.table)}]"
    for one in found.proposed:
        yield f"# {_seen(one)}: {_short(one.text)}"
        yield f"{_quoted(one.name)} = {_quoted(one.pattern)}"
    if found.more:
        yield f"# and {found.more} more, with --json"


def _seen(one: Proposed) -> str:
    if one.count == 1:
        return f"{number(one.first)} in line {one.line}"
    return f"{number(one.first)} to {number(one.last)}, {one.count} lines from {one.line}"


def _short(text: str) -> str:
    # In a comment of a file, too, where nothing but a line may come of it.
    said = safe(" ".join(text.replace("\t", " ").split(" ")))
    return said if len(said) <= _SHOWN else said[: _SHOWN - 1] + "…"


def _quoted(text: str) -> str:
    """A text as TOML has it, as plain as can be."""
    plain = text.isprintable() and "'" not in text
    return f"'{text}'" if plain and "\\" in text else json.dumps(text)
