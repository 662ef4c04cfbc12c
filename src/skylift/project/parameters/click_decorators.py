"""The options of one click command, wherever its decorators, or its list of them, come from."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from skylift.project.parameters.click_made import MAKES, made
from skylift.project.parameters.click_options import (
    CLASSES,
    CLICKS,
    OPTIONS,
    Unread,
    prompts,
    read_click_option,
)
from skylift.project.parameters.context import Context, decorators, keywords
from skylift.project.parameters.reading import Reading, asked_for
from skylift.project.source.names import Module, Place
from skylift.project.source.trees import children, walk

_HARMLESS = frozenset(
    {
        "pass_context",
        "pass_obj",
        "pass_meta_key",
        "make_pass_decorator",
        "wraps",
        "no_grad",
        "inference_mode",
        "record",
        "beartype",
    }
)


class ClickOptions:
    """The options of one function, wherever its decorators come from."""

    def __init__(self, context: Context, reading: Reading, command: str) -> None:
        self._context, self._reading, self._command = context, reading, command
        self._seen: set[int] = set()

    def of(self, place: Place) -> None:
        for name, call in decorators(place.node):
            if not (isinstance(name, ast.Attribute) and name.attr in MAKES) and not self._makes(place, name):
                self._decorator(place.module, name, call)
        how = made(place)
        params = how.words.get("params") if how is not None else None
        if params is not None and not self._reads(place.module, params):
            self._reading.notes.append(place.module.said(params, "these options could not be read"))

    def _reads(self, module: Module, node: ast.expr) -> bool:
        """Read the options that are made in an expression; whether all that it holds is known."""
        before = len(self._reading.options) + len(self._reading.notes)
        self._inside(module, node, {})
        is_empty = isinstance(node, ast.List | ast.Tuple) and not node.elts
        return is_empty or len(self._reading.options) + len(self._reading.notes) > before

    def _makes(self, place: Place, name: ast.expr) -> bool:
        full = place.module.full(name)
        return full.rpartition(".")[0] in CLICKS and full.rpartition(".")[2] in MAKES

    def _decorator(self, module: Module, name: ast.expr, call: ast.Call | None) -> None:
        stem, _, last = module.full(name).rpartition(".")
        if stem in CLICKS and last in OPTIONS:
            if call is not None:
                self._option(module, call, {})
        elif stem in CLICKS and last not in _HARMLESS:
            # cloup's groups of options, and what checks them.
            if call is not None and not self._reads(module, call):
                text = f"`{ast.unparse(name)}` may add options, and could not be read"
                self._reading.notes.append(module.said(name, text))
        elif not self._followed(module, call or name) and last not in _HARMLESS and stem not in CLICKS:
            text = f"`{ast.unparse(name)}` may add options, and could not be read"
            self._reading.notes.append(module.said(name, text))

    def _followed(self, module: Module, node: ast.AST) -> bool:
        """Read what a decorator of the project's own mentions: functions, lists and names of options."""
        known = False
        for inner in walk(node):
            if not isinstance(inner, ast.Name | ast.Attribute):
                continue
            place = self._context.reach.find(module, inner)
            if place is None or isinstance(place.node, ast.ClassDef):
                continue
            known = True
            if id(place.node) not in self._seen:
                self._seen.add(id(place.node))
                self._inside(place.module, place.node, {})
        return known

    def _inside(self, module: Module, node: ast.AST, local: Mapping[str, Any]) -> None:
        """Every option that is made in a piece of code; a loop over literals once for each."""
        if isinstance(node, ast.For):
            self._loop(module, node.iter, node.target, node.body, local)
            return
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            self._loop(module, node.generators[0].iter, node.generators[0].target, [node.elt], local)
            return
        if isinstance(node, ast.Call):
            stem, _, last = module.full(node.func).rpartition(".")
            if (stem in CLICKS and last in OPTIONS) or (
                stem.removesuffix(".core") in CLICKS and last in CLASSES
            ):
                self._option(module, node, local)
                return
        if isinstance(node, ast.Name | ast.Attribute) and not local:
            self._followed(module, node)
        for inner in children(node):
            self._inside(module, inner, local)

    def _loop(
        self,
        module: Module,
        over: ast.expr,
        target: ast.expr,
        body: Sequence[ast.AST],
        local: Mapping[str, Any],
    ) -> None:
        found = self._context.constants.read(module, over, local)
        values = found.value if found is not None and isinstance(found.value, list | tuple | dict) else None
        if values is None:
            # It may go over a list of options, which is read where it is made.
            self._inside(module, over, local)
            rounds: list[dict[str, Any]] = [{}]
        else:
            rounds = [bound(target, value) for value in list(values)[:100]]
        for names in rounds:
            for statement in body:
                self._inside(module, statement, {**local, **names})

    def _option(self, module: Module, call: ast.Call, local: Mapping[str, Any]) -> None:
        try:
            found = read_click_option(self._context, module, call, self._command, local)
        except Unread:
            self._reading.notes.append(module.said(call, "this option is made at run time"))
            return
        if found is None:
            return
        self._reading.options.append(found)
        if found.parameter.action == "negative-flag" and "flag_value" not in keywords(call):
            text = f"what `{found.parameter.flag}` says depends on the version of click: true since 8.3, false before"
            self._reading.notes.append(module.said(call, text))
        if found.parameter.required and prompts(self._context, module, call):
            self._reading.remarks.append(asked_for(found.parameter.key))


def bound(target: ast.expr, value: Any) -> dict[str, Any]:
    """The names of a loop, with one round's values.

    >>> bound(ast.parse("a, b").body[0].value, (1, 2))
    {'a': 1, 'b': 2}
    """
    if isinstance(target, ast.Name):
        return {target.id: value}
    if isinstance(target, ast.Tuple | ast.List) and isinstance(value, list | tuple):
        pairs = zip(target.elts, value, strict=False)
        return {name: inner for part, item in pairs for name, inner in bound(part, item).items()}
    return {}
