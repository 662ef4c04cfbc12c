"""The typer application that a program starts: its functions' signatures, command by command."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from skylift.project.parameters.annotations import Kind
from skylift.project.parameters.bounds import bounded, in_any_case
from skylift.project.parameters.context import Context, Default, context_of, decorators, keywords, opaque
from skylift.project.parameters.fields import Field, Function, arguments_of, takes_more
from skylift.project.parameters.loops import meant, rounds_of
from skylift.project.parameters.reading import Option, Reading, asked_for
from skylift.project.source.names import Module, Place
from skylift.project.source.program import Program
from skylift.values.arguments import ANY, Action, Parameter

_MAKERS = ("typer.Option", "typer.Argument")
_CONTEXTS = frozenset({"Context", "CallbackParam"})
_DEEPEST = 6


def read_typer(program: Program, function: str = "") -> Reading | None:
    """The arguments of ``typer.run(main)``, or of the application that is called."""
    context = context_of(program, function)
    if "typer" not in context.libraries:
        return None
    reader = _Commands(context)
    for module, call in context.reach.calls:
        if module.full(call.func) == "typer.run" and call.args:
            place = context.class_or_function(module, call.args[0])
            if place is not None and isinstance(place.node, Function):
                reader.function(place, "")
                return reader.reading
        place = _application(context, module, call.func)
        if place is not None:
            reader.application(place, "")
            return reader.reading
    return None


def _application(context: Context, module: Module, node: ast.expr | None) -> Place | None:
    """Where a name is given a ``typer.Typer(…)``."""
    place = context.reach.find(module, node)
    made = place.node if place is not None else None
    fits = isinstance(made, ast.Call) and place is not None and place.module.full(made.func) == "typer.Typer"
    return place if fits else None


class _Commands:
    def __init__(self, context: Context) -> None:
        self._context = context
        self.reading = Reading("typer")

    def application(self, place: Place, path: str, depth: int = 0) -> None:
        """The commands of an application; a single one without a callback has no name."""
        callback, commands = self._parts(place)
        groups = list(self._groups(place))
        if depth > _DEEPEST:
            return
        if callback is not None:
            self.function(callback, path)
        if len(commands) == 1 and callback is None and not groups and not path:
            self.function(commands[0][1], "")
            return
        if not path:
            self.reading.command_required = not self._invoked(place, callback)
            self._lost()
        elif callback is not None and self._invoked(place, callback):
            self.reading.commands = (*self.reading.commands, path)
        for name, command in commands:
            inner = f"{path} {name}".strip()
            self.reading.commands = (*self.reading.commands, inner)
            self.function(command, inner)
        for name, group in groups:
            self.application(group, f"{path} {name}".strip(), depth + 1)

    def _lost(self) -> None:
        """Functions that are handed to something that could not be read: it may be this application."""
        for module in self._context.reach.modules:
            for call in module.calls:
                inner = call.func.func if isinstance(call.func, ast.Call) else None
                if not isinstance(inner, ast.Attribute) or inner.attr != "command":
                    continue
                if _application(self._context, module, inner.value) is None:
                    note = "what this command is added to could not be read"
                    self.reading.notes.append(module.said(call, note))

    def _invoked(self, place: Place, callback: Place | None) -> bool:
        calls = [place.node] + [call for _, call in (decorators(callback.node) if callback else ())]
        words = [keywords(call) for call in calls if isinstance(call, ast.Call)]
        found = (
            self._context.constants.read(place.module, one.get("invoke_without_command")) for one in words
        )
        return any(one is not None and one.value for one in found)

    def _parts(self, application: Place) -> tuple[Place | None, list[tuple[str, Place]]]:
        callback: Place | None = None
        commands: list[tuple[str, Place]] = []
        for module, place, call, kind in self._registered(application):
            if kind == "callback":
                callback = place
                continue
            said = call.args[0] if call is not None and call.args else None
            words = keywords(call) if call is not None else {}
            self._settings(module, words)
            text = self._context.constants.text(module, said or words.get("name"))
            commands.append((text or place.name.lower().replace("_", "-"), place))
        return callback, commands

    def _registered(self, application: Place) -> Iterator[tuple[Module, Place, ast.Call | None, str]]:
        """Functions with ``@app.command()``, and those that are handed to it."""
        for module in self._context.reach.modules:
            for node in module.bound.values():
                for name, call in decorators(node):
                    if self._on(module, name, application):
                        place = Place(module, getattr(node, "name", ""), node)
                        yield module, place, call, name.attr  # type: ignore[attr-defined]
            for outer in module.calls:
                if isinstance(outer.func, ast.Call) and self._on(module, outer.func.func, application):
                    yield from self._handed(module, outer, outer.func)

    def _handed(
        self, module: Module, outer: ast.Call, inner: ast.Call
    ) -> Iterator[tuple[Module, Place, ast.Call | None, str]]:
        """``app.command()(function)``, in a loop over functions as well."""
        for names in rounds_of(self._context, module, outer):
            home, node = meant(module, outer.args[0] if outer.args else None, names)
            handed = self._context.class_or_function(home, node)
            said = inner.args[0] if inner.args else keywords(inner).get("name")
            place, name = meant(module, said, names)
            text = self._context.constants.text(place, name)
            if handed is None or (said is not None and not text):
                self.reading.notes.append(module.said(outer, "this command could not be read"))
                continue
            words = [ast.keyword("name", ast.Constant(value=text))] if text else []
            rest = [one for one in inner.keywords if one.arg != "name"]
            yield module, handed, ast.Call(inner.func, [], [*words, *rest]), inner.func.attr  # type: ignore[attr-defined]

    def _on(self, module: Module, name: ast.expr, application: Place) -> bool:
        if not isinstance(name, ast.Attribute) or name.attr not in ("command", "callback"):
            return False
        found = self._context.reach.find(module, name.value)
        return found is not None and found.node is application.node

    def _groups(self, application: Place) -> Iterator[tuple[str, Place]]:
        for module in self._context.reach.modules:
            for call in module.calls:
                if not isinstance(call.func, ast.Attribute) or call.func.attr != "add_typer" or not call.args:
                    continue
                owner = self._context.reach.find(module, call.func.value)
                if owner is None or owner.node is not application.node:
                    continue
                group = _application(self._context, module, call.args[0])
                made = keywords(group.node) if group and isinstance(group.node, ast.Call) else {}
                node = keywords(call).get("name") or made.get("name")
                name = self._context.constants.text(group.module if group else module, node)
                if group is not None and (name or node is None):
                    yield name, group
                else:
                    self.reading.notes.append(module.said(call, "this group of commands could not be read"))

    def _settings(self, module: Module, words: dict[str, ast.expr]) -> None:
        found = self._context.constants.read(module, words.get("context_settings"))
        values = found.value if found is not None and isinstance(found.value, dict) else {}
        if any(values.get(key) for key in ("ignore_unknown_options", "allow_extra_args")):
            note = "the command accepts arguments that it does not declare"
            self.reading.notes.append(module.said(words["context_settings"], note))

    def function(self, place: Place, command: str) -> None:
        assert isinstance(place.node, Function)
        self.reading.handlers.append((command, place.module.name, place.node.lineno))
        if takes_more(place.node):
            self.reading.notes.append(place.module.said(place.node, "`*args` and `**kwargs` can not be read"))
        for one in arguments_of(place.module, place.node):
            kind = self._context.annotations.read(one.module, one.annotation)
            if kind.type.rpartition(".")[2] not in _CONTEXTS:
                found = self._parameter(one, kind, command)
                self.reading.options += [found] if found is not None else []

    def _parameter(self, one: Field, kind: Kind, command: str) -> Option | None:
        said = _said(one, kind)
        if said.call is not None and opaque(said.call):
            self.reading.notes.append(one.module.said(one.node, f"`{one.name}` is declared at run time"))
            return None
        words = keywords(said.call) if said.call is not None else {}
        default = self._context.default(one.module, said.default)
        if "default_factory" in words:
            default = Default(known=False)
        constants = self._context.constants
        names = [constants.text(one.module, item) for item in said.names]
        variable = constants.text(one.module, words.get("envvar")) or default.variable
        prompted = constants.read(one.module, words.get("prompt"))
        has_default = said.default is not None or "default_factory" in words
        required = not has_default or bool(prompted is not None and prompted.value and not said.argument)
        parameter = Parameter(
            key=one.name,
            type=kind.type if "parser" not in words and "click_type" not in words else ANY,
            default=list(kind.choices)[list(kind.names).index(default.value)]
            if _is_name(kind, default)
            else default.value,
            default_known=default.known and not variable,
            choices=kind.choices,
            required=required and not variable,
            help=constants.text(one.module, words.get("help")),
            command=command,
        )
        parameter = bounded(parameter, self._context, one.module, words)
        minds = constants.read(one.module, words.get("case_sensitive"))
        if parameter.choices and minds is not None and minds.value is False:
            parameter = in_any_case(parameter)
        if prompted is not None and prompted.value and parameter.required:
            self.reading.remarks.append(asked_for(one.name))
        shaped = _argument(parameter, kind) if said.argument else _option(parameter, kind, names, words)
        return Option(shaped, one.name, variable, default.value if variable else None)


@dataclass(frozen=True)
class _Said:
    """Where typer looks: in ``Annotated``, or in the default."""

    argument: bool
    call: ast.Call | None
    default: ast.expr | None
    names: tuple[ast.expr, ...] = ()


def _said(one: Field, kind: Kind) -> _Said:
    marks = [
        node for node in kind.metadata if isinstance(node, ast.Call) and one.module.full(node.func) in _MAKERS
    ]
    if marks:
        call = marks[0]
        return _Said(_is_argument(one, call), call, _given(one.default), tuple(call.args))
    call = one.default if isinstance(one.default, ast.Call) else None  # type: ignore[assignment]
    if call is not None and one.module.full(call.func) in _MAKERS:
        words = keywords(call)
        default = call.args[0] if call.args else words.get("default")
        return _Said(_is_argument(one, call), call, _given(default), tuple(call.args[1:]))
    return _Said(one.default is None, None, one.default)


def _is_argument(one: Field, call: ast.Call) -> bool:
    return one.module.full(call.func) == "typer.Argument"


def _given(node: ast.expr | None) -> ast.expr | None:
    """``...`` is typer's word for none."""
    return None if isinstance(node, ast.Constant) and node.value is ... else node


def _is_name(kind: Kind, default: Default) -> bool:
    return bool(kind.names) and default.value in kind.names and default.value not in kind.choices


def _argument(parameter: Parameter, kind: Kind) -> Parameter:
    several = {"*": "+" if parameter.required else "*"}.get(kind.nargs, kind.nargs)
    return replace(parameter, nargs=several or ("" if parameter.required else "?"))


def _option(parameter: Parameter, kind: Kind, names: list[str], words: dict[str, Any]) -> Parameter:
    on = [name.partition("/")[0].strip() for name in names if name.partition("/")[0].strip()]
    off = [name.partition("/")[2].strip() for name in names if "/" in name]
    flag = max(on, key=len) if on else "--" + parameter.key.replace("_", "-")
    action: Action = "store"
    if "count" in words:
        action = "count"
    elif kind.type == "bool" and not kind.nargs:
        action = "boolean-optional"
        off = off or (["--no-" + parameter.key.replace("_", "-")] if not on else [])
        action = "boolean-optional" if off else "flag"
    elif kind.nargs == "*":
        action = "append"
    key = flag.lstrip("-")
    others = [name.lstrip("-") for name in on if name != flag] + [parameter.key]
    return replace(
        parameter,
        key=key,
        flag=flag,
        action=action,
        off=max(off, key=len) if off and action == "boolean-optional" else "",
        nargs=kind.nargs if kind.nargs.isdigit() else "",
        default=False if action == "flag" and parameter.default is None else parameter.default,
        aliases=tuple(dict.fromkeys(a for a in others if a.replace("-", "_") != key.replace("-", "_"))),
    )
