"""Whether a program can only be one of several processes that a launcher has started."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from skylift.project.source.modules import is_main_guard
from skylift.project.source.trees import walk

_KEYS = frozenset({"LOCAL_RANK", "RANK", "WORLD_SIZE", "MASTER_ADDR"})
_STARTS = frozenset({"Fire", "run", "CLI"})
"""Calls that call the function that they are given."""
_OWN_WAY = frozenset({"rank", "init_method", "store", "world_size"})
_MOST_FOLLOWED = 200
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def demands_rank(modules: Sequence[tuple[Path, ast.Module]]) -> tuple[Path, int] | None:
    """Where a program reads its rank on every way through it, and fails where no launcher has set it.

    :param modules: the entry file, and those that it reaches.
    """
    given = {key for _, tree in modules for key in _set_in(tree)}
    defined = _defined(modules)
    path, tree = modules[0]
    waiting: list[tuple[Path, Sequence[ast.stmt]]] = [(path, tree.body)]
    seen: set[int] = set()
    for _ in range(_MOST_FOLLOWED):
        if not waiting:
            return None
        file, body = waiting.pop(0)
        for node in _always(body):
            if _demands(node, given):
                return file, getattr(node, "lineno", 0)
            for name in _called(node):
                for where, found in defined.get(name, ()):
                    if id(found) not in seen:
                        seen.add(id(found))
                        waiting.append((where, _body(found)))
    return None


def _defined(modules: Sequence[tuple[Path, ast.Module]]) -> Mapping[str, list[tuple[Path, ast.stmt]]]:
    """Functions and classes by name, and methods whose name only one class has."""
    found: dict[str, list[tuple[Path, ast.stmt]]] = {}
    methods: dict[str, list[tuple[Path, ast.stmt]]] = {}
    for path, tree in modules:
        for node in tree.body:
            if isinstance(node, _DEFINITIONS):
                found.setdefault(node.name, []).append((path, node))
            for inner in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(inner, ast.FunctionDef):
                    methods.setdefault(f".{inner.name}", []).append((path, inner))
    return found | {name: those for name, those in methods.items() if len(those) == 1}


def _body(node: ast.stmt) -> Sequence[ast.stmt]:
    """What is done when it is called; of a class its ``__init__``."""
    if isinstance(node, ast.ClassDef):
        made = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"]
        return made[0].body if made else ()
    return node.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else ()


def _always(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes of a body that no condition leaves out."""
    for node in body:
        if isinstance(node, (*_DEFINITIONS, ast.Try)):
            continue
        if isinstance(node, ast.If) and not is_main_guard(node):
            yield from _parts(node.test)
            if any(isinstance(one, ast.Return) for one in node.body):
                return
            continue
        inner = getattr(node, "body", None)
        if isinstance(inner, list):
            for part in (
                getattr(node, "iter", None),
                *(one.context_expr for one in getattr(node, "items", ())),
            ):
                yield from _parts(part) if part is not None else ()
            yield from _always(inner)
        else:
            yield from _parts(node)


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of an expression that are evaluated in any case."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, ast.IfExp):
            waiting.append(one.test)
        elif isinstance(one, ast.BoolOp):
            waiting.append(one.values[0])
        elif not isinstance(one, ast.Lambda):
            waiting += ast.iter_child_nodes(one)


def _demands(node: ast.AST, given: set[str]) -> bool:
    if isinstance(node, ast.Subscript):
        is_read = isinstance(node.ctx, ast.Load) and _last(node.value) == "environ"
        return is_read and _key(node.slice) in _KEYS - given
    if not isinstance(node, ast.Call):
        return False
    name = _last(node.func)
    if name == "int" and len(node.args) == 1 and isinstance(node.args[0], ast.Call):
        inner = node.args[0]
        asks = _last(inner.func) == "getenv" or ast.unparse(inner.func).endswith("environ.get")
        return asks and len(inner.args) == 1 and not inner.keywords and _key(inner.args[0]) in _KEYS - given
    own = {keyword.arg for keyword in node.keywords} & _OWN_WAY
    return name == "init_process_group" and not own and len(node.args) < 2 and not given


def _set_in(tree: ast.Module) -> Iterator[str]:
    """The variables that the code itself sets, as one does who starts processes by hand."""
    for node in walk(tree):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.ctx, ast.Store)
            and _last(node.value) == "environ"
        ):
            yield from {_key(node.slice)} & _KEYS
        elif isinstance(node, ast.Call) and _last(node.func) in ("setdefault", "putenv") and node.args:
            yield from {_key(node.args[0])} & _KEYS


def _called(node: ast.AST) -> Iterator[str]:
    if not isinstance(node, ast.Call):
        return
    name = _last(node.func)
    yield name
    if isinstance(node.func, ast.Attribute):
        yield f".{name}"
    if name in _STARTS:
        yield from (one.id for one in node.args if isinstance(one, ast.Name))


def _key(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
