"""What each reader of declarations works with, and how a default becomes part of an option."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from skylift.project.parameters.annotations import Annotations
from skylift.project.parameters.fields import Field, Function, made_by
from skylift.project.parameters.reading import Option
from skylift.project.source.constants import Constants
from skylift.project.source.names import Module, Place
from skylift.project.source.program import Program
from skylift.project.source.reach import Reach
from skylift.project.source.trees import walk
from skylift.values.arguments import Parameter


@dataclass(frozen=True)
class Default:
    """What a parameter is without a value."""

    value: Any = None
    known: bool = True
    """None is known, too, where nothing was said."""
    variable: str = ""


class Context:
    """One program, with all that reads it."""

    def __init__(self, program: Program, function: str) -> None:
        self.program = program
        self.reach = Reach(program, function)
        self.constants = Constants(self.reach)
        self.annotations = Annotations(self.reach, self.constants)

    @cached_property
    def libraries(self) -> frozenset[str]:
        """The first names of all that any module imports."""
        return frozenset(
            full.partition(".")[0]
            for module in self.reach.modules
            for full in (*module.imports.values(), *module.stars)
            if not full.startswith(".")
        )

    def default(self, module: Module, node: ast.expr | None) -> Default:
        if node is None:
            return Default()
        found = self.constants.read(module, node)
        if found is None:
            return Default(None, known=False)
        return Default(found.value, not found.variable, found.variable)

    def default_of(self, one: Field) -> Default:
        """A field's default, made by a factory or not."""
        if one.default is None and one.factory is not None:
            known, value = made_by(self.constants, one.module, one.factory)
            return Default(value, known)
        return self.default(one.module, one.default)

    def class_or_function(self, module: Module, node: ast.AST | None) -> Place | None:
        """What an expression names, when it is a definition of the project."""
        near = self.assigned_near(module, node)
        if isinstance(near, ast.Name | ast.Attribute):
            node = near
        place = self.reach.find(module, node)
        return place if place is not None and not isinstance(place.node, ast.expr) else None

    def assigned_near(self, module: Module, node: ast.AST | None) -> ast.expr | None:
        """What a function's own variable was given last before the line that mentions it."""
        if not isinstance(node, ast.Name) or node.id in module.bound or node.id in module.imports:
            return None
        around = [
            one
            for one in module.nodes
            if isinstance(one, Function) and one.lineno <= node.lineno <= (one.end_lineno or 0)
        ]
        inner = max(around, key=lambda one: one.lineno, default=None)
        given = [
            one
            for one in (walk(inner) if inner is not None else ())
            if isinstance(one, ast.Assign) and one.lineno < node.lineno
            if any(isinstance(target, ast.Name) and target.id == node.id for target in one.targets)
        ]
        return max(given, key=lambda one: one.lineno).value if given else None


@lru_cache(maxsize=2)
def context_of(program: Program, function: str = "") -> Context:
    """What the readers share: which code is reached is found out once.

    :param function: what is called of the program, where that is not the file as a whole.
    """
    return Context(program, function)


def option(parameter: Parameter, dest: str, default: Default) -> Option:
    """An option with where its default comes from."""
    return Option(parameter, dest, default.variable, default.value if default.variable else None)


def keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


def opaque(call: ast.Call) -> bool:
    """Whether a call has arguments that only running would tell: ``*names``, ``**more``."""
    return any(keyword.arg is None for keyword in call.keywords) or any(
        isinstance(item, ast.Starred) for item in call.args
    )


def decorators(node: ast.AST) -> Iterator[tuple[ast.expr, ast.Call | None]]:
    """Each decorator as what it is called by, and the call where it is one."""
    for one in getattr(node, "decorator_list", []):
        yield (one.func, one) if isinstance(one, ast.Call) else (one, None)
