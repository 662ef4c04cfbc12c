"""The nodes of a syntax tree, walked once for all who ask. A dozen readers look at each module of a program."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

_KEPT = 4096
_LEAVES = frozenset(
    [
        "ctx",
        "op",
        "ops",
        "type_comment",
        "kind",
        "id",
        "attr",
        "arg",
        "level",
        "module",
        "conversion",
        "asname",
    ]
)
"""Fields without anything to find: what they hold is asked of the node itself."""


@lru_cache(maxsize=_KEPT)
def walk(node: ast.AST) -> tuple[ast.AST, ...]:
    """A node and all below it, in the order of ``ast.walk``; without the operators and contexts."""
    found = [node]
    # The list grows while it is gone through.
    for one in found:
        found += children(one)
    return tuple(found)


def children(node: ast.AST) -> list[ast.AST]:
    """What stands directly in a node, as ``ast.iter_child_nodes`` has it; without the operators and contexts."""
    found: list[ast.AST] = []
    kind: Any = type(node)
    for name in _fields(kind):
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return () if kind is ast.Constant else tuple(name for name in kind._fields if name not in _LEAVES)


@lru_cache(maxsize=_KEPT)
def parents_in(node: ast.AST) -> Mapping[int, ast.AST]:
    """For each node below one, by its identity, the node that it stands in."""
    return {id(child): one for one in walk(node) for child in children(one)}
