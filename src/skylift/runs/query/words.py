"""Characters become words. A word in quotes may hold anything."""

from __future__ import annotations

import re
from dataclasses import dataclass

from skylift.runs.query.problems import Problem, QueryError
from skylift.runs.query.tree import BARE

_STRING = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\''
_WORD = re.compile(
    rf"(?P<word>{BARE.pattern})(?P<named>(?<=:)(?:{_STRING}))?|(?P<string>{_STRING})"
    r"|(?P<sign>==|!=|<=|>=|!~|[=<>~(),])|(?P<blank>\s+)",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\([\\\"'])")
_INSTEAD = {"&": "`and`", "|": "`or`", "!": "`not`, or `!=`"}


@dataclass(frozen=True)
class Word:
    """A piece of a question. ``text`` is without quotes; ``sign`` for operators and brackets."""

    text: str
    span: tuple[int, int]
    kind: str
    """``word``, ``string``, ``sign``, or ``end``."""
    name: str = ""
    """What stood in quotes behind ``param:``."""

    def is_keyword(self, *texts: str) -> bool:
        return self.kind == "word" and not self.name and self.text.lower() in texts

    def is_sign(self, *texts: str) -> bool:
        return self.kind == "sign" and self.text in texts


def words(text: str, name: str) -> list[Word]:
    """
    :raises QueryError: at the first character that means nothing.
    """
    found, at = [], 0
    while at < len(text):
        match = _WORD.match(text, at)
        if match is None:
            raise QueryError(text, [_strange(text, at)], name=name)
        span = match.span()
        if match["word"] is not None:
            found.append(Word(match["word"], span, "word", _unquoted(match["named"] or "")))
            if match["named"] is not None and not found[-1].name:
                raise QueryError(text, [Problem(*_at(span), "a name is empty")], name=name)
        elif match["string"] is not None:
            found.append(Word(_unquoted(match["string"]), span, "string"))
        elif match["sign"] is not None:
            found.append(Word("=" if match["sign"] == "==" else match["sign"], span, "sign"))
        at = match.end()
    return [*found, Word("", (len(text), len(text)), "end")]


def _at(span: tuple[int, int]) -> tuple[int, int]:
    return span[0], span[1] - span[0]


def _strange(text: str, at: int) -> Problem:
    character = text[at]
    if character in "\"'":
        return Problem(at, 1, "this quote is not closed")
    hint = f"write {_INSTEAD[character]}" if character in _INSTEAD else ""
    return Problem(at, 1, f"{character!r} means nothing here", hint or "what is unusual stands in quotes")


def _unquoted(text: str) -> str:
    # A backslash that stands before anything else is one: patterns are full of them.
    return _ESCAPED.sub(r"\1", text[1:-1])
