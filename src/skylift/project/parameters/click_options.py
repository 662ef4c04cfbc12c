"""One ``click.option`` or ``click.argument``, read as click would take it (its documentation, "Parameters")."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skylift.project.parameters.annotations import type_of
from skylift.project.parameters.bounds import bounded, in_any_case
from skylift.project.parameters.context import Context, Default, keywords, opaque
from skylift.project.parameters.reading import Option
from skylift.project.source.names import Module
from skylift.values.arguments import ANY, Action, Parameter

CLICKS = ("click", "rich_click", "asyncclick", "cloup")
_TYPES = {
    "int": "int", "INT": "int", "IntRange": "int", "float": "float", "FLOAT": "float", "FloatRange": "float",
    "str": "str", "STRING": "str", "bool": "bool", "BOOL": "bool", "Path": "path", "File": "path",
}  # fmt: skip
_NO_VALUE = frozenset({"version_option", "help_option"})
_USUAL = {"password_option": "--password", "confirmation_option": "--yes"}
OPTIONS = frozenset({"option", "argument", *_USUAL}) | _NO_VALUE
CLASSES = frozenset({"Option", "Argument"})
"""Of which a command may be given a list."""


class Unread(Exception):
    """The call says only at run time what it adds."""


@dataclass(frozen=True)
class _Said:
    """The words of one call."""

    context: Context
    module: Module
    words: Mapping[str, ast.expr]
    local: Mapping[str, Any]

    def value(self, key: str) -> Any:
        found = self.context.constants.read(self.module, self.words.get(key), self.local)
        return found.value if found is not None else None

    @property
    def default(self) -> Default:
        node = self.words.get("default")
        if node is None:
            return Default()
        found = self.context.constants.read(self.module, node, self.local)
        return Default(found.value, not found.variable, found.variable) if found else Default(known=False)

    @property
    def variable(self) -> str:
        found = self.value("envvar")
        first = found[0] if isinstance(found, list | tuple) and found else found
        return first if isinstance(first, str) else ""


def read_click_option(
    context: Context, module: Module, call: ast.Call, command: str, local: Mapping[str, Any]
) -> Option | None:
    """What a call adds to a command; None for ``--version`` and the like.

    :param local: the values of a loop's variables, where it stands in one.
    :raises Unread: when its names can not be read.
    """
    kind = module.full(call.func).rpartition(".")[2]
    if kind in _NO_VALUE:
        return None
    args: list[ast.expr] = list(call.args)
    if kind in CLASSES:
        given = args[0] if args else keywords(call).get("param_decls")
        args = list(given.elts) if isinstance(given, ast.List | ast.Tuple) else []
    found = [context.constants.read(module, item, local) for item in args]
    names = [one.value for one in found if one is not None and isinstance(one.value, str)]
    if len(names) != len(args) or opaque(call) or not (names or kind in _USUAL):
        raise Unread
    words = keywords(call)
    if kind == "confirmation_option":
        words = {"is_flag": ast.Constant(value=True), **words}
    said = _Said(context, module, words, local)
    if kind in ("argument", "Argument"):
        return _argument(names[0], said, command)
    asks = prompts(context, module, call)
    return _option(names or [_USUAL[kind]], said, command, asks=asks)


def prompts(context: Context, module: Module, call: ast.Call) -> bool:
    """Whether the program asks for it in a terminal, where it is not given."""
    words, kind = keywords(call), module.full(call.func).rpartition(".")[2]
    found = context.constants.read(module, words.get("prompt"))
    late = context.constants.read(module, words.get("prompt_required"))
    asks = kind in _USUAL if "prompt" not in words else found is None or bool(found.value)
    return asks and not (late is not None and late.value is False)


def _argument(name: str, said: _Said, command: str) -> Option:
    default, nargs = said.default, said.value("nargs")
    several = nargs == -1
    asked = said.value("required")
    optional = "default" in said.words or several or asked is False
    required = bool(asked) if several else not optional
    kind, choices = _type(said, default)
    count = ("+" if required else "*") if several else "" if nargs in (None, 1) else str(nargs)
    parameter = Parameter(
        key=name.lower().replace("-", "_"),
        type=kind,
        choices=choices,
        default=default.value,
        default_known=default.known and not said.variable,
        nargs=count or ("" if required else "?"),
        required=required and not said.variable,
        command=command,
        help=str(said.value("help") or ""),
    )
    return _with_variable(_limited(parameter, said), parameter.key, default, said.variable)


def _option(names: list[str], said: _Said, command: str, *, asks: bool = False) -> Option:
    on, off, dest = _flags(names)
    flag = max(on, key=len) if on else ""
    default = said.default
    action, default, off = _action(said, default, off)
    kind, choices = _type(said, default)
    nargs = said.value("nargs")
    if isinstance(said.words.get("type"), ast.Tuple):
        nargs = len(said.words["type"].elts)  # type: ignore[attr-defined]
    others = dict.fromkeys([*(name.lstrip("-") for name in on), dest or _dest(on)])
    key = flag.lstrip("-")
    if action == "negative-flag" and dest:
        # It is named by what it sets: `shuffle=false` says what `no-shuffle=…` would leave open.
        key, others = dest, {}
    parameter = Parameter(
        key=key,
        flag=flag,
        type={"flag": "bool", "negative-flag": "bool", "boolean-optional": "bool", "count": "int"}.get(
            action, kind
        ),
        choices=choices,
        default=default.value,
        default_known=default.known and not said.variable,
        nargs="" if nargs in (None, 1) else str(nargs),
        required=bool(said.value("required") or asks) and not said.variable,
        action=action,
        help=str(said.value("help") or ""),
        aliases=tuple(name for name in others if name.replace("-", "_") != key.replace("-", "_")),
        off=off,
        false="False" if kind == "bool" and action == "store" else "",
        command=command,
    )
    return _with_variable(_limited(parameter, said), dest or _dest(on), default, said.variable)


def _with_variable(parameter: Parameter, dest: str, default: Default, variable: str) -> Option:
    variable = variable or default.variable
    return Option(parameter, dest, variable, default.value if variable else None)


def _flags(names: list[str]) -> tuple[list[str], str, str]:
    """The flags, the one that says false, and the name that the function has it by."""
    on: list[str] = []
    off: list[str] = []
    dest = ""
    for name in names:
        if not name[:1].isalnum() and name[:1] != "_":
            first, _, second = name.partition("/") if not name.startswith("/") else (name, "", "")
            on += [first.strip()] if first.strip() else []
            off += [second.strip()] if second.strip() else []
        elif "/" in name:
            first, _, second = name.partition("/")
            on, off = [*on, first.strip()], [*off, second.strip()]
        else:
            dest = name
    return on, max(off, key=len) if off else "", dest


def _dest(on: list[str]) -> str:
    """click takes the first of the longest dashes."""
    ranked = sorted(on, key=lambda name: len(name) - len(name.lstrip("-")), reverse=True)
    return ranked[0].lstrip("-").replace("-", "_").lower() if ranked else ""


def _action(said: _Said, default: Default, off: str) -> tuple[Action, Default, str]:
    if said.value("count"):
        return "count", Default(0) if default.value is None and default.known else default, ""
    if said.value("multiple"):
        return "append", Default(()) if default.value is None and default.known else default, ""
    if off:
        usual = Default(False) if "default" not in said.words else default
        return "boolean-optional", usual, off
    is_flag = said.value("is_flag")
    if is_flag is None:
        is_flag = "flag_value" in said.words
    return _flag(said, default) if is_flag else ("store", default, "")


def _flag(said: _Said, default: Default) -> tuple[Action, Default, str]:
    if "flag_value" in said.words and said.value("flag_value") is False and default.value in (None, True):
        return "negative-flag", Default(True, known=default.value is True), ""
    if "flag_value" in said.words:
        # One of several flags that set the same name: what they set is the function's business.
        return "flag", Default(default.value is True, default.known), ""
    if default.value is True:
        return "negative-flag", default, ""
    return "flag", Default(bool(default.value), default.known), ""


def _type(said: _Said, default: Default) -> tuple[str, tuple[Any, ...]]:
    """The type with its choices; without one, that of the default."""
    node = said.words.get("type")
    if node is None:
        return _guessed(default.value), ()
    if isinstance(node, ast.Tuple):
        kinds = {_TYPES.get(said.module.full(item).rpartition(".")[2], ANY) for item in node.elts}
        return (kinds.pop() if len(kinds) == 1 else ANY), ()
    called = node if isinstance(node, ast.Call) else None
    name = said.module.full(called.func if called else node).rpartition(".")[2]
    if called is not None and name == "Choice":
        return _choice(
            said, next(iter([*called.args, *keywords(called).values()]), ast.Tuple([], ast.Load()))
        )
    return _TYPES.get(name, ast.unparse(node)), ()


def _limited(parameter: Parameter, said: _Said) -> Parameter:
    """With the bounds of an ``IntRange`` or a ``FloatRange``, and with whether a ``Choice`` minds capitals."""
    node = said.words.get("type")
    name = said.module.full(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
    if isinstance(node, ast.Call) and name == "Choice":
        minds = said.context.constants.read(said.module, keywords(node).get("case_sensitive"))
        return in_any_case(parameter) if minds is not None and not minds.value else parameter
    if not isinstance(node, ast.Call) or name not in ("IntRange", "FloatRange") or opaque(node):
        return parameter
    words = dict(zip(("min", "max", "min_open", "max_open", "clamp"), node.args, strict=False))
    return bounded(parameter, said.context, said.module, words | keywords(node))


def _guessed(default: Any) -> str:
    value = next(iter(default), None) if isinstance(default, list | tuple) else default
    return "str" if value is None else type_of(value)


def _choice(said: _Said, node: ast.expr) -> tuple[str, tuple[Any, ...]]:
    members = said.context.constants.members(said.module, node)
    if members is not None:
        return "str", tuple(members)
    found = said.context.constants.read(said.module, node, said.local)
    values = found.value if found is not None and isinstance(found.value, list | tuple | set | dict) else ()
    return "str", tuple(str(value) for value in values)
