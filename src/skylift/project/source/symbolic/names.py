"""Names while code is followed: scopes, attributes, and the modules of the project behind imports."""

from __future__ import annotations

import ast
import builtins
from abc import ABC, abstractmethod
from pathlib import Path

from skylift.project.source.modules import absolute_name, find_module, parsed
from skylift.project.source.program import Program
from skylift.project.source.symbolic.values import (
    Class,
    Deferred,
    External,
    Function,
    Given,
    Instance,
    Module,
    Opaque,
    Place,
    Scope,
)

_MOST_STEPS = 120_000


class Exhausted(Exception):
    """The code is larger than anybody wants to wait for."""


class Names(ABC):
    """Everything that is known by a name, and the budget of steps."""

    def __init__(self, program: Program) -> None:
        self._root = program.root
        self._modules: dict[Path, Module | None] = {}
        self._steps = _MOST_STEPS
        self.uncertain = 0
        """How many conditions and loops of unknown outcome stand around what is being followed."""
        self.entry = Module(program.path, program.name, program.tree, is_entry=True)
        self._modules[program.path] = self.entry

    @abstractmethod
    def follow_module(self, module: Module) -> None:
        """Follow a module's code, once."""

    @abstractmethod
    def call(self, function: object, given: Given, at: Place) -> object:
        """What a call returns."""

    def step(self) -> None:
        self._steps -= 1
        if self._steps < 0:
            raise Exhausted

    def place(self, scope: Scope, node: ast.AST) -> Place:
        return Place(scope.module.file, getattr(node, "lineno", 0), certain=not self.uncertain)

    def name(self, scope: Scope, name: str) -> object:
        """The value of a name; what nobody defines is taken for a thing of Python's own, or left open."""
        start: Scope | None = scope
        here = scope
        while start is not None:
            # The names of a class are not seen from its methods.
            if name in start.names and name not in scope.globals and (start is here or not start.is_class):
                return self.resolved(start.names[name])
            start = start.outer
        top = scope.module.scope.names
        if name in top:
            return self.resolved(top[name])
        return External(name) if hasattr(builtins, name) else Opaque(name)

    def resolved(self, value: object) -> object:
        if not isinstance(value, Deferred):
            return value
        return self.module_attribute(value.module, value.name)

    def module_attribute(self, module: Module, name: str) -> object:
        self.follow_module(module)
        if name in module.scope.names:
            found = module.scope.names[name]
            return Opaque(name) if found == Deferred(module, name) else self.resolved(found)
        if module.path.name == "__init__.py":
            below = self._module(module.path.parent, name)
            if below is not None:
                return below
        return Opaque(name)

    def attribute(self, value: object, name: str, at: Place) -> object:
        """``value.name``."""
        if isinstance(value, Module):
            return self.module_attribute(value, name)
        if isinstance(value, External):
            return External(f"{value.name}.{name}")
        if isinstance(value, Opaque):
            return value.attributes.setdefault(name, Opaque(f"{value.name}.{name}".lstrip("."), value))
        if isinstance(value, Class):
            return _of_class(value, name)
        return self._of_instance(value, name, at) if isinstance(value, Instance) else Opaque(name)

    def _of_instance(self, value: Instance, name: str, at: Place) -> object:
        if name in value.attributes:
            return value.attributes[name]
        found = value.of.find(name)
        if isinstance(found, Function):
            if found.kind == "property":
                return self.call(found.bound(value), Given((), {}), at)
            if found.kind == "staticmethod":
                return found
            return found.bound(value.of if found.kind == "classmethod" else value)
        if found is None and name not in value.of.names:
            return value.attributes.setdefault(name, Opaque(name))
        return found

    def bind_import(self, scope: Scope, node: ast.Import) -> None:
        for alias in node.names:
            module = self._module(scope.module.path, alias.name)
            if alias.asname:
                self.assign_name(scope, alias.asname, module or External(alias.name))
            else:
                first = alias.name.split(".")[0]
                self.assign_name(scope, first, self._module(scope.module.path, first) or External(first))

    def bind_from(self, scope: Scope, node: ast.ImportFrom) -> None:
        stem = absolute_name(self._root, scope.module.path, node)
        module = self._module(scope.module.path, stem) if stem else None
        for alias in node.names:
            below = self._module(scope.module.path, f"{stem}.{alias.name}".strip("."))
            if alias.name == "*":
                self._bind_all(scope, module)
            elif below is not None:
                self.assign_name(scope, alias.asname or alias.name, below)
            elif module is not None:
                self.assign_name(scope, alias.asname or alias.name, Deferred(module, alias.name))
            else:
                self.assign_name(scope, alias.asname or alias.name, External(f"{stem}.{alias.name}"))

    def _bind_all(self, scope: Scope, module: Module | None) -> None:
        if module is not None and module is not scope.module:
            self.follow_module(module)
            public = {name: value for name, value in module.scope.names.items() if not name.startswith("_")}
            scope.names.update(public)

    def assign_name(self, scope: Scope, name: str, value: object) -> None:
        names = scope.module.scope.names if name in scope.globals else scope.names
        names[name] = value

    def _module(self, near: Path, name: str) -> Module | None:
        """A module of the project by its dotted name; beside a file, or below a package's folder."""
        path = find_module(self._root, near if near.is_file() else near / "__init__.py", name)
        if path is None:
            return None
        if path not in self._modules:
            tree = parsed(path)
            file = path.relative_to(self._root).as_posix()
            self._modules[path] = Module(path, file, tree) if tree is not None else None
        return self._modules[path]


def _of_class(value: Class, name: str) -> object:
    found = value.find(name)
    if value.is_enum and name in value.names and not isinstance(found, Function):
        return Instance(value, {"name": name, "value": found})
    if isinstance(found, Function) and found.kind == "classmethod":
        return found.bound(value)
    return Opaque(f"{value.name}.{name}") if found is None and name not in value.names else found
