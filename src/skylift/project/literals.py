"""Values in source code, as far as they can be known without running it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Literal:
    """A value that was read; ``variable`` where it is only the fallback of an environment variable."""

    value: Any
    variable: str = ""


def literal(node: ast.expr, constants: Mapping[str, Any]) -> Literal | None:
    """Constants, displays of them, module constants, and ``os.environ`` with its fallback; else None."""
    if isinstance(node, ast.Name) and node.id in constants:
        return Literal(constants[node.id])
    found = _environment(node, constants)
    if found is not None:
        return found
    try:
        return Literal(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _environment(node: ast.expr, constants: Mapping[str, Any]) -> Literal | None:
    """``os.environ["X"]``, ``os.environ.get("X", d)``, ``os.getenv("X", d)``, ``a or b`` with one of them."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        first, *_, last = [literal(value, constants) for value in node.values]
        variable = first.variable if first else ""
        return Literal(last.value if last else None, variable) if variable else None
    if isinstance(node, ast.Subscript) and _is_environ(node.value):
        name = literal(node.slice, constants)
        return Literal(None, str(name.value)) if name else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        is_get = node.func.attr == "get" and _is_environ(node.func.value)
        if is_get or node.func.attr == "getenv":
            name = literal(node.args[0], constants)
            fallback = literal(node.args[1], constants) if len(node.args) > 1 else None
            return Literal(fallback.value if fallback else None, str(name.value)) if name else None
    return None


def _is_environ(node: ast.expr) -> bool:
    return ast.unparse(node) in ("os.environ", "environ")
