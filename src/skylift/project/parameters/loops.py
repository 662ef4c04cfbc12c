"""Calls in a loop over things that are written down: what each round of it gives them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from skylift.project.parameters.context import Context
from skylift.project.source.names import Module
from skylift.project.source.trees import parents_in

_DEEPEST = 6
_MOST = 200


@dataclass(frozen=True)
class Item:
    """An element of something that is written down."""

    module: Module
    value: ast.expr
    key: ast.expr | None = None
    """Of a table."""


def items_of(context: Context, module: Module, node: ast.expr | None, depth: int = 0) -> list[Item] | None:
    """The elements of a list, a table, or a name for one; None where only running would tell."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        starred = any(isinstance(one, ast.Starred) for one in node.elts)
        return None if starred else [Item(module, one) for one in node.elts]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return None if None in node.keys else [Item(module, value, key) for key, value in pairs]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        return items_of(context, module, node.func.value, depth + 1) if _of_a_table(node.func.attr) else None
    place = context.reach.find(module, node) if depth < _DEEPEST else None
    found = place.node if place is not None and isinstance(place.node, ast.expr) else None
    return (
        items_of(context, place.module, found, depth + 1) if place is not None and found is not None else None
    )


def _of_a_table(method: str) -> bool:
    return method in ("items", "values", "keys")


def rounds_of(context: Context, module: Module, call: ast.Call) -> Iterator[dict[str, Item]]:
    """What the names of the loop around a call are in each round; one round without names where it is in none.

    Of a loop over what only running would tell there is one round, in which its names are nothing.
    """
    parents = parents_in(module.tree)
    node: ast.AST | None = call
    while node is not None:
        node = parents.get(id(node))
        loop = node.generators[0] if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp) else node
        if isinstance(loop, ast.For | ast.comprehension):
            items = items_of(context, module, loop.iter)
            yield from ({**_bound(loop, item)} for item in (items or ())[:_MOST])
            if items is None:
                yield {}
            return
    yield {}


def _bound(loop: ast.For | ast.comprehension, item: Item) -> dict[str, Item]:
    target, over = loop.target, loop.iter
    method = over.func.attr if isinstance(over, ast.Call) and isinstance(over.func, ast.Attribute) else ""
    if isinstance(target, ast.Name):
        is_key = item.key is not None and method not in ("values", "items")
        return {target.id: Item(item.module, item.key or item.value) if is_key else item}
    if not isinstance(target, ast.Tuple | ast.List):
        return {}
    inner = [item.key, item.value] if item.key is not None else getattr(item.value, "elts", [])
    return {
        name.id: Item(item.module, value)
        for name, value in zip(target.elts, inner, strict=False)
        if isinstance(name, ast.Name) and isinstance(value, ast.expr)
    }


def meant(module: Module, node: ast.expr | None, names: dict[str, Item]) -> tuple[Module, ast.expr | None]:
    """An expression, or what the loop's name that it is stands for."""
    known = names.get(node.id) if isinstance(node, ast.Name) else None
    return (known.module, known.value) if known is not None else (module, node)
