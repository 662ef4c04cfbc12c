"""Expressions, as far as their value can be known."""

from __future__ import annotations

import ast
import operator
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from skylift.project.source.program import Program
from skylift.project.source.symbolic.library import joined
from skylift.project.source.symbolic.names import Names
from skylift.project.source.symbolic.values import (
    Class,
    External,
    Function,
    Given,
    Opaque,
    Scope,
    Varying,
    is_plain,
    truth,
)

_LONGEST = 10_000
_OPERATORS: Mapping[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitOr: operator.or_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, items: item in items,
    ast.NotIn: lambda item, items: item not in items,
    ast.Slice: lambda items, bounds: items[slice(*bounds)],
    ast.Load: lambda items, key: items[key],
}
_SLICE, _ITEM = ast.Slice(), ast.Load()
_Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


class Expressions(Names):
    """One method for every kind of expression that matters; the others are opaque."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._kinds: Mapping[type[ast.expr], Callable[[Any, Scope], object]] = {
            ast.Constant: lambda node, _: node.value,
            ast.Name: lambda node, scope: self.name(scope, node.id),
            ast.Attribute: self._attribute,
            ast.Call: self._call,
            ast.List: lambda node, scope: self._items(node.elts, scope),
            ast.Set: lambda node, scope: self._items(node.elts, scope),
            ast.Tuple: lambda node, scope: tuple(self._items(node.elts, scope)),
            ast.Dict: self._dict,
            ast.BinOp: self._binary,
            ast.UnaryOp: self._unary,
            ast.BoolOp: self._either,
            ast.Compare: self._compare,
            ast.IfExp: self._choice,
            ast.JoinedStr: self._formatted,
            ast.Subscript: self._subscript,
            ast.Lambda: Function,
            ast.Starred: lambda node, scope: self.value(node.value, scope),
            ast.NamedExpr: self._named,
            ast.Await: lambda node, scope: self.value(node.value, scope),
            ast.Yield: self._yield,
            **dict.fromkeys((ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp), self._comprehension),
        }

    @abstractmethod
    def assign(self, target: ast.expr, value: object, scope: Scope) -> None:
        """Give a target a value."""

    def value(self, node: ast.expr, scope: Scope) -> object:
        self.step()
        kind = self._kinds.get(type(node))
        return kind(node, scope) if kind is not None else Opaque(type(node).__name__)

    def given(self, node: ast.Call, scope: Scope) -> Given:
        """The arguments of a call, with what stands behind ``*`` and ``**`` laid open where it is known."""
        args: list[object] = []
        keywords: dict[str, object] = {}
        is_open = False
        for item in node.args:
            value = self.value(item, scope)
            if not isinstance(item, ast.Starred):
                args.append(value)
            elif isinstance(value, list | tuple):
                args += value
            else:
                is_open = True
        for keyword in node.keywords:
            value = self.value(keyword.value, scope)
            if keyword.arg is not None:
                keywords[keyword.arg] = value
            elif isinstance(value, dict):
                keywords |= {str(key): item for key, item in value.items()}
            else:
                is_open = True
        return Given(tuple(args), keywords, is_open)

    def _attribute(self, node: ast.Attribute, scope: Scope) -> object:
        return self.attribute(self.value(node.value, scope), node.attr, self.place(scope, node))

    def _call(self, node: ast.Call, scope: Scope) -> object:
        function = self.value(node.func, scope)
        return self.call(function, self.given(node, scope), self.place(scope, node))

    def _items(self, nodes: Iterable[ast.expr], scope: Scope) -> list[object]:
        found: list[object] = []
        for node in nodes:
            value = self.value(node, scope)
            if isinstance(node, ast.Starred) and isinstance(value, list | tuple):
                found += value
            else:
                found.append(value)
        return found

    def _dict(self, node: ast.Dict, scope: Scope) -> object:
        found: dict[object, object] = {}
        for key, item in zip(node.keys, node.values, strict=True):
            value = self.value(item, scope)
            if key is None:
                found |= value if isinstance(value, dict) else {}
                continue
            name = self.value(key, scope)
            if not isinstance(name, list | dict | set):
                found[name] = value
        return found

    def _binary(self, node: ast.BinOp, scope: Scope) -> object:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        if isinstance(node.op, ast.Div) and isinstance(left, str | Varying):
            return joined([left, right])
        if isinstance(left, list) and isinstance(right, list) and isinstance(node.op, ast.Add):
            return left + right
        return _applied(node.op, left, right)

    def _unary(self, node: ast.UnaryOp, scope: Scope) -> object:
        value = self.value(node.operand, scope)
        if isinstance(node.op, ast.Not):
            known = truth(value)
            return Opaque("not") if known is None else not known
        if isinstance(node.op, ast.USub) and isinstance(value, int | float):
            return -value
        return Opaque("a number")

    def _either(self, node: ast.BoolOp, scope: Scope) -> object:
        """``a or b`` with an environment variable in front has what follows for its fallback."""
        value: object = None
        for item in node.values:
            found = self.value(item, scope)
            if isinstance(value, Varying) and isinstance(node.op, ast.Or):
                value = Varying(value.variable, found if value.value is None else value.value)
                continue
            value = found
            known = truth(found)
            if known is None and not isinstance(found, Varying):
                return Opaque("a condition")
            if known is isinstance(node.op, ast.Or):
                return found
        return value

    def _compare(self, node: ast.Compare, scope: Scope) -> object:
        values = [self.value(item, scope) for item in (node.left, *node.comparators)]
        if len(values) > 2:
            return Opaque("a condition")
        left, right, test = values[0], values[1], node.ops[0]
        if isinstance(test, ast.Is | ast.IsNot | ast.Eq | ast.NotEq) and right is None:
            if isinstance(left, Opaque | Varying):
                return Opaque("a condition")
            return (left is None) is isinstance(test, ast.Is | ast.Eq)
        return _applied(test, left, right)

    def _choice(self, node: ast.IfExp, scope: Scope) -> object:
        known = truth(self.value(node.test, scope))
        if known is not None:
            return self.value(node.body if known else node.orelse, scope)
        self.value(node.body, scope)
        self.value(node.orelse, scope)
        return Opaque("a condition")

    def _formatted(self, node: ast.JoinedStr, scope: Scope) -> object:
        texts: list[str] = []
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            value = self.value(inner, scope)
            plain = not (isinstance(part, ast.FormattedValue) and (part.format_spec or part.conversion > 0))
            if not plain or not isinstance(value, str | int | float | bool | type(None)):
                return Opaque("a text")
            texts.append(str(value))
        return "".join(texts)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> object:
        value = self.value(node.value, scope)
        if isinstance(node.slice, ast.Slice):
            return self._slice(value, node.slice, scope)
        key = self.value(node.slice, scope)
        if isinstance(value, External) and value.name == "os.environ" and isinstance(key, str):
            return Varying(key, None)
        if isinstance(value, list | tuple | dict | str) and is_plain(key):
            return _applied(_ITEM, value, key)
        return Opaque("an item")

    def _slice(self, value: object, node: ast.Slice, scope: Scope) -> object:
        bounds = [
            self.value(bound, scope) if bound else None for bound in (node.lower, node.upper, node.step)
        ]
        if isinstance(value, list | tuple | str) and is_plain(bounds):
            return _applied(_SLICE, value, bounds)
        return value if isinstance(value, External) else Opaque("a part")

    def _named(self, node: ast.NamedExpr, scope: Scope) -> object:
        value = self.value(node.value, scope)
        self.assign(node.target, value, scope)
        return value

    def _yield(self, node: ast.Yield, scope: Scope) -> object:
        scope.yielded.append(self.value(node.value, scope) if node.value else None)
        return Opaque("sent")

    def _comprehension(self, node: _Comprehension, scope: Scope) -> object:
        inner = Scope(scope.module, {}, scope)
        first, known = node.generators[0], len(node.generators) == 1
        items = self.iterated(self.value(first.iter, scope))
        if not known or items is None:
            return self._once(node, inner)
        found: list[Any] = []
        for item in items:
            self.assign(first.target, item, inner)
            tests = [truth(self.value(test, inner)) for test in first.ifs]
            if None in tests:
                return Opaque("a selection")
            if all(tests):
                found.append(self._element(node, inner))
        return dict(found) if isinstance(node, ast.DictComp) and _hashable(found) else found

    def _element(self, node: _Comprehension, scope: Scope) -> object:
        if isinstance(node, ast.DictComp):
            return self.value(node.key, scope), self.value(node.value, scope)
        return self.value(node.elt, scope)

    def _once(self, node: _Comprehension, inner: Scope) -> object:
        """Over something unknown: what it does to others is done once."""
        self.uncertain += 1
        for generator in node.generators:
            self.assign(generator.target, Opaque("an item"), inner)
        self._element(node, inner)
        self.uncertain -= 1
        return Opaque("a list")

    def iterated(self, value: object) -> list[object] | None:
        """The items of something that is known; None for what is not."""
        if isinstance(value, list | tuple | range):
            return list(value)[:_LONGEST]
        if isinstance(value, dict | str):
            return list(value)[:_LONGEST]
        return value.members() if isinstance(value, Class) and value.is_enum else None


def _applied(kind: ast.AST, left: object, right: object) -> object:
    function = _OPERATORS.get(type(kind))
    membership = isinstance(kind, ast.In | ast.NotIn)
    known = is_plain(right) or (membership and isinstance(right, dict))
    known = known and (is_plain(left) or kind in (_SLICE, _ITEM))
    if function is None or not known or _would_be_large(kind, left, right):
        return Opaque("a result")
    try:
        return function(left, right)
    except (TypeError, ValueError, ArithmeticError, KeyError, IndexError):
        return Opaque("a result")


def _would_be_large(kind: ast.AST, left: object, right: object) -> bool:
    if not isinstance(kind, ast.Mult):
        return False
    sizes = [len(side) if isinstance(side, str | list | tuple | bytes) else side for side in (left, right)]
    return any(isinstance(size, int | float) and abs(size) > 10**12 for size in sizes) or (
        any(isinstance(side, str | list | tuple | bytes) for side in (left, right))
        and any(isinstance(size, int) and size > _LONGEST for size in sizes)
    )


def _hashable(pairs: list[Any]) -> bool:
    return all(not isinstance(key, list | dict | set) for key, _ in pairs)
