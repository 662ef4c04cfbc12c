"""``--key=value`` over a module's own globals: assignments, then a piece of code that overrides them by name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from skylift.project.parameters.context import Context, context_of
from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.modules import parsed
from skylift.project.source.names import Module
from skylift.project.source.program import Program
from skylift.project.source.trees import walk
from skylift.values.arguments import ANY, Parameter

_TYPES = frozenset({"int", "float", "bool", "str"})
_MOST_FILES = 200


def read_globals(program: Program, function: str = "") -> Reading | None:
    """The names that the entry file gives plain values before they are overridden from the command line."""
    context = context_of(program, function)
    module = context.reach.entry
    for index, node in enumerate(module.tree.body):
        code = _overriding(context, module, node)
        if code is not None:
            return _read(context, module, module.tree.body[:index], code)
    return None


def _overriding(context: Context, module: Module, node: ast.stmt) -> ast.AST | None:
    """The code that reads ``sys.argv`` into ``globals()``: this statement, what it executes, or what it calls."""
    if _overrides(module, node):
        return node
    for call in (inner for inner in walk(node) if isinstance(inner, ast.Call)):
        if module.full(call.func) == "exec" and call.args:
            tree = _executed(context, module, call.args[0])
            if tree is not None and _overrides(module, tree):
                return tree
        handed = any(isinstance(a, ast.Call) and module.full(a.func) == "globals" for a in call.args)
        place = context.class_or_function(module, call.func) if handed else None
        if place is not None and _reads_argv(place.node):
            return place.node
    return None


def _overrides(module: Module, node: ast.AST) -> bool:
    if isinstance(node, ast.FunctionDef | ast.ClassDef) or not _reads_argv(node):
        return False
    calls = (inner for inner in walk(node) if isinstance(inner, ast.Call))
    return any(module.full(call.func) == "globals" for call in calls)


def _reads_argv(node: ast.AST) -> bool:
    names = (n.attr if isinstance(n, ast.Attribute) else getattr(n, "id", "") for n in walk(node))
    return "argv" in names


def _executed(context: Context, module: Module, node: ast.expr) -> ast.Module | None:
    """``exec(open("configurator.py").read())``: the file, if it is the project's."""
    root = context.program.root.resolve()
    for inner in walk(node):
        text = inner.value if isinstance(inner, ast.Constant) and isinstance(inner.value, str) else ""
        for base in (context.program.root, module.path.parent):
            path = (base / text).resolve()
            if text.endswith(".py") and path.is_relative_to(root) and path.is_file():
                return parsed(path)
    return None


def _read(context: Context, module: Module, before: list[ast.stmt], code: ast.AST) -> Reading:
    reading = Reading("globals")
    found: dict[str, Option] = {}
    for name, value in _assigned(before):
        if name.startswith("_"):
            continue
        default = context.default(module, value)
        kind = type(default.value).__name__ if default.known else _kind(value)
        if kind in _TYPES:
            shown = default.value if default.known else None
            parameter = Parameter(name, "--" + name, kind, shown, default.known, spelling="python")
            found[name] = Option(
                parameter, name, default.variable, default.value if default.variable else None
            )
        elif not default.known and kind == ANY:
            reading.notes.append(module.said(value, f"what `{name}` is, is said at run time"))
    reading.options = list(found.values())
    config = _config_file(context, set(found), code)
    if config is not None and not any(key == "config" for key in found):
        reading.options.insert(0, config)
    return reading


def _assigned(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        if isinstance(node, ast.Assign):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value


def _kind(node: ast.expr) -> str:
    """The type of a value that is computed, where its parts say it; empty for what is no value of these types."""
    if isinstance(node, ast.IfExp):
        kinds = {_kind(node.body), _kind(node.orelse)}
        return kinds.pop() if len(kinds) == 1 else ANY
    if isinstance(node, ast.Constant):
        return type(node.value).__name__
    if isinstance(node, ast.JoinedStr):
        return "str"
    if isinstance(node, ast.BinOp):
        kinds = {_kind(node.left), _kind(node.right)}
        return "str" if "str" in kinds else ANY
    if isinstance(node, ast.Compare):
        return "bool"
    plain = isinstance(
        node, ast.List | ast.Tuple | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp
    )
    return "" if plain else ANY


def _config_file(context: Context, names: set[str], code: ast.AST) -> Option | None:
    """The configs that ship: files of Python that assign nothing but these names."""
    executes = any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "exec" for n in walk(code)
    )
    if not executes:
        return None
    root = context.program.root
    files = [
        path
        for path in sorted([*root.glob("*.py"), *root.glob("conf*/*.py")])[:_MOST_FILES]
        if _fits(path, names)
    ]
    choices: tuple[Any, ...] = tuple(path.relative_to(root).as_posix() for path in files)
    parameter = Parameter(
        "config",
        nargs="?",
        choices=choices,
        help="a file of values",
        aliases=("config_file",),
        spelling="python",
    )
    return Option(parameter, "config")


def _fits(path: Path, names: set[str]) -> bool:
    try:
        if path.stat().st_size > 64 * 1024:
            return False
    except OSError:
        return False
    tree = parsed(path)
    body = (
        [n for n in tree.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
        if tree
        else []
    )
    given = [name for name, _ in _assigned(body)]
    simple = all(isinstance(n, ast.Assign | ast.AnnAssign | ast.Import | ast.ImportFrom) for n in body)
    return bool(given) and simple and len([name for name in given if name in names]) * 2 > len(given)
