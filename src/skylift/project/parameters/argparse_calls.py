"""One ``add_argument`` call, read as argparse would take it (its documentation, "The add_argument() method")."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skylift.project.parameters.reading import Option
from skylift.project.source.literals import literal
from skylift.values.arguments import Action, Parameter

_ACTIONS: dict[str, Action] = {
    "store": "store",
    "store_true": "flag",
    "store_const": "flag",
    "store_false": "negative-flag",
    "BooleanOptionalAction": "boolean-optional",
    "append": "append",
    "extend": "append",
    "count": "count",
}
_NO_VALUE = frozenset({"help", "version"})
_TYPES = {
    "int": "int",
    "float": "float",
    "str": "str",
    "bool": "bool",
    "Path": "path",
    "pathlib.Path": "path",
}
_USUAL: dict[Action, object] = {"flag": False, "negative-flag": True}


class Unread(Exception):
    """The call says only at run time what it adds."""


def read_option(call: ast.Call, constants: Mapping[str, Any]) -> Option | None:
    """The option that a call adds; None for ``--help`` and ``--version``.

    :raises Unread: when its names can not be read.
    """
    names = [literal(item, constants) for item in call.args]
    texts = [name.value for name in names if name is not None and isinstance(name.value, str)]
    if len(texts) != len(call.args) or any(keyword.arg is None for keyword in call.keywords):
        raise Unread
    said = _Said({str(keyword.arg): keyword.value for keyword in call.keywords}, constants)
    if said.action in _NO_VALUE:
        return None
    return _option(texts, said)


@dataclass(frozen=True)
class _Said:
    """The keywords of a call."""

    keywords: Mapping[str, ast.expr]
    constants: Mapping[str, Any]

    def value(self, key: str) -> Any:
        node = self.keywords.get(key)
        found = literal(node, self.constants) if node is not None else None
        return found.value if found is not None else None

    @property
    def action(self) -> str:
        node = self.keywords.get("action")
        if node is None:
            return "store"
        if isinstance(node, ast.Attribute | ast.Name):
            return ast.unparse(node).rpartition(".")[2]
        return str(self.value("action"))

    @property
    def type(self) -> str:
        node = self.keywords.get("type")
        return "str" if node is None else _TYPES.get(ast.unparse(node), ast.unparse(node))


def _option(names: list[str], said: _Said) -> Option:
    flags = [name for name in names if name.startswith("-")]
    action = _ACTIONS.get(said.action, "store")
    flag = max(flags, key=len) if flags else ""
    dest = said.value("dest") or _dest(names, flags)
    # A negative flag is named by what it sets: `shuffle=false` says what `no-shuffle=…` would leave open.
    named_by_dest = action == "negative-flag" and said.value("dest")
    key = dest if named_by_dest or not flag else flag.lstrip("-")
    others = [] if named_by_dest else [name.lstrip("-") for name in flags]
    aliases = dict.fromkeys(
        name for name in (*others, dest) if name.replace("-", "_") != key.replace("-", "_")
    )
    default, known, variable = _default(said, action)
    nargs = said.value("nargs")
    choices = said.value("choices")
    parameter = Parameter(
        key=key,
        flag=flag,
        type=_type(said, action),
        default=default,
        default_known=known,
        choices=tuple(choices) if isinstance(choices, list | tuple | set | range | str) else (),
        nargs="" if nargs is None else str(nargs),
        required=bool(said.value("required")) or (not flags and str(nargs) not in ("?", "*")),
        action=action,
        help=str(said.value("help") or ""),
        aliases=tuple(aliases),
    )
    return Option(parameter, str(dest).replace("-", "_"), variable, default if variable else None)


def _dest(names: list[str], flags: list[str]) -> str:
    """What argparse would derive: the first long flag, else the first short one; a positional as it is."""
    long = [flag for flag in flags if flag.startswith("--")]
    return [*long, *flags, *names, ""][0].lstrip("-")


def _type(said: _Said, action: Action) -> str:
    if action in ("flag", "negative-flag", "boolean-optional"):
        return "bool"
    return "int" if action == "count" else said.type


def _default(said: _Said, action: Action) -> tuple[Any, bool, str]:
    """The default, whether it is known to be that in a job too, and the variable it comes from."""
    node = said.keywords.get("default")
    if node is None:
        # What a constant is, is the script's business.
        return (None, True, "") if said.action == "store_const" else (_USUAL.get(action), True, "")
    found = literal(node, said.constants)
    if found is None:
        return None, False, ""
    return _as_argparse(found.value, said.type), not found.variable, found.variable


def _as_argparse(default: Any, kind: str) -> Any:
    # argparse converts a default that is a string, and no other.
    if isinstance(default, str) and kind in ("int", "float"):
        try:
            return int(default) if kind == "int" else float(default)
        except ValueError:
            return default
    return default
