"""python-fire: functions and classes as they are, each argument a flag ("The Python Fire Guide")."""

from __future__ import annotations

import ast

from skylift.project.parameters.context import Context, context_of, keywords, option
from skylift.project.parameters.fields import Field, Function, arguments_of, takes_more
from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.names import Module, Place
from skylift.project.source.program import Program
from skylift.values.arguments import ANY, NUMBER, Parameter

_TYPES = {"int": NUMBER, "float": "float", "bool": "bool", "str": "str"}


def read_fire(program: Program, function: str = "") -> Reading | None:
    """What ``fire.Fire(…)`` is given; without anything, all that the module has."""
    context = context_of(program, function)
    for module, call in context.reach.calls_of("fire.Fire", "fire.core.Fire"):
        reader = _Fire(context)
        component = call.args[0] if call.args else keywords(call).get("component")
        reader.start(module, call, component)
        return reader.reading
    return None


class _Fire:
    def __init__(self, context: Context) -> None:
        self._context = context
        self.reading = Reading("fire")

    def start(self, module: Module, call: ast.Call, component: ast.expr | None) -> None:
        made = component.func if isinstance(component, ast.Call) else component
        place = self._context.class_or_function(module, made)
        bound = self._context.reach.find(module, component) if place is None else None
        table = component if isinstance(component, ast.Dict) else bound.node if bound is not None else None
        if component is None:
            self._commands([Place(module, name, node) for name, node in module.bound.items()], {})
        elif isinstance(table, ast.Dict):
            self._table(bound.module if bound is not None else module, table)
        elif place is None:
            self.reading.notes.append(
                module.said(call, f"`{ast.unparse(component)}` is not in the project, or made at run time")
            )
        elif isinstance(place.node, ast.ClassDef):
            self._class(place, "", made=isinstance(component, ast.Call))
        else:
            self._function(place, "")

    def _table(self, module: Module, table: ast.Dict) -> None:
        for key, value in zip(table.keys, table.values, strict=True):
            name, place = (
                self._context.constants.text(module, key),
                self._context.class_or_function(module, value),
            )
            if not name or place is None:
                self.reading.notes.append(module.said(value, "this command could not be read"))
                continue
            self._command(place, name)
        self.reading.command_required = True

    def _commands(self, places: list[Place], names: dict[str, str]) -> None:
        """Every function and class that a module defines."""
        for place in places:
            if isinstance(place.node, Function | ast.ClassDef) and not place.name.startswith("_"):
                self._command(place, names.get(place.name, place.name))
        self.reading.command_required = True

    def _command(self, place: Place, name: str) -> None:
        if isinstance(place.node, ast.ClassDef):
            self._class(place, name, made=False)
            return
        self.reading.commands = (*self.reading.commands, name)
        self._function(place, name)

    def _class(self, place: Place, path: str, *, made: bool) -> None:
        """The arguments of a class are given before the name of a method, and the method's after it."""
        assert isinstance(place.node, ast.ClassDef)
        methods = [node for node in place.node.body if isinstance(node, Function)]
        start = next((node for node in methods if node.name == "__init__"), None)
        if start is not None and not made:
            self._arguments(place.module, start, path, method=True)
        for node in methods:
            if not node.name.startswith("_"):
                inner = f"{path} {node.name}".strip()
                self.reading.commands = (*self.reading.commands, inner)
                static = any(place.module.full(one) == "staticmethod" for one in node.decorator_list)
                self._arguments(place.module, node, inner, method=not static)
        if any(base for base in place.node.bases if place.module.full(base) != "object"):
            self.reading.notes.append(place.module.said(place.node, "methods that it inherits are not read"))
        self.reading.command_required = True

    def _function(self, place: Place, command: str) -> None:
        assert isinstance(place.node, Function)
        self._arguments(place.module, place.node, command, method=False)

    def _arguments(self, module: Module, function: Function, command: str, *, method: bool) -> None:
        self.reading.handlers.append((command, module.name, function.lineno))
        if takes_more(function):
            self.reading.notes.append(module.said(function, f"`{function.name}` takes more than it names"))
        for one in arguments_of(module, function, method=method):
            self.reading.options.append(self._option(one, command))

    def _option(self, one: Field, command: str) -> Option:
        """fire reads every value as a Python literal; the annotation is only what the author meant."""
        kind = self._context.annotations.read(one.module, one.annotation)
        default = self._context.default(one.module, one.default)
        usual = _TYPES.get(type(default.value).__name__, ANY) if one.annotation is None else kind.type
        several = bool(kind.nargs) or kind.table or kind.optional or kind.union
        return option(
            Parameter(
                key=one.name,
                flag="--" + one.name,
                type=ANY
                if several or usual not in ("int", "float", "bool", "str", "path", NUMBER)
                else usual,
                default=default.value,
                default_known=default.known and not default.variable,
                choices=kind.choices if not several else (),
                required=one.default is None,
                spelling="python",
                command=command,
            ),
            one.name,
            default,
        )
