"""Scripts that read SageMaker's ``hyperparameters.json``, ``SM_HPS`` or ``SM_HP_…`` themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from skylift.project.parameters.context import Context, context_of
from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.literals import environment_variable
from skylift.project.source.names import Module
from skylift.project.source.program import Program
from skylift.project.source.trees import parents_in, walk
from skylift.values.arguments import ANY, Parameter

_FILE = "hyperparameters.json"
_ALL, _ONE = "SM_HPS", "SM_HP_"
_CASTS = {"int": "int", "float": "float", "str": "str"}


def read_service_file(program: Program, function: str = "") -> Reading | None:
    """The keys that the code takes out of them; they are given by the file, never on the command line."""
    context = context_of(program, function)
    code = [(module, node) for module, node in context.reach.code]
    reading = Reading("hyperparameters.json")
    found: dict[str, Option] = {}
    tables: set[tuple[int, str]] = set()
    touched = False
    for module, node in code:
        names, here = _tables(context, module, node)
        tables |= {(id(module), name) for name in names}
        touched = touched or here
    for module, node in code:
        parents = parents_in(node)
        for option in _variables(context, module, node, parents):
            found.setdefault(option.parameter.key, option)
        for inner in walk(node):
            taken = _taken(context, module, inner, tables, parents)
            if taken is not None:
                found.setdefault(taken.parameter.key, taken)
            elif _whole(inner, module, tables, parents):
                reading.notes.append(
                    module.said(inner, "what is taken out of the hyperparameters could not be followed")
                )
    reading.options = list(found.values())
    if not touched and not found:
        return None
    reading.notes += [] if found else [f"{program.name}: which hyperparameters it takes could not be read"]
    return reading


def _tables(context: Context, module: Module, node: ast.AST) -> tuple[set[str], bool]:
    """Names that hold all hyperparameters, and whether this code touches them at all."""
    texts = {n.value for n in walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    texts |= {str(value) for value in context.constants.of(module).values() if isinstance(value, str)}
    from_file = any(text.endswith(_FILE) for text in texts)
    if not from_file and _ALL not in texts:
        return set(), False
    loads = (
        inner
        for inner in walk(node)
        if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Call)
        if module.full(inner.value.func) in ("json.load", "json.loads")
    )
    names = {target.id for load in loads for target in load.targets if isinstance(target, ast.Name)}
    return names, True


def _variables(
    context: Context, module: Module, node: ast.AST, parents: Mapping[int, ast.AST]
) -> Iterator[Option]:
    constants = context.constants.of(module)
    for inner in walk(node):
        found = environment_variable(inner, constants)
        if found is not None and found.variable.startswith(_ONE):
            key = found.variable.removeprefix(_ONE).lower().replace("_", "-")
            kind = _cast(inner, parents, found.value)
            yield _option(key, _as(kind, found.value), known=True, kind=kind, required=False)


def _taken(
    context: Context,
    module: Module,
    node: ast.AST,
    tables: set[tuple[int, str]],
    parents: Mapping[int, ast.AST],
) -> Option | None:
    """``hps["lr"]`` and ``hps.get("lr", 0.1)``."""
    if isinstance(node, ast.Subscript) and _is_table(node.value, module, tables):
        key = context.constants.text(module, node.slice)
        return _option(key, None, known=True, kind=_cast(node, parents, None), required=True) if key else None
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return None
    if node.func.attr not in ("get", "pop") or not _is_table(node.func.value, module, tables):
        return None
    key = context.constants.text(module, node.args[0])
    default = context.default(module, node.args[1] if len(node.args) > 1 else None)
    kind = _cast(node, parents, default.value)
    return _option(key, default.value, known=default.known, kind=kind, required=False) if key else None


def _is_table(node: ast.expr, module: Module, tables: set[tuple[int, str]]) -> bool:
    return isinstance(node, ast.Name) and (id(module), node.id) in tables


def _whole(
    node: ast.AST, module: Module, tables: set[tuple[int, str]], parents: Mapping[int, ast.AST]
) -> bool:
    """The table as a whole is handed on: ``train(**hps)``."""
    if (
        not isinstance(node, ast.Name)
        or not isinstance(node.ctx, ast.Load)
        or (id(module), node.id) not in tables
    ):
        return False
    parent = parents.get(id(node))
    if isinstance(parent, ast.Call) and module.full(parent.func) in ("print", "len"):
        return False
    return isinstance(parent, ast.Call | ast.keyword | ast.Return | ast.Starred)


def _cast(node: ast.AST, parents: Mapping[int, ast.AST], default: object) -> str:
    """The type that the value is turned into, else that of the default."""
    parent = parents.get(id(node))
    if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id in _CASTS:
        return _CASTS[parent.func.id]
    name = type(default).__name__
    return name if name in ("int", "float", "str", "bool") else ANY


def _as(kind: str, default: object) -> object:
    """A variable's fallback is a text, which the script turns into a number."""
    try:
        return int(str(default)) if kind == "int" else float(str(default)) if kind == "float" else default
    except ValueError:
        return default


def _option(key: str, default: object, *, known: bool, kind: str, required: bool) -> Option:
    parameter = Parameter(
        key, "", kind, default, known, required=required, spelling="file", nargs="" if required else "?"
    )
    return Option(parameter, key)
