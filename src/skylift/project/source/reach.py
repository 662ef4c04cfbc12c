"""The code that a program reaches from its entry file, and the calls in it.

What a definition's name is mentioned for is not asked: a function that is handed on may be called.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from skylift.project.source.modules import Definition, is_main_guard
from skylift.project.source.names import Module, Names
from skylift.project.source.program import Program
from skylift.project.source.trees import walk

_MOST = 4000


class Reach(Names):
    """A program's names, with what of it is reached."""

    def __init__(self, program: Program, function: str = "") -> None:
        """Reach from the file as a script, or from what is called of it."""
        super().__init__(program)
        self._function = function

    @property
    def code(self) -> tuple[tuple[Module, ast.AST], ...]:
        """What runs on import, the entry file's main part, then each definition that they mention."""
        return self._reached[0]

    @property
    def calls(self) -> tuple[tuple[Module, ast.Call], ...]:
        """Every call that is reached, each once."""
        return self._reached[1]

    @cached_property
    def _reached(self) -> tuple[tuple[tuple[Module, ast.AST], ...], tuple[tuple[Module, ast.Call], ...]]:
        found: list[tuple[Module, ast.AST]] = []
        calls: dict[int, tuple[Module, ast.Call]] = {}
        waiting = [(module, node) for module in self.modules for node in self._on_import(module)]
        seen: set[int] = set()
        while waiting and len(found) < _MOST:
            module, node = waiting.pop(0)
            found.append((module, node))
            for inner in walk(node):
                if isinstance(inner, ast.Call):
                    calls.setdefault(id(inner), (module, inner))
                if not isinstance(inner, ast.Name | ast.Attribute):
                    continue
                place = self.find(module, inner)
                if place is not None and isinstance(place.node, Definition) and id(place.node) not in seen:
                    seen.add(id(place.node))
                    waiting.append((place.module, place.node))
        return tuple(found), tuple(calls.values())

    def calls_of(self, *names: str) -> Iterator[tuple[Module, ast.Call]]:
        """Reached calls of one of these functions, by their full names."""
        return ((module, call) for module, call in self.calls if module.full(call.func) in names)

    def _on_import(self, module: Module) -> Iterator[ast.AST]:
        is_script = module is self.entry and not self._function
        for node in module.tree.body:
            if isinstance(node, Definition):
                yield from node.decorator_list
            elif is_script or not is_main_guard(node):
                yield node
        if module is self.entry and self._function.isidentifier():
            yield ast.parse(f"{self._function}()").body[0]
