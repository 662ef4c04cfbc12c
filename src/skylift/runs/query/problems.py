"""What is wrong with a question, and where: the line, a caret below it, and what would be right."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from skylift.errors import UsageError

_ROOM = 70
"""Of a long question only what surrounds the mistake is shown."""
_NARROW = 0.6


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake: where it begins, how long it is, and what it is."""

    start: int
    length: int
    what: str
    hint: str = ""


class QueryError(UsageError):
    """A question that can not be answered. ``problems`` has every mistake with its column, counted from 0."""

    def __init__(self, text: str, problems: Sequence[Problem], *, name: str = "where") -> None:
        self.text = text
        self.problems = tuple(sorted(set(problems)))
        lines = [line for problem in self.problems for line in _shown(text, problem)]
        hints = dict.fromkeys(problem.hint for problem in self.problems if problem.hint)
        facts = [{"column": p.start, "length": p.length, "what": p.what} for p in self.problems]
        super().__init__("\n".join([f"{name}: {lines[0]}", *lines[1:]]), hints=tuple(hints), problems=facts)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint with the name that was probably meant; empty when none is near."""
    names = list(known)
    found = [
        match for text in (word, word.lower()) for match in difflib.get_close_matches(text, names, 1, _NARROW)
    ]
    return f"did you mean `{found[0]}`?" if found else ""


def _shown(text: str, problem: Problem) -> list[str]:
    left = max(0, min(problem.start - _ROOM // 2, len(text) - _ROOM))
    shown = text[left : left + _ROOM]
    before = shown[: problem.start - left]
    marked = shown[problem.start - left : problem.start - left + problem.length]
    lead, tail = "…" * (left > 0), "…" * (left + _ROOM < len(text))
    caret = " " * _columns(lead + before) + "^" * max(1, _columns(marked))
    return [problem.what, f"  {lead}{_plain(shown)}{tail}", f"  {caret}"]


def _plain(text: str) -> str:
    # One for one, so that the caret stays below what it means.
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _columns(text: str) -> int:
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in _plain(text)
    )
