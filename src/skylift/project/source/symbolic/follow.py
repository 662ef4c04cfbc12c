"""Statements and calls: a program followed from its first line to its last."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from skylift.project.source.program import Program
from skylift.project.source.symbolic.calls import Calls
from skylift.project.source.symbolic.names import Exhausted
from skylift.project.source.symbolic.values import (
    PLAIN,
    Class,
    Function,
    Given,
    Instance,
    Listener,
    Module,
    Opaque,
    Partial,
    Place,
    Scope,
    truth,
)

_STOPS = "stops"
_LEAVES_LOOP = "leaves the loop"


class Enough(Exception):
    """A listener has heard all that it wants to know."""


class Follower(Calls):
    """Follows one program. Who wants to know what it builds hands in a listener."""

    def __init__(self, program: Program, listener: Listener) -> None:
        super().__init__(program, listener)
        self.exhausted = False
        self._statements: Mapping[type[ast.stmt], Callable[[Any, Scope], str | None]] = {
            ast.Expr: self._expression,
            ast.Assign: self._assignment,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._augmented,
            ast.If: self._condition,
            ast.For: self._loop,
            ast.AsyncFor: self._loop,
            ast.While: self._while,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.Try: self._try,
            ast.Return: self._return,
            ast.Raise: lambda _node, _scope: _STOPS,
            ast.Break: lambda _node, _scope: _LEAVES_LOOP,
            ast.Continue: lambda _node, _scope: _LEAVES_LOOP,
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.ClassDef: self._class,
            ast.Global: lambda node, scope: scope.globals.update(node.names),
            ast.Import: lambda node, scope: self.bind_import(scope, node),
            ast.ImportFrom: lambda node, scope: self.bind_from(scope, node),
        }

    def run(self, function: str = "") -> None:
        """Follow the entry file as it is run, or a function of it as it is called without arguments."""
        self.entry.is_entry = not function
        self._bounded(lambda: self.follow_module(self.entry))
        if function:
            self._bounded(lambda: self._alone(self.module_attribute(self.entry, function)))

    def call_the_rest(self) -> None:
        """Follow the functions of the entry file that nothing called so far; their arguments are unknown."""
        for found in list(self.entry.scope.names.values()):
            if isinstance(found, Function) and found.node not in self.called:
                self.call_alone(found)

    def call_alone(self, function: object) -> None:
        """Follow a function as it would be called by nobody that is known."""
        self._bounded(lambda: self._alone(function))

    def _alone(self, function: object) -> None:
        self.call(function, Given((), {}), Place(self.entry.file, 0))

    def _bounded(self, follow: Callable[[], None]) -> None:
        try:
            follow()
        except Enough:
            pass
        except (Exhausted, RecursionError):
            self.exhausted = True

    def follow_module(self, module: Module) -> None:
        if not module.followed:
            module.followed = True
            name = "__main__" if module.is_entry else module.path.stem
            module.scope.names |= {"__name__": name, "__file__": module.file}
            uncertain, self.uncertain = self.uncertain, 0
            self.block(module.tree.body, module.scope)
            self.uncertain = uncertain

    def block(self, nodes: Iterable[ast.stmt], scope: Scope) -> str | None:
        """Follow statements; what made them end early, if anything did."""
        for node in nodes:
            self.step()
            follow = self._statements.get(type(node))
            end = follow(node, scope) if follow is not None else None
            if end is not None:
                return end
        return None

    def assign(self, target: ast.expr, value: object, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            self._assign_name(target.id, value, scope)
        elif isinstance(target, ast.Tuple | ast.List):
            items = self.iterated(value) if not isinstance(value, str | dict) else None
            fits = items is not None and len(items) == len(target.elts)
            for n, item in enumerate(target.elts):
                self.assign(item, items[n] if items is not None and fits else Opaque("an item"), scope)
        elif isinstance(target, ast.Attribute):
            owner = self.value(target.value, scope)
            if isinstance(owner, Instance | Opaque):
                owner.attributes[target.attr] = value
        elif isinstance(target, ast.Subscript):
            owner, key = self.value(target.value, scope), self.value(target.slice, scope)
            if isinstance(owner, dict) and not isinstance(key, list | dict | set):
                owner[key] = value

    def _assign_name(self, name: str, value: object, scope: Scope) -> None:
        known = scope.names.get(name, value)
        # In a branch that may not be taken a plain value is one of two.
        differs = (
            isinstance(known, PLAIN) and isinstance(value, PLAIN) and known != value and known is not None
        )
        self.assign_name(scope, name, Opaque(name) if self.uncertain and differs else value)

    def _expression(self, node: ast.Expr, scope: Scope) -> None:
        self.value(node.value, scope)

    def _assignment(self, node: ast.Assign, scope: Scope) -> None:
        value = self.value(node.value, scope)
        for target in node.targets:
            self.assign(target, value, scope)

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.assign(node.target, self.value(node.value, scope), scope)
        if scope.is_class and scope.owner is not None and isinstance(node.target, ast.Name):
            scope.owner.annotations[node.target.id] = self.value(node.annotation, scope)
            fields = scope.names.setdefault("__fields__", [])
            assert isinstance(fields, list)
            fields.append(node.target.id)

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        before = ast.copy_location(ast.BinOp(_loaded(node.target), node.op, node.value), node)
        self.assign(node.target, self.value(before, scope), scope)

    def _condition(self, node: ast.If, scope: Scope) -> str | None:
        known = truth(self.value(node.test, scope))
        if known is not None:
            return self.block(node.body if known else node.orelse, scope)
        self.uncertain += 1
        self.block(node.body, scope)
        self.block(node.orelse, scope)
        self.uncertain -= 1
        return None

    def _loop(self, node: ast.For | ast.AsyncFor, scope: Scope) -> str | None:
        items = self.iterated(self.value(node.iter, scope))
        if items is None:
            self.uncertain += 1
            self.assign(node.target, Opaque("an item"), scope)
            self.block(node.body, scope)
            self.uncertain -= 1
            return None
        for item in items:
            self.assign(node.target, item, scope)
            if self.block(node.body, scope) == _STOPS:
                return _STOPS
        return self.block(node.orelse, scope)

    def _while(self, node: ast.While, scope: Scope) -> None:
        self.value(node.test, scope)
        self.uncertain += 1
        self.block(node.body, scope)
        self.uncertain -= 1

    def _with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> str | None:
        for item in node.items:
            value = self.value(item.context_expr, scope)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value, scope)
        return self.block(node.body, scope)

    def _try(self, node: ast.Try, scope: Scope) -> str | None:
        end = self.block(node.body, scope)
        self.uncertain += 1
        for handler in node.handlers:
            self.block(handler.body, scope)
        self.uncertain -= 1
        rest = self.block(node.orelse, scope) if end is None else end
        return self.block(node.finalbody, scope) or rest

    def _return(self, node: ast.Return, scope: Scope) -> str | None:
        scope.returned.append(self.value(node.value, scope) if node.value is not None else None)
        return None if self.uncertain > scope.certain_at else _STOPS

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        decorators = {ast.unparse(item) for item in node.decorator_list}
        kind = next((one for one in ("staticmethod", "classmethod", "property") if one in decorators), "")
        owner = scope.owner if scope.is_class else None
        made: object = Function(node, scope, owner, kind=kind)
        scope.names[node.name] = made if kind else self._decorated(made, node.decorator_list, scope)

    def _decorated(self, made: object, decorators: Iterable[ast.expr], scope: Scope) -> object:
        """What the project's own decorators make of a function; those of libraries leave it as it is."""
        for decorator in reversed(list(decorators)):
            function = self.value(decorator, scope)
            if isinstance(function, Function | Class | Partial):
                found = self.call(function, Given((made,), {}), self.place(scope, decorator))
                made = found if isinstance(found, Function | Instance | Partial) else made
        return made

    def _class(self, node: ast.ClassDef, scope: Scope) -> None:
        bases = tuple(self.value(base, scope) for base in node.bases)
        made = Class(node.name, bases, {})
        inner = Scope(scope.module, made.names, scope, is_class=True, owner=made)
        self.block(node.body, inner)
        fields = made.names.pop("__fields__", [])
        made.fields = tuple(str(name) for name in fields) if isinstance(fields, list) else ()
        scope.names[node.name] = made


def _loaded(target: ast.expr) -> ast.expr:
    """The target of ``+=`` as the expression that it is as well."""
    return ast.parse(ast.unparse(target), mode="eval").body
