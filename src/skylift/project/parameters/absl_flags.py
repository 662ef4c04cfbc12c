"""absl's flags, in all modules of a program: each module declares its own (absl-py, "absl.flags")."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from skylift.project.parameters.context import Context, Default, context_of, keywords, opaque, option
from skylift.project.parameters.reading import Option, Reading
from skylift.project.parameters.tables import Table, roots, tables_in
from skylift.project.source.modules import parsed
from skylift.project.source.names import Module
from skylift.project.source.program import Program
from skylift.values.arguments import ANY, Action, Parameter

_HOMES = (
    "absl.flags",
    "tensorflow.app.flags",
    "tensorflow.compat.v1.app.flags",
    "tensorflow.flags",
    "gflags",
)
_STARTS = ("absl.app.run", "tensorflow.app.run", "tensorflow.compat.v1.app.run")
_KINDS: dict[str, tuple[str, Action]] = {
    "string": ("str", "store"), "integer": ("int", "store"), "float": ("float", "store"),
    "bool": ("bool", "boolean-optional"), "boolean": ("bool", "boolean-optional"),
    "enum": ("str", "store"), "enum_class": ("str", "store"),
    "list": ("str", "store"), "spaceseplist": ("str", "store"),
    "multi_string": ("str", "append"), "multi_integer": ("int", "append"), "multi_float": ("float", "append"),
    "multi_enum": ("str", "append"), "multi_enum_class": ("str", "append"),
}  # fmt: skip
_OPEN = (
    "verbosity",
    "v",
    "logtostderr",
    "alsologtostderr",
    "log_dir",
    "stderrthreshold",
    "flagfile",
    "undefok",
)
"""Flags of absl's own that a job may want."""


def read_absl(program: Program, function: str = "") -> Reading | None:
    """The flags of a program that starts as absl's applications do, or that has them parsed itself."""
    context = context_of(program, function)
    if not context.libraries & {"absl", "tensorflow", "gflags"}:
        return None
    reader = _Flags(context)
    for module, call in context.reach.calls:
        reader.call(module, call)
    started = next(context.reach.calls_of(*_STARTS), None) is not None
    # TensorFlow's flags are parsed when the first of them is looked at.
    starts = reader.parsed or (started and "absl" in context.libraries)
    return reader.reading if starts or reader.of_tensorflow else None


class _Flags:
    def __init__(self, context: Context) -> None:
        self._context = context
        self.reading = Reading("absl", open=_OPEN)
        self.parsed = False
        self.of_tensorflow = False

    def call(self, module: Module, call: ast.Call) -> None:
        stem, _, name = module.full(call.func).rpartition(".")
        if name.startswith("DEFINE") and (stem in _HOMES or stem.endswith("config_flags")):
            self._define(module, call, name.removeprefix("DEFINE_"))
            self.of_tensorflow = self.of_tensorflow or stem.startswith("tensorflow.")
        elif stem in _HOMES and name in ("mark_flag_as_required", "mark_flags_as_required"):
            self._require(module, call)
        elif stem in _HOMES and name == "FLAGS":
            self.parsed = True

    def _define(self, module: Module, call: ast.Call, kind: str) -> None:
        words = keywords(call)
        name = self._context.constants.text(module, call.args[0] if call.args else words.get("name"))
        if kind.startswith("config_") and name:
            self._config(module, call, name, kind)
        elif kind == "alias" and name:
            self._alias(module, call, name)
        elif kind not in _KINDS or not name or opaque(call):
            self.reading.notes.append(module.said(call, "this flag is made at run time"))
        else:
            self.reading.options.append(self._option(module, call, name, kind, words))

    def _option(
        self, module: Module, call: ast.Call, name: str, kind: str, words: Mapping[str, ast.expr]
    ) -> Option:
        given = list(call.args[1:])
        default_node = given[0] if given else words.get("default")
        third = "enum_class" if "enum_class" in kind else "enum_values" if "enum" in kind else "help"
        values = (given[1] if len(given) > 1 else words.get(third)) if "enum" in kind else None
        after = given[2 if "enum" in kind else 1 :]
        default = self._context.default(module, default_node)
        type_, action = _KINDS[kind]
        short = self._context.constants.text(module, words.get("short_name"))
        required = self._context.constants.read(module, words.get("required"))
        parameter = Parameter(
            key=name,
            flag="--" + name,
            type=type_,
            default=_default(default_node, kind, default.value),
            default_known=default.known and not default.variable,
            choices=self._choices(module, values, kind) if values is not None else (),
            required=bool(required is not None and required.value),
            action=action,
            help=self._context.constants.text(module, after[0] if after else words.get("help")),
            aliases=(short,) if short else (),
            off=f"--no{name}" if action == "boolean-optional" else "",
            spelling="joined",
            separator=self._separator(module, kind, words),
        )
        return option(parameter, name, replace(default, value=parameter.default))

    def _separator(self, module: Module, kind: str, words: Mapping[str, ast.expr]) -> str:
        if kind == "spaceseplist":
            commas = self._context.constants.read(module, words.get("comma_compat"))
            return " ," if commas is not None and commas.value else " "
        return "," if kind == "list" else ""

    def _choices(self, module: Module, node: ast.expr, kind: str) -> tuple[Any, ...]:
        if "enum_class" in kind:
            return tuple(name.lower() for name in self._context.constants.members(module, node) or ())
        found = self._context.constants.read(module, node)
        return tuple(found.value) if found is not None and isinstance(found.value, list | tuple | set) else ()

    def _alias(self, module: Module, call: ast.Call, name: str) -> None:
        of = self._context.constants.text(module, call.args[1] if len(call.args) > 1 else None)
        self._change(of, lambda p: replace(p, aliases=(*p.aliases, name)))

    def _require(self, module: Module, call: ast.Call) -> None:
        found = self._context.constants.read(module, call.args[0] if call.args else None)
        names = found.value if found is not None else []
        for name in [names] if isinstance(names, str) else names:
            self._change(name, lambda p: replace(p, required=True))

    def _change(self, name: str, change: Any) -> None:
        self.reading.options = [
            replace(one, parameter=change(one.parameter)) if one.parameter.key == name else one
            for one in self.reading.options
        ]

    def _config(self, module: Module, call: ast.Call, name: str, kind: str) -> None:
        """A config file in Python, or a table of the code: each of its values is a flag of its own."""
        given = (
            call.args[1]
            if len(call.args) > 1
            else keywords(call).get("default") or keywords(call).get("config")
        )
        table = None
        if kind == "config_file":
            text = self._context.constants.text(module, given)
            parameter = Parameter(name, f"--{name}", "path", text or None, spelling="joined")
            self.reading.options.append(Option(parameter, name))
            table = self._table_of(text.partition(":")[0])
        elif isinstance(given, ast.Call):
            place = self._context.class_or_function(module, given.func)
            body = getattr(place.node, "body", []) if place is not None else []
            table = next(iter(roots(tables_in(self._context, place.module, body))), None) if place else None
        elif isinstance(given, ast.Name):
            table = tables_in(self._context, module, module.tree.body).get(given.id)
        for key, (type_, default) in (table.keys if table is not None else {}).items():
            self.reading.options.append(_of_config(f"{name}.{key}", type_, default))
        if kind == "config_file" or table is None or table.is_open:
            # Another file has other keys.
            self.reading.open = (*self.reading.open, f"{name}.*")
            what = "of the config file" if kind == "config_file" else "of the config"
            more = "" if table is None else " that is not listed"
            names = "; their names are not read" if table is None else ""
            self.reading.remarks.append(f"--{name}.NAME=… sets a value {what}{more}{names}")

    def _table_of(self, text: str) -> Table | None:
        """The keys of a config file: what its ``get_config()`` returns."""
        root = self._context.program.root.resolve()
        path = (root / text).resolve()
        tree = parsed(path) if text and path.is_relative_to(root) and path.is_file() else None
        if tree is None:
            return None
        module = Module(path, path.relative_to(root).as_posix(), tree)
        functions = (
            node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "get_config"
        )
        body = next((node.body for node in functions), tree.body)
        return next(iter(roots(tables_in(self._context, module, body))), None)


def _of_config(key: str, kind: str, default: Default) -> Option:
    kind = kind if kind in ("int", "float", "str", "bool") else ANY
    value = list(default.value) if isinstance(default.value, tuple) else default.value
    parameter = Parameter(
        key, f"--{key}", kind, value, default.known and not default.variable, false="false", spelling="joined"
    )
    return Option(parameter, key)


def _default(node: ast.expr | None, kind: str, value: Any) -> Any:
    """A default as the flag would have it."""
    if kind in ("list", "spaceseplist") and isinstance(value, list | tuple):
        return ("," if kind == "list" else " ").join(str(item) for item in value)
    if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind == "enum_class" and isinstance(node, ast.Attribute):
        return node.attr.lower()
    if kind.startswith("multi_") and value is not None and not isinstance(value, list | tuple):
        return [value]
    return value
