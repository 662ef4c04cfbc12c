"""What the names in a program's modules stand for, followed through the imports between them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from skylift.project.source.modules import Definition
from skylift.project.source.program import Program
from skylift.project.source.trees import walk

_DEEPEST = 12
_MOST_MODULES = 400
"""Those that the entry file is nearest to."""
_BLOCKS = (ast.If, ast.Try, ast.With, ast.For, ast.While)


@dataclass(frozen=True, eq=False)
class Module:
    """One module of the program."""

    path: Path
    name: str
    """As it is shown, relative to the project."""
    tree: ast.Module

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All of it, walked once."""
        return walk(self.tree)

    @cached_property
    def calls(self) -> tuple[ast.Call, ...]:
        return tuple(node for node in self.nodes if isinstance(node, ast.Call))

    @cached_property
    def imports(self) -> dict[str, str]:
        """What each imported name is, in full: ``c`` of ``import click as c`` is ``click``; dots lead as written."""
        found: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.partition(".")[0]
                    found[alias.asname or first] = alias.name if alias.asname else first
            elif isinstance(node, ast.ImportFrom):
                stem = "." * node.level + (node.module or "")
                gap = "" if stem.endswith(".") or not stem else "."
                found |= {alias.asname or alias.name: f"{stem}{gap}{alias.name}" for alias in node.names}
        return found

    @cached_property
    def stars(self) -> tuple[str, ...]:
        """The modules of ``from x import *``."""
        starred = (node for node in self.tree.body if isinstance(node, ast.ImportFrom))
        return tuple(
            "." * node.level + (node.module or "")
            for node in starred
            if any(alias.name == "*" for alias in node.names)
        )

    @cached_property
    def bound(self) -> dict[str, Definition | ast.expr]:
        """Names that the module's top level defines or assigns; the last word counts."""
        found: dict[str, Definition | ast.expr] = {}
        for node in statements(self.tree.body):
            if isinstance(node, Definition):
                found[node.name] = node
            elif isinstance(node, ast.Assign):
                found |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                found[node.target.id] = node.value
        return found

    def full(self, node: ast.AST | None, depth: int = 0) -> str:
        """A name or an attribute in full: ``click.option`` for ``c.option``; empty for anything else.

        A name that is given to it counts: after ``flags = tf.app.flags``, ``flags`` is that.
        """
        if isinstance(node, ast.Name):
            given = self.bound.get(node.id)
            if isinstance(given, ast.Attribute) and node.id not in self.imports and depth < _DEEPEST:
                return self.full(given, depth + 1)
            return self.imports.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            owner = self.full(node.value, depth)
            return f"{owner}.{node.attr}" if owner else ""
        return ""

    def said(self, node: ast.AST, text: str) -> str:
        """A note on a place in this module."""
        return f"{self.name}:{getattr(node, 'lineno', 1)}: {text}"


@dataclass(frozen=True)
class Place:
    """Where a name is bound, and what to."""

    module: Module
    name: str
    node: Definition | ast.expr


class Names:
    """The modules of a program, and the ways between them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.modules = tuple(
            Module(path, path.relative_to(program.root).as_posix(), tree)
            for path, tree in program.modules[:_MOST_MODULES]
        )
        self.is_cut = len(program.modules) > _MOST_MODULES
        self.entry = self.modules[0]
        self._by_last: dict[str, list[tuple[tuple[str, ...], Module]]] = {}
        for module in self.modules:
            parts = _dotted_parts(module.path.relative_to(program.root))
            if parts:
                self._by_last.setdefault(parts[-1], []).append((parts, module))

    def find(self, module: Module, node: ast.AST | None) -> Place | None:
        """What a name or an attribute of a module stands for, if the project's own code says so."""
        if isinstance(node, ast.Name):
            return self.named(module, node.id)
        if isinstance(node, ast.Attribute) and _first(node) in module.imports:
            owner = self.module_of(module, module.full(node.value))
            return self.named(owner, node.attr) if owner is not None else None
        return None

    def named(self, module: Module, name: str, depth: int = 0) -> Place | None:
        """What a name stands for in a module: its own, else what it imports."""
        if name in module.bound:
            return self._through(Place(module, name, module.bound[name]), depth)
        if depth > _DEEPEST:
            return None
        if name in module.imports:
            stem, _, last = module.imports[name].rpartition(".")
            # `from . import x` is `.x`, and `from .a import x` is `.a.x`.
            dots = module.imports[name][: len(module.imports[name]) - len(module.imports[name].lstrip("."))]
            source = self.module_of(module, stem if len(stem) > len(dots) else dots)
            if source is None or source is module:
                return None
            return self.named(source, last, depth + 1)
        starred = (self.module_of(module, stem) for stem in module.stars)
        found = (self.named(one, name, depth + 1) for one in starred if one is not None and one is not module)
        return next((place for place in found if place is not None), None)

    def _through(self, place: Place, depth: int) -> Place:
        """A name that is only another's name."""
        if depth < _DEEPEST and isinstance(place.node, ast.Name) and place.node.id != place.name:
            return self.named(place.module, place.node.id, depth + 1) or place
        return place

    def module_of(self, module: Module, name: str) -> Module | None:
        """The module that a full name is, seen from another: the one whose path ends so."""
        level = len(name) - len(name.lstrip("."))
        parts = tuple(part for part in name.lstrip(".").split(".") if part)
        if level:
            own = module.path.relative_to(self.program.root).parts[:-1]
            # Of `src/pkg/a.py`, one dot is `src/pkg`.
            parts = (*own[: len(own) - level + 1], *parts)
        if not parts:
            return None
        fitting = [found for found in self._by_last.get(parts[-1], ()) if found[0][-len(parts) :] == parts]
        return min(fitting, key=lambda found: len(found[0]))[1] if fitting else None


def _first(node: ast.expr) -> str:
    """The name that an attribute chain begins with."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _dotted_parts(path: Path) -> tuple[str, ...]:
    parts = path.with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements of a block, with those in its ``if``, ``try``, ``with`` and loops; not in definitions."""
    for node in body:
        yield node
        if isinstance(node, _BLOCKS):
            blocks = [node.body, getattr(node, "orelse", []), getattr(node, "finalbody", [])]
            blocks += [handler.body for handler in getattr(node, "handlers", [])]
            for block in blocks:
                yield from statements(block)
