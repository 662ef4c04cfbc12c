"""What ``init`` understood and what it would change, as a person reads it: what, how sure, why, what is left."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from skylift.host.redaction import redact_text
from skylift.report.text import safe, width
from skylift.values.project import Change, Choice, Detection, Proposal, Understood
from skylift_runtime.contract import DEFAULT_JOB

Paint = Callable[[str, str], str]
"""Text and its role (``head``, ``sure``, ``guess``, ``why``, ``added``, ``removed``) to text for the terminal."""
_NARROW, _WIDE = 60, 120
_MOST_ROWS = 8
"""Rows of one kind that are shown one by one."""
_WHOLE = 2
"""One row more than that is not worth a fold."""


def unpainted(text: str, _: str) -> str:
    return text


def detection(
    found: Detection,
    *,
    guessed: Sequence[Understood] | None = None,
    columns: int = 80,
    paint: Paint = unpainted,
) -> str:
    """The whole report: the project, each job, what is left to the user.

    :param guessed: the guesses that are written into the config; what else is not sure is told and no guess.
    """
    room = _room(columns)
    if guessed is not None:
        told = [replace(row, sure=row.sure or row not in guessed) for row in found.understood]
        found = replace(found, understood=tuple(told))
    jobs = list(dict.fromkeys(row.job for row in found.understood))
    widest = max((width(safe(row.topic)) for row in found.understood), default=0)
    several = len([job for job in jobs if job]) > 1
    blocks = []
    for job in sorted(jobs, key=bool) if several else [""]:
        rows = [row for row in found.understood if row.job == job] if several else list(found.understood)
        head = [paint(safe(f"job {job}"), "head")] if job else []
        blocks.append("\n".join([*head, *_rows(rows, min(widest, room // 3), room, paint)]))
    if any(not row.sure for row in found.understood):
        blocks.append(f"{paint('?', 'guess')} is a guess: look at it, and change it in the config")
    if found.left_to_you:
        blocks.append(left(found, columns=columns, paint=paint))
    return "\n\n".join(blocks)


def left(found: Detection, *, columns: int = 80, paint: Paint = unpainted) -> str:
    """What nobody but the user can decide; empty when that is nothing."""
    if not found.left_to_you:
        return ""
    return "\n".join([paint("left to you", "head"), *_bullets(found.left_to_you, _room(columns))])


def _room(columns: int) -> int:
    return min(max(columns, _NARROW), _WIDE)


def _bullets(lines: Sequence[str], room: int) -> Iterator[str]:
    for line in lines:
        # What follows the first line is there to be copied: it is never wrapped.
        text, *copied = line.split("\n")
        first, *rest = _wrapped(safe(text), room - 4)
        yield f"  - {first}"
        yield from (f"    {more}" for more in rest)
        yield from (f"      {safe(one)}" for one in copied)


def _rows(rows: Sequence[Understood], widest: int, room: int, paint: Paint) -> Iterator[str]:
    for kind in dict.fromkeys(_kind(row) for row in rows):
        alike = sorted((row for row in rows if _kind(row) == kind), key=lambda row: row.sure)
        folded = len(alike) - _MOST_ROWS if len(alike) > _MOST_ROWS + _WHOLE else 0
        # What is sure can be folded; a guess is what somebody should look at.
        shown = alike[: max(_MOST_ROWS, sum(1 for row in alike if not row.sure))] if folded else alike
        order = [row for row in rows if any(row is other for other in shown)]
        for row in order:
            yield from _row(row, widest, room, paint)
        if len(alike) > len(shown):
            more = f"and {len(alike) - len(shown)} more of these: skylift init --json --dry-run"
            yield f"  {' ' * widest}  {paint(more, 'why')}"


def _kind(row: Understood) -> tuple[str, str]:
    first, _, name = row.topic.partition(" ")
    return (row.job, first if name else row.topic)


def _row(row: Understood, widest: int, room: int, paint: Paint) -> Iterator[str]:
    """A topic with its value, the reason behind it where there is room, else below."""
    topic, value = safe(row.topic), safe(_folded(row.value))
    why = f"({safe(row.why if row.sure else f'a guess: {row.why}')})" if row.why or not row.sure else ""
    mark = "  " if row.sure else paint("?", "guess") + " "
    margin = " " * (widest + 4)
    left = room - widest - 4
    role = "why" if row.sure else "guess"
    head = mark + paint(topic, "topic") + " " * max(widest - width(topic), 0) + "  "
    if width(topic) > widest:
        yield head.rstrip()
        head = margin
    if width(value) + 2 + width(why) <= left:
        yield f"{head}{paint(value, 'value')}  {paint(why, role)}".rstrip()
        return
    first, *rest = _wrapped(value, left)
    yield head + paint(first, "value")
    yield from (margin + paint(line, "value") for line in rest)
    yield from (margin + paint(line, role) for line in _wrapped(why, left) if line)


_MOST_NAMES = 12


def _folded(value: str) -> str:
    """A list of names in a sentence, no longer than one reads."""
    names = value.split(", ")
    if len(names) <= _MOST_NAMES + _WHOLE:
        return value
    return ", ".join(names[:_MOST_NAMES]) + f" and {len(names) - _MOST_NAMES} more"


def _wrapped(text: str, room: int) -> list[str]:
    return textwrap.wrap(text, room, break_on_hyphens=False) or [""]


def question(choices: Sequence[Choice], *, columns: int = 80, paint: Paint = unpainted) -> str:
    """Programs that could be meant, numbered, each with its reasons."""
    room = _room(columns)
    lines = [paint("which program trains?", "head")]
    for number, choice in enumerate(choices, 1):
        lines.append(f"{number:>3}  {paint(safe(choice.path), 'value')}")
        lines += [f"     {paint(line, 'why')}" for line in _wrapped(safe(choice.why), room - 5)]
    return "\n".join(lines)


def changes(proposal: Proposal, *, columns: int = 80, paint: Paint = unpainted) -> str:
    """What is new against the config that is there; and what was seen and left as the user has it."""
    room = _room(columns)
    lines = [line for change in proposal.changes for line in _change(change, room, paint)]
    if proposal.kept:
        lines += [
            "",
            paint("left as you have it", "head"),
            *_bullets(proposal.kept, room),
        ]
    return "\n".join(lines).lstrip("\n")


def problems(proposal: Proposal, *, columns: int = 80, paint: Paint = unpainted) -> str:
    """What has to be corrected before the config can be used; empty when nothing has to."""
    if not proposal.problems:
        return ""
    lines = [f"{one.where}: {one.what}" + (f" ({one.hint})" if one.hint else "") for one in proposal.problems]
    return "\n".join([paint("to correct before a run", "error"), *_bullets(lines, _room(columns))])


def _change(change: Change, room: int, paint: Paint) -> Iterator[str]:
    sign, role = {"add": ("+", "added"), "change": ("~", "guess"), "remove": ("-", "removed")}[change.kind]
    value = {"add": change.after, "remove": change.before}.get(change.kind)
    said = f"{_plain(change.before)} -> {_plain(change.after)}" if change.kind == "change" else _plain(value)
    # A pattern says nothing to a person, and is longer than all else.
    is_pattern = change.key[-2:-1] == ("metrics",)
    name = " ".join(change.key) if is_pattern else f"{'.'.join(change.key)} = {said}"
    text, why = safe(name), safe(change.why)
    if width(text) + width(why) + 6 <= room:
        yield f"{paint(sign, role)} {text}  {paint(why, 'why')}"
        return
    yield f"{paint(sign, role)} {text}"
    yield from (f"    {paint(line, 'why')}" for line in _wrapped(why, room - 4))


def doubted(row: Understood) -> str:
    """A guess as a question, with its reason."""
    job = f"job {row.job}, " if row.job not in ("", DEFAULT_JOB) else ""
    return "  " + safe(f"{job}{row.topic}: {row.value} ({row.why})?")


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def difference(name: str, before: str | None, after: str | None, *, paint: Paint = unpainted) -> str:
    """Two texts of a file as a unified diff; an empty text where they are the same."""
    there, here = f"a/{name}" if before is not None else "/dev/null", f"b/{name}"
    old, new = (before or "").splitlines(), (after or "").splitlines()
    lines = []
    for line in difflib.unified_diff(
        old, new, there, here if after is not None else "/dev/null", lineterm=""
    ):
        role = {"+": "added", "-": "removed"}.get(line[:1], "why" if line[:2] == "@@" else "")
        # Beside our table may stand an index with a password in its address.
        lines.append(paint(safe(redact_text(line).replace("\t", "    ")), role))
    return "\n".join(lines)
