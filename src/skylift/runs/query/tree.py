"""A question, taken apart. ``str`` of a tree is a question that means the same, and parses to an equal tree."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

KEYWORDS = frozenset({"and", "or", "not", "in", "is", "null", "missing"})
BARE = re.compile(r"[\w.+/@%:-]+")
"""What needs no quotes."""
MISSING, PRESENT, TRUE = "is null", "is not null", ""
"""Operators that stand without a value."""


@dataclass(frozen=True)
class Field:
    """What is asked of a run: ``status``, or with a name of the user's own ``param:lr``."""

    kind: str
    name: str = ""
    span: tuple[int, int] = dataclasses.field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        return f"{self.kind}:{quoted(self.name)}" if self.name else self.kind


@dataclass(frozen=True)
class Value:
    """What a field is compared with, as text: what it means depends on the field."""

    text: str
    span: tuple[int, int] = dataclasses.field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        return quoted(self.text)


@dataclass(frozen=True)
class Comparison:
    """``field operator value``; ``in`` has several values, and `is null` none."""

    field: Field
    operator: str
    values: tuple[Value, ...] = ()
    span: tuple[int, int] = dataclasses.field(default=(0, 0), compare=False)

    def __str__(self) -> str:
        if self.operator.endswith("in"):
            return f"{self.field} {self.operator} ({', '.join(map(str, self.values))})"
        return " ".join(filter(None, [str(self.field), self.operator, *map(str, self.values)]))


@dataclass(frozen=True)
class Not:
    part: Tree

    def __str__(self) -> str:
        return f"not {_inner(self.part)}"


@dataclass(frozen=True)
class And:
    parts: tuple[Tree, ...]

    def __str__(self) -> str:
        return " and ".join(map(_inner, self.parts))


@dataclass(frozen=True)
class Or:
    parts: tuple[Tree, ...]

    def __str__(self) -> str:
        return " or ".join(map(_inner, self.parts))


Tree = Comparison | Not | And | Or


def quoted(text: str) -> str:
    """
    >>> quoted("lr"), quoted("a b"), quoted('say "hi"'), quoted("and")
    ('lr', '"a b"', '"say \\\\"hi\\\\""', '"and"')
    """
    if BARE.fullmatch(text) and text.lower() not in KEYWORDS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _inner(tree: Tree) -> str:
    return f"({tree})" if isinstance(tree, (And, Or)) else str(tree)
