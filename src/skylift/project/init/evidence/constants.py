"""Values in a file of code that only hands them on: constants, and variables that are given one value."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from skylift.project.source.literals import literal, module_constants
from skylift.project.source.trees import walk

UNKNOWN = object()


@dataclass(frozen=True)
class Constants:
    """The names of one file, read without running it."""

    tree: ast.Module

    @cached_property
    def nodes(self) -> dict[str, ast.expr]:
        """What each variable is given, where it is given one thing only."""
        found: dict[str, ast.expr] = {}
        twice: set[str] = set()
        for node in walk(self.tree):
            if (
                isinstance(node, ast.Assign)
                and len(node.targets) == 1
                and isinstance(node.targets[0], ast.Name)
            ):
                name = node.targets[0].id
                twice |= {name} if name in found else set()
                found[name] = node.value
        return {name: value for name, value in found.items() if name not in twice}

    @cached_property
    def values(self) -> dict[str, Any]:
        found = module_constants(self.tree)
        for name, node in self.nodes.items():
            value = literal(node, found)
            if value is not None and not value.variable:
                found.setdefault(name, value.value)
        return found

    def value(self, node: ast.expr | None) -> Any:
        """A literal, or ``UNKNOWN``."""
        if node is None:
            return UNKNOWN
        found = literal(node, self.values)
        if found is not None and not found.variable:
            return found.value
        behind = self.node(node)
        return self._joined(behind) if isinstance(behind, ast.JoinedStr) else UNKNOWN

    def _joined(self, node: ast.JoinedStr) -> Any:
        parts: list[str] = []
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            # No name of a name: one could be made of itself.
            found = literal(inner, self.values)
            value = found.value if found is not None and not found.variable else UNKNOWN
            if not isinstance(value, str | int):
                return UNKNOWN
            parts.append(str(value))
        return "".join(parts)

    def node(self, node: ast.expr | None) -> ast.expr | None:
        """What a variable stands for."""
        return self.nodes.get(node.id, node) if isinstance(node, ast.Name) else node

    def table(self, node: ast.expr | None) -> dict[str, Any]:
        """``{"a": 1, "b": f()}`` or ``dict(a=1)``, entry by entry; values that can not be read are ``UNKNOWN``."""
        found = self.node(node)
        if isinstance(found, ast.Dict):
            keys = [self.value(key) for key in found.keys]
            pairs = zip(keys, found.values, strict=True)
            return {key: self.value(value) for key, value in pairs if isinstance(key, str)}
        if isinstance(found, ast.Call) and isinstance(found.func, ast.Name) and found.func.id == "dict":
            return {keyword.arg: self.value(keyword.value) for keyword in found.keywords if keyword.arg}
        return {}

    def items(self, node: ast.expr | None) -> dict[str, ast.expr]:
        """The same, values as they stand."""
        found = self.node(node)
        if not isinstance(found, ast.Dict):
            return {}
        pairs = zip((self.value(key) for key in found.keys), found.values, strict=True)
        return {key: value for key, value in pairs if isinstance(key, str)}


def last_name(node: ast.expr) -> str:
    """``c`` of ``a.b.c``."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
