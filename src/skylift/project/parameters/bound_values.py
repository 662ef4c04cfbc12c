"""Values that a program binds by name, beside the options of its parser: gin's bindings, and yacs's pairs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from skylift.project.parameters.context import Context, Default, context_of, decorators, keywords
from skylift.project.parameters.fields import Field, Function, arguments_of
from skylift.project.parameters.reading import Option, Reading
from skylift.project.parameters.tables import blocks, roots, tables_in
from skylift.project.source.names import Module
from skylift.project.source.program import Program
from skylift.values.arguments import ANY, LITERALS, NUMBER, Parameter, Spelling

_PARSE_GIN = frozenset({"gin.parse_config_files_and_bindings", "gin.parse_config"})
_CONFIGURABLE = frozenset({"gin.configurable", "gin.register", "gin.config.configurable"})
_OF_GIN = frozenset({"gin_param", "gin_params", "gin_binding", "gin_bindings"})
_TYPES = frozenset({"int", "float", "bool", "str"})
_NUMBERS = {"int": NUMBER, "float": NUMBER}


def add_bound_values(program: Program, reading: Reading) -> None:
    """Add what can be bound by name to the options of the parser that hands it on."""
    context = context_of(program)
    if "gin" in context.libraries:
        _gin(context, reading)
    for _, call in context.reach.calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr == "merge_from_list" and call.args:
            _pairs(context, call, reading)
            return


def _handed(reading: Reading, node: ast.expr | None) -> Parameter | None:
    """The option whose value is handed on: ``FLAGS.gin_param``, ``args.opts``."""
    for inner in ast.walk(node) if node is not None else ():
        name = inner.attr if isinstance(inner, ast.Attribute) else ""
        for option in reading.options:
            if name and name in (option.dest, option.parameter.key.replace("-", "_")):
                return option.parameter
    return None


def _gin(context: Context, reading: Reading) -> None:
    handed: Parameter | None = None
    for module, call in context.reach.calls:
        if module.full(call.func) in _PARSE_GIN:
            words = keywords(call)
            node = words.get("bindings") or (call.args[-1] if call.args else None)
            handed = handed or _handed(reading, node)
    known = (option.parameter for option in reading.options)
    handed = handed or next((p for p in known if p.key.replace("-", "_") in _OF_GIN), None)
    if handed is None or not handed.flag:
        return
    several = handed.action != "append"
    spelling: Spelling = "bindings" if several else "binding"
    found = {p.key: p for p in _configurables(context)}
    for parameter in found.values():
        one = replace(parameter, flag=handed.flag, spelling=spelling)
        reading.options.append(Option(one, one.key))
    any_ = Parameter(
        "*.*", handed.flag, ANY, default_known=False, help="any other binding of gin", spelling=spelling
    )
    reading.options.append(Option(any_, "*.*"))
    reading.remarks.append(f"gin's references (@name, %MACRO) go after `--`, as {handed.flag}=NAME=@VALUE")


def _configurables(context: Context) -> Iterator[Parameter]:
    """The arguments of what is marked ``@gin.configurable``; files of gin may change their defaults."""
    for module in context.reach.modules:
        for node in module.nodes:
            for said, call in decorators(node):
                if module.full(said) not in _CONFIGURABLE or not isinstance(node, Function | ast.ClassDef):
                    continue
                named = context.constants.text(module, call.args[0]) if call is not None and call.args else ""
                for one in _arguments(module, node):
                    kind = context.annotations.read(module, one.annotation).type
                    default = context.default(module, one.default)
                    usual = type(default.value).__name__ if default.known and one.default is not None else ANY
                    kind = kind if kind in _TYPES else _NUMBERS.get(usual, usual)
                    yield Parameter(
                        f"{named or node.name}.{one.name}",
                        type=kind if kind in (*_TYPES, NUMBER) else ANY,
                        default=default.value,
                        default_known=False,
                    )


def _arguments(module: Module, node: Function | ast.ClassDef) -> list[Field]:
    if isinstance(node, Function):
        return arguments_of(module, node)
    made = (one for one in node.body if isinstance(one, Function) and one.name == "__init__")
    return next((arguments_of(module, one, method=True) for one in made), [])


def _pairs(context: Context, call: ast.Call, reading: Reading) -> None:
    """``cfg.merge_from_list(args.opts)``: names and values in turn, behind all options."""
    handed = _handed(reading, call.args[0])
    if handed is None or handed.action != "store":
        return
    tables = [
        table
        for one in context.reach.modules
        if "yacs" in one.path.stem
        or any("CfgNode" in full or full.endswith(".CN") for full in one.imports.values())
        for body in blocks(one)
        for table in roots(tables_in(context, one, body))
    ]
    flag = handed.flag
    for table in tables[:1]:
        reading.options += (_pair(flag, name, kind, default) for name, (kind, default) in table.keys.items())
    if not tables or len(tables) > 1 or tables[0].is_open:
        text = "any other key of the config" if tables else "a key of the config: they are not the project's"
        other = Parameter("*.*", flag, ANY, default_known=False, help=text, spelling="pairs")
        reading.options.append(Option(other, "*.*"))


def _pair(flag: str, name: str, kind: str, default: Default) -> Option:
    """yacs refuses a value of another type, and takes a list for a tuple."""
    exact = kind in _TYPES | LITERALS
    parameter = Parameter(
        name,
        flag,
        kind if exact else ANY,
        default.value,
        default.known,
        spelling="pairs",
        exact=exact and kind != "list",
    )
    return Option(parameter, name)
