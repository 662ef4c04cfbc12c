"""One ``add_argument`` call, read as argparse would take it (its documentation, "The add_argument() method")."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skylift.project.literals import Literal, literal
from skylift.values.arguments import Action, Parameter

_ACTIONS: dict[str, Action] = {
    "store": "store",
    "store_true": "flag",
    "store_false": "negative-flag",
    "BooleanOptionalAction": "boolean-optional",
    "append": "append",
    "extend": "append",
    "count": "count",
}
_NO_VALUE = frozenset({"help", "version"})


@dataclass(frozen=True)
class Argument:
    parameter: Parameter
    action: str


def is_parser_call(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name == "ArgumentParser"


def add_argument(call: ast.Call, constants: Mapping[str, Any]) -> Argument | None:
    """None when the call says at run time what it adds."""
    names = [literal(item, constants) for item in call.args]
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    if None in names or not names or None in keywords:
        return None
    texts = [str(name.value) for name in names if name is not None]
    action = _action(keywords.get("action"), constants)
    if action in _NO_VALUE:
        return Argument(Parameter("help"), "help")
    if action not in _ACTIONS:
        return None
    return Argument(_parameter(texts, keywords, _ACTIONS[action], constants), action)


def _action(node: ast.expr | None, constants: Mapping[str, Any]) -> str:
    if node is None:
        return "store"
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    found = literal(node, constants)
    return str(found.value) if found else ""


def _parameter(
    names: list[str], keywords: Mapping[str | None, ast.expr], action: Action, constants: Mapping[str, Any]
) -> Parameter:
    def value(key: str) -> Literal | None:
        node = keywords.get(key)
        return literal(node, constants) if node is not None else None

    flags = [name for name in names if name.startswith("-")]
    flag = max(flags, key=len) if flags else ""
    default, choices, nargs, text = value("default"), value("choices"), value("nargs"), value("help")
    is_flag = action in ("flag", "negative-flag", "boolean-optional")
    given = keywords.get("default")
    required = value("required")
    return Parameter(
        key=flag.lstrip("-") or names[0],
        flag=flag,
        type="bool" if is_flag else "int" if action == "count" else _type(keywords.get("type")),
        default=_usual(action) if given is None else default.value if default else None,
        default_known=given is None or (default is not None and not default.variable),
        choices=tuple(choices.value) if choices and isinstance(choices.value, (list, tuple, set)) else (),
        nargs=str(nargs.value) if nargs else "",
        required=bool(required and required.value)
        or (not flags and not (nargs and str(nargs.value) in "?*")),
        action=action,
        help=str(text.value) if text and isinstance(text.value, str) else "",
    )


def _usual(action: Action) -> object:
    return {"flag": False, "negative-flag": True}.get(action)


def _type(node: ast.expr | None) -> str:
    if node is None:
        return "str"
    name = ast.unparse(node)
    if name in ("int", "float", "str"):
        return name
    # A `type=bool` turns every text but the empty one into True; what the user means is a bool.
    return {"bool": "bool", "Path": "path", "pathlib.Path": "path"}.get(name, "any")
