"""Values in source code, as far as they can be known without running it."""

from __future__ import annotations

import ast
import operator
import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}


@dataclass(frozen=True)
class Literal:
    """A value that was read; ``variable`` where it is only the fallback of an environment variable."""

    value: Any
    variable: str = ""


def literal(node: ast.expr, constants: Mapping[str, Any]) -> Literal | None:
    """Constants and displays of them, module constants, paths, sums, ``os.environ`` with its fallback; else None."""
    try:
        return _literal(node, constants)
    except RecursionError:
        return None


def _literal(node: ast.expr, constants: Mapping[str, Any]) -> Literal | None:
    if isinstance(node, ast.Name):
        return Literal(constants[node.id]) if node.id in constants else None
    found = environment_variable(node, constants) or _path(node, constants) or _sum(node, constants)
    if found is not None:
        return found
    try:
        return Literal(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def module_constants(tree: ast.Module) -> dict[str, Any]:
    """Names that a module gives one literal value at its top level."""
    found: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets: list[ast.expr] = node.targets
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets = [node.target]
        else:
            continue
        value = literal(node.value, found) if node.value is not None else None
        for target in targets:
            if isinstance(target, ast.Name):
                found.pop(target.id, None)
                if value is not None and not value.variable:
                    found[target.id] = value.value
    return found


def environment_variable(node: ast.AST, constants: Mapping[str, Any]) -> Literal | None:
    """``os.environ["X"]``, ``os.environ.get("X", d)``, ``os.getenv("X", d)``, ``… or d``."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        first, *_, last = [literal(value, constants) for value in node.values]
        return Literal(last.value if last else None, first.variable) if first and first.variable else None
    if isinstance(node, ast.Subscript) and _is_environ(node.value):
        return _variable(node.slice, None, constants)
    if isinstance(node, ast.Call) and node.args and _is_lookup(node.func):
        return _variable(node.args[0], node.args[1] if len(node.args) > 1 else None, constants)
    return None


def _variable(name: ast.expr, fallback: ast.expr | None, constants: Mapping[str, Any]) -> Literal | None:
    variable = literal(name, constants)
    if variable is None or not isinstance(variable.value, str):
        return None
    value = literal(fallback, constants) if fallback is not None else None
    return Literal(value.value if value else None, variable.value)


def _is_lookup(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute) and node.attr == "get":
        return _is_environ(node.value)
    return ast.unparse(node) in ("os.getenv", "getenv")


def _is_environ(node: ast.expr) -> bool:
    return ast.unparse(node) in ("os.environ", "environ")


def _path(node: ast.expr, constants: Mapping[str, Any]) -> Literal | None:
    """``Path("a")``, ``Path("a") / "b"``, ``os.path.join("a", "b")``, as text."""
    parts: list[ast.expr]
    if isinstance(node, ast.Call) and node.args and not node.keywords:
        if ast.unparse(node.func) not in ("Path", "pathlib.Path", "os.path.join", "join"):
            return None
        parts = node.args
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        parts = [node.left, node.right]
    else:
        return None
    found = [literal(part, constants) for part in parts]
    texts = [part.value for part in found if part is not None and isinstance(part.value, str)]
    variable = next((part.variable for part in found if part is not None and part.variable), "")
    return Literal(posixpath.join(*texts), variable) if texts and len(texts) == len(parts) else None


def _sum(node: ast.expr, constants: Mapping[str, Any]) -> Literal | None:
    if not isinstance(node, ast.BinOp) or type(node.op) not in _ARITHMETIC:
        return None
    left, right = literal(node.left, constants), literal(node.right, constants)
    if left is None or right is None or left.variable or right.variable:
        return None
    if not all(isinstance(side.value, int | float) for side in (left, right)):
        return None
    try:
        return Literal(_ARITHMETIC[type(node.op)](left.value, right.value))
    except (ArithmeticError, ValueError):
        return None
