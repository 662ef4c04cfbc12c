"""The value of an expression, read with what the project's own names stand for."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from skylift.project.source.literals import Literal, literal, module_constants
from skylift.project.source.names import Module, Names

_DEEPEST = 8
_COPIES = frozenset({"list", "tuple", "sorted", "set", "frozenset"})


class Constants:
    """Reads expressions of one program's modules."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._known: dict[int, dict[str, Any]] = {}

    def of(self, module: Module) -> dict[str, Any]:
        """The module's own constants."""
        if id(module) not in self._known:
            self._known[id(module)] = module_constants(module.tree)
        return self._known[id(module)]

    def read(
        self, module: Module, node: ast.expr | None, local: Mapping[str, Any] | None = None, depth: int = 0
    ) -> Literal | None:
        """The value of an expression; None where only running would tell.

        :param local: names of the place where it stands: a loop's variable.
        """
        if node is None or depth > _DEEPEST:
            return None
        found = literal(node, {**self.of(module), **(local or {})})
        if found is not None:
            return found
        reading = _Expression(self, module, dict(local or {}), depth + 1)
        return reading.read(node)

    def text(self, module: Module, node: ast.expr | None) -> str:
        """A text that is known; else empty."""
        found = self.read(module, node)
        return found.value if found is not None and isinstance(found.value, str) else ""

    def members(self, module: Module, node: ast.expr) -> dict[str, Any] | None:
        """An Enum's members by name, where the expression is the class of one."""
        place = self.names.find(module, node)
        if place is None or not isinstance(place.node, ast.ClassDef) or not is_enum(place.module, place.node):
            return None
        found: dict[str, Any] = {}
        for statement in place.node.body:
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                name = statement.targets[0].id
                value = self.read(place.module, statement.value)
                automatic = place.module.full(getattr(statement.value, "func", None)).endswith("auto")
                found[name] = name.lower() if automatic or value is None else value.value
        return found

    def resolve(self, module: Module, node: ast.expr, depth: int) -> Literal | None:
        place = self.names.find(module, node)
        if place is not None and isinstance(place.node, ast.expr) and place.node is not node:
            return self.read(place.module, place.node, None, depth)
        if isinstance(node, ast.Attribute):
            members = self.members(module, node.value)
            if members is not None and node.attr in members:
                return Literal(members[node.attr])
        return None


class _Expression:
    """One expression that is more than a literal."""

    def __init__(self, constants: Constants, module: Module, local: dict[str, Any], depth: int) -> None:
        self._constants, self._module, self._local, self._depth = constants, module, local, depth

    def read(self, node: ast.expr) -> Literal | None:
        if isinstance(node, ast.Name | ast.Attribute):
            return self._constants.resolve(self._module, node, self._depth)
        if isinstance(node, ast.JoinedStr):
            return self._joined(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._added(node)
        if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict):
            return self._mapping(node) if isinstance(node, ast.Dict) else self._sequence(node.elts)
        if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp):
            return self._members(node)
        return self._call(node) if isinstance(node, ast.Call) else None

    def _inner(self, node: ast.expr) -> Literal | None:
        found = self._constants.read(self._module, node, self._local, self._depth)
        return found if found is not None and not found.variable else None

    def _joined(self, node: ast.JoinedStr) -> Literal | None:
        texts: list[str] = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue) and part.conversion == -1 and part.format_spec is None:
                found = self._inner(part.value)
            else:
                found = literal(part, {}) if isinstance(part, ast.Constant) else None
            if found is None:
                return None
            texts.append(str(found.value))
        return Literal("".join(texts))

    def _added(self, node: ast.BinOp) -> Literal | None:
        left, right = self._inner(node.left), self._inner(node.right)
        if left is None or right is None:
            return None
        if isinstance(left.value, str) and isinstance(right.value, str):
            return Literal(left.value + right.value)
        both = isinstance(left.value, list | tuple) and isinstance(right.value, list | tuple)
        return Literal([*left.value, *right.value]) if both else None

    def _sequence(self, items: list[ast.expr]) -> Literal | None:
        found = [self._inner(item) for item in items]
        values = [one.value for one in found if one is not None]
        return Literal(values) if len(values) == len(items) else None

    def _mapping(self, node: ast.Dict) -> Literal | None:
        keys = [self._inner(key) if key is not None else None for key in node.keys]
        values = [self._inner(value) for value in node.values]
        pairs = [
            (k.value, v.value) for k, v in zip(keys, values, strict=True) if k is not None and v is not None
        ]
        whole = len(pairs) == len(values) and all(isinstance(key, str | int | float) for key, _ in pairs)
        return Literal(dict(pairs)) if whole else None

    def _members(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp) -> Literal | None:
        """``[color.value for color in Color]``."""
        first = node.generators[0]
        if len(node.generators) > 1 or first.ifs or not isinstance(first.target, ast.Name):
            return None
        members = self._constants.members(self._module, first.iter)
        if members is None or not isinstance(node.elt, ast.Attribute):
            return None
        if isinstance(node.elt.value, ast.Name) and node.elt.value.id == first.target.id:
            return {"value": Literal(list(members.values())), "name": Literal(list(members))}.get(
                node.elt.attr
            )
        return None

    def _call(self, node: ast.Call) -> Literal | None:
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("keys", "values") and not node.args:
            found = self._inner(node.func.value)
            if found is not None and isinstance(found.value, dict):
                return Literal(list(found.value if node.func.attr == "keys" else found.value.values()))
            return self._keys(node.func.value) if node.func.attr == "keys" else None
        name = self._module.full(node.func)
        if name in _COPIES and len(node.args) == 1 and not node.keywords:
            found = self._inner(node.args[0])
            if found is not None and isinstance(found.value, list | tuple | dict | set):
                return Literal(sorted(found.value, key=str) if name == "sorted" else list(found.value))
            return self._keys(node.args[0])
        if name == "dict" and not node.args and all(keyword.arg for keyword in node.keywords):
            values = {str(keyword.arg): self._inner(keyword.value) for keyword in node.keywords}
            known = {key: value.value for key, value in values.items() if value is not None}
            return Literal(known) if len(known) == len(values) else None
        return None

    def _keys(self, node: ast.expr) -> Literal | None:
        """The keys of a table whose values are functions or classes: a registry."""
        place = self._constants.names.find(self._module, node)
        table = place.node if place is not None else node
        if not isinstance(table, ast.Dict):
            return None
        keys = [literal(key, {}) if key is not None else None for key in table.keys]
        known = [key.value for key in keys if key is not None]
        return Literal(known) if known and len(known) == len(keys) else None


def is_enum(module: Module, node: ast.ClassDef) -> bool:
    """Whether a class is an Enum, by the names of its bases."""
    kinds = ("Enum", "StrEnum", "IntEnum", "ExplicitEnum")
    return any(module.full(base).rpartition(".")[2] in kinds for base in node.bases)
