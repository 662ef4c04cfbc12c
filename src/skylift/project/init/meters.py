"""What classes print of themselves whose name is given when one is made: ``AverageMeter("Loss")``.

The text stands in the class, ``'{name} {avg:.3f}'``, and the name where the program makes one: together they are what
is printed. Nothing is called; a name that is only known at run time says nothing.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass

from skylift.project.init.prints import GAP, Print, called, texts
from skylift.project.source.program import Program
from skylift.project.source.trees import walk

_MOST = 60
"""Such objects that are looked at, each with its own names: a program has a handful."""
_OWN = re.compile(r"self\.__dict__|vars\(self\)")
_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Meter:
    """A class with the texts that it makes of itself."""

    node: ast.ClassDef
    fields: tuple[str, ...]
    """What is given to make one, in order; the attribute has the same value."""
    attributes: dict[str, str]
    """Attributes, each with what it is given by."""


def meter_prints(program: Program) -> Iterator[Print]:
    """The texts of the program's meters, each with the names that the program gives."""
    meters = {
        node.name: _meter(node)
        for _, tree in program.modules
        for node in walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    seen: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    for path, tree in program.modules:
        for call in walk(tree):
            meter = meters.get(called(call)) if isinstance(call, ast.Call) else None
            if meter is None or not isinstance(call, ast.Call) or not (names := _names(meter, call)):
                continue
            made = (meter.node.name, tuple(sorted(names.items())))
            if made in seen or len(seen) >= _MOST:
                continue
            seen.add(made)
            yield from (Print(path, call.lineno, text) for text in dict.fromkeys(_filled(meter, names)))


def _meter(node: ast.ClassDef) -> Meter:
    init = next((one for one in node.body if isinstance(one, _FUNCTION) and one.name == "__init__"), None)
    if init is None:
        # A dataclass, or a named tuple: its fields are what it is made of.
        declared = [one.target for one in node.body if isinstance(one, ast.AnnAssign)]
        fields = [target.id for target in declared if isinstance(target, ast.Name)]
        return Meter(node, tuple(fields), {name: name for name in fields})
    given = [one.arg for one in (*init.args.posonlyargs, *init.args.args)][1:]
    named = {*given, *(one.arg for one in init.args.kwonlyargs)}
    attributes = {
        target.attr: value.id
        for inner in walk(init)
        if isinstance(inner, ast.Assign)
        for target, value in _assigned(inner)
        if isinstance(target, ast.Attribute)
        and isinstance(value, ast.Name)
        and value.id in named
        and _is_own(target)
    }
    return Meter(node, tuple(given), attributes)


def _assigned(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip(target.elts, node.value.elts, strict=False)
        else:
            yield target, node.value


def _is_own(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _names(meter: Meter, call: ast.Call) -> dict[str, str]:
    """The attributes that are words, of one object."""
    given = dict(zip(meter.fields, call.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    return {
        attribute: value.value
        for attribute, field in meter.attributes.items()
        if isinstance(value := given.get(field), ast.Constant) and isinstance(value.value, str)
    }


def _filled(meter: Meter, names: dict[str, str]) -> Iterator[str]:
    for method in meter.node.body:
        if isinstance(method, _FUNCTION) and method.name != "__init__":
            fill = _Fill(names, method)
            body = [fill.visit(copy.deepcopy(statement)) for statement in method.body]
            yield from (text for _, text in texts(*body) if _says(text, names))


def _says(text: str, names: dict[str, str]) -> bool:
    return GAP in text and any(name and name in text for name in names.values())


class _Fill(ast.NodeTransformer):
    """Put the names into a method's code, and the templates where they are filled."""

    def __init__(self, names: dict[str, str], method: ast.AST) -> None:
        self._names = names
        self._templates: dict[str, ast.expr] = {}
        for node in walk(method):
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Name)
                and not _is_empty(node.value)
            ):
                self._templates.setdefault(node.targets[0].id, node.value)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if _is_own(node) and node.attr in self._names:
            return ast.copy_location(ast.Constant(self._names[node.attr]), node)
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        function = node.func
        if (
            isinstance(function, ast.Attribute)
            and function.attr == "format"
            and isinstance(function.value, ast.Name)
        ):
            function.value = copy.deepcopy(self._templates.get(function.value.id, function.value))
        if any(not one.arg and _OWN.fullmatch(ast.unparse(one.value)) for one in node.keywords):
            named = [ast.keyword(name, ast.Constant(value)) for name, value in self._names.items()]
            node.keywords = [one for one in node.keywords if one.arg] + named
        self.generic_visit(node)
        return node


def _is_empty(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value
