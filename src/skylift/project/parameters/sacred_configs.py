"""sacred: ``python train.py with lr=0.1``. A config is what functions of the experiment assign, and its tables."""

from __future__ import annotations

import ast

from skylift.project.parameters.assigned import OBJECT, Assigned, assigned_in
from skylift.project.parameters.context import Context, context_of, decorators, keywords
from skylift.project.parameters.fields import Function, arguments_of
from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.documents import dotted, read_document
from skylift.project.source.names import Module
from skylift.project.source.program import Program
from skylift.values.arguments import ANY, NUMBER, Parameter

_GIVEN = frozenset({"_config", "_log", "_run", "_seed", "_rnd", "self"})
_CAPTURED = frozenset({"main", "automain", "capture", "command"})
_TYPES = {"int": NUMBER, "float": "float", "bool": "bool", "str": "str"}


def read_sacred(program: Program, function: str = "") -> Reading | None:
    """The keys of the experiment's config."""
    context = context_of(program, function)
    if "sacred" not in context.libraries:
        return None
    made = next(context.reach.calls_of("sacred.Experiment"), None)
    if made is None:
        return None
    reading = Reading("sacred")
    reader = _Reader(context, reading)
    for module in context.reach.modules:
        for node in module.nodes:
            if isinstance(node, Function):
                reader.function(module, node)
    for module, call in context.reach.calls:
        reader.call(module, call)
    reader.end()
    return reading


class _Reader:
    def __init__(self, context: Context, reading: Reading) -> None:
        self._context, self._reading = context, reading
        self._found: dict[str, Parameter] = {}
        self._captured: dict[str, bool] = {}
        self._named: list[str] = []

    def function(self, module: Module, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """A config scope, or a function that is given values of the config."""
        names = {said.attr for said, _ in decorators(node) if isinstance(said, ast.Attribute)}
        if "config" in names:
            for name, one in assigned_in(self._context, module, node).items():
                if not name.startswith("_") and one.type != OBJECT:
                    self._add(name, one)
        if "named_config" in names:
            self._named.append(node.name)
        if names & _CAPTURED:
            for asked in arguments_of(module, node):
                self._captured.setdefault(asked.name, asked.default is None)

    def _add(self, name: str, one: Assigned) -> None:
        value = one.default.value
        if one.default.known and isinstance(value, dict) and value:
            for inner, leaf in dotted(value):
                self._value(f"{name}.{inner}", leaf)
            return
        kind = _TYPES.get(one.type, ANY)
        self._take(name, kind, value if one.default.known else None, known=one.default.known)

    def _value(self, name: str, value: object) -> None:
        self._take(name, _TYPES.get(type(value).__name__, ANY), value, known=True)

    def _take(self, name: str, kind: str, value: object, *, known: bool) -> None:
        self._found[name] = Parameter(name, "with", kind, value, known, spelling="bindings")

    def call(self, module: Module, call: ast.Call) -> None:
        """``ex.add_config("config.yaml")``, ``ex.add_config({…})``, ``ex.add_config(lr=0.1)``."""
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if module.full(call.func) == "sacred.Ingredient" and call.args:
            path = self._context.constants.text(module, call.args[0])
            self._note(module, call, f"the config of the ingredient `{path}` is not read")
        if name != "add_config":
            return
        for key, node in keywords(call).items():
            found = self._context.default(module, node)
            self._take(key, _TYPES.get(type(found.value).__name__, ANY), found.value, known=found.known)
        for node in call.args[:1]:
            values = self._table(module, node)
            if values is None:
                self._note(module, call, "which config is added, is said at run time")
            for key, value in dotted(values or {}):
                self._value(key, value)

    def _table(self, module: Module, node: ast.expr) -> object:
        text = self._context.constants.text(module, node)
        if text:
            bases = (self._context.program.root, module.path.parent)
            return next((found for base in bases if (found := read_document(base / text)) is not None), None)
        found = self._context.constants.read(module, node)
        return found.value if found is not None and isinstance(found.value, dict) else None

    def _note(self, module: Module, node: ast.AST, text: str) -> None:
        self._reading.notes.append(module.said(node, text))

    def end(self) -> None:
        """What functions ask for, and no config has."""
        tables = {name.partition(".")[0] for name in self._found}
        for name, required in self._captured.items():
            if name not in _GIVEN | tables:
                self._found[name] = Parameter(
                    name, "with", ANY, default_known=not required, required=required, spelling="bindings"
                )
        self._found.setdefault(
            "seed", Parameter("seed", "with", "int", default_known=False, spelling="bindings")
        )
        self._reading.options = [Option(one, name) for name, one in self._found.items()]
        # A part of a table, or of what could not be read, is set by its dotted name.
        other = Parameter(
            "*.*", "with", ANY, default_known=False, help="a part of a table", spelling="bindings"
        )
        if any(one.type == ANY for one in self._found.values()):
            self._reading.options.append(Option(other, "*.*"))
        if self._reading.notes:
            all_ = Parameter(
                "*", "with", ANY, default_known=False, help="any other value", spelling="bindings"
            )
            self._reading.options.append(Option(all_, "*"))
        if self._named:
            names = ", ".join(self._named)
            self._reading.remarks.append(f"named configs ({names}) go after `--`: -- with {self._named[0]}")
