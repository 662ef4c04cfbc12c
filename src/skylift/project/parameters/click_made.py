"""What makes a click command: a decorator on a function, or a call of the class."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

from skylift.project.parameters.click_options import CLICKS
from skylift.project.parameters.context import Context, decorators, keywords
from skylift.project.parameters.fields import Function
from skylift.project.parameters.loops import Item, items_of, meant, rounds_of
from skylift.project.source.names import Module, Place

MAKES = frozenset({"command", "group"})
_CLASSES = {
    "Command": "command",
    "RichCommand": "command",
    "Group": "group",
    "RichGroup": "group",
    "CommandCollection": "group",
}


@dataclass(frozen=True)
class Made:
    """How a command is made."""

    kind: str
    """``command`` or ``group``"""
    call: ast.Call | None
    on: ast.expr
    """What it is a command of: ``cli`` of ``@cli.command()``."""

    @property
    def words(self) -> dict[str, ast.expr]:
        return keywords(self.call) if self.call is not None else {}

    @property
    def name(self) -> ast.expr | None:
        return (self.call.args[0] if self.call is not None and self.call.args else None) or self.words.get(
            "name"
        )


def made(place: Place) -> Made | None:
    """How what stands there becomes a command; None where it is none."""
    if isinstance(place.node, ast.Call):
        stem, _, last = place.module.full(place.node.func).removeprefix("click.core.").rpartition(".")
        is_clicks = stem in CLICKS or place.module.full(place.node.func).startswith("click.core.")
        kind = _CLASSES.get(last) if is_clicks else None
        return Made(kind, place.node, place.node.func) if kind else None
    for name, call in decorators(place.node):
        if isinstance(name, ast.Attribute) and name.attr in MAKES:
            return Made(name.attr, call, name.value)
        full = place.module.full(name)
        if full.rpartition(".")[0] in CLICKS and full.rpartition(".")[2] in MAKES:
            return Made(full.rpartition(".")[2], call, name)
    return None


def found_at(context: Context, module: Module, node: ast.expr | None) -> Place | None:
    """The command that an expression is, or names."""
    place = Place(module, "", node) if isinstance(node, ast.Call) else context.reach.find(module, node)
    return place if place is not None and made(place) is not None else None


@dataclass(frozen=True)
class Added:
    """A command that a group is given by a call."""

    module: Module
    call: ast.AST
    command: ast.expr | None
    name: Item | None = None
    of: Module | None = None
    """Where ``command`` stands, if not there where the call does."""
    by: ast.Call | None = None
    """``cli.command("x")`` of ``cli.command("x")(function)``"""

    def place(self, context: Context) -> Place | None:
        """The command; of a function that is handed to a decorator, as if the decorator stood above it."""
        home = self.of or self.module
        if self.by is None:
            return found_at(context, home, self.command)
        found = context.class_or_function(home, self.command)
        if found is None or not isinstance(found.node, Function):
            return None
        node = copy.copy(found.node)
        node.decorator_list = [self.by, *node.decorator_list]
        return Place(found.module, found.name, node)


def added(context: Context, module: Module, group: Place) -> Iterator[Added]:
    """What the calls of a module, loops or not, add to a group; one without a command for what could not be read."""
    for call in module.calls:
        by, words = call.func, keywords(call)
        if isinstance(by, ast.Call) and _is_on(context, module, by.func, group, MAKES):
            command, name = next(iter(call.args), None), None
        elif _is_on(context, module, by, group, frozenset({"add_command"})):
            command = next(iter(call.args), None) or words.get("cmd")
            name = next(iter(call.args[1:]), None) or words.get("name")
        else:
            continue
        for names in rounds_of(context, module, call):
            home, one = meant(module, command, names)
            place, said = meant(module, name, names)
            item = Item(place, said) if said is not None else None
            yield Added(module, call, one, item, home, by if isinstance(by, ast.Call) else None)


def _is_on(context: Context, module: Module, node: ast.expr, group: Place, methods: frozenset[str]) -> bool:
    if not isinstance(node, ast.Attribute) or node.attr not in methods:
        return False
    found = context.reach.find(module, node.value)
    return found is not None and found.node is group.node


def listed(context: Context, group: Place) -> Iterator[Added]:
    """The commands that a group is made with: ``commands=[…]``, ``commands={…}``."""
    how = made(group)
    node = how.words.get("commands") if how is not None else None
    items = items_of(context, group.module, node) if node is not None else []
    if items is None and node is not None:
        yield Added(group.module, node, None)
    for item in items or ():
        name = Item(item.module, item.key) if item.key is not None else None
        yield Added(group.module, item.value, item.value, name, item.module)
