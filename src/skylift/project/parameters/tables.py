"""Configs that are put together attribute by attribute: ``_C.MODEL.DEPTH = 3`` of yacs, ``config.lr = 0.1``."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from skylift.project.parameters.context import Context, Default
from skylift.project.source.names import Module, statements
from skylift.values.arguments import ANY

_TABLES = frozenset({"CfgNode", "CN", "ConfigDict", "FrozenConfigDict", "ConfigNode"})
_PLACEHOLDERS = {"required_placeholder": True, "placeholder": False}
_MOST_KEYS = 2000
_DEEPEST = 6


@dataclass
class Table:
    """One that a variable has: what is known of its keys."""

    own: dict[str, tuple[str, Default]] = field(default_factory=dict)
    """By dotted name: a type of Python's, or ``any``, and the value."""
    parts: dict[str, Table] = field(default_factory=dict)
    """Tables in it; they may get more keys by another name."""
    open: bool = False
    """It has more than could be read."""
    is_part: bool = False

    def lay(self, name: str, other: Table) -> None:
        other.is_part = True
        self.parts[name] = other

    @property
    def keys(self) -> dict[str, tuple[str, Default]]:
        """All of them, those of its parts included."""
        found: dict[str, tuple[str, Default]] = {}
        for name, table in self.all():
            found |= {f"{name}.{key}" if name else key: value for key, value in table.own.items()}
        return found

    @property
    def is_open(self) -> bool:
        return any(table.open for _, table in self.all())

    def all(self, name: str = "", depth: int = 0) -> Iterator[tuple[str, Table]]:
        """It and its parts, each with its dotted name."""
        yield name, self
        for key, part in self.parts.items() if depth < _DEEPEST else ():
            yield from part.all(f"{name}.{key}" if name else key, depth + 1)


def tables_in(context: Context, module: Module, body: Iterable[ast.stmt]) -> dict[str, Table]:
    """The tables that a block makes, by their variables."""
    found: dict[str, Table] = {}
    for node in statements(list(body)):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            made = _made(context, module, node.value, found)
            for target in targets:
                _assign(context, module, target, node.value, made, found)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            _update(context, module, node.value, found)
    return found


def _assign(
    context: Context,
    module: Module,
    target: ast.expr,
    value: ast.expr,
    made: Table | None,
    found: dict[str, Table],
) -> None:
    root, path = _path(target)
    if not path:
        if root and made is not None:
            found[root] = made
        return
    table = found.get(root)
    if table is None or len(table.own) > _MOST_KEYS:
        return
    name = ".".join(path)
    if "*" in path:
        table.open = True
    elif made is not None:
        table.lay(name, made)
    else:
        table.own[name] = _typed(context, module, value)


def _update(context: Context, module: Module, call: ast.Call, found: dict[str, Table]) -> None:
    """``config.update(…)``: more keys, where they can be read."""
    root, path = _path(call.func)
    if root in found and path[-1:] == ["update"]:
        given = _of_dict(context, module, call)
        if given is None:
            found[root].open = True
        elif len(path) > 1:
            found[root].lay(".".join(path[:-1]), given)
        else:
            found[root].own |= given.own
            found[root].parts |= given.parts


def _made(context: Context, module: Module, node: ast.expr, found: Mapping[str, Table]) -> Table | None:
    """A table that is made here, or one that a variable has already."""
    if isinstance(node, ast.Name) and node.id in found:
        return found[node.id]
    if not isinstance(node, ast.Call) or module.full(node.func).rpartition(".")[2] not in _TABLES:
        return None
    given = _of_dict(context, module, node)
    return Table(open=True) if given is None else given


def _of_dict(context: Context, module: Module, call: ast.Call) -> Table | None:
    """The keys of ``CN({…})``, ``ConfigDict(dict(a=1))``; None where they are not to be read."""
    table = Table()
    for node in call.args[:1]:
        if isinstance(node, ast.Call) and module.full(node.func) == "dict" and not node.args:
            pairs = [(keyword.arg, keyword.value) for keyword in node.keywords]
        elif isinstance(node, ast.Dict):
            texts = [context.constants.text(module, key) if key is not None else "" for key in node.keys]
            pairs = list(zip(texts, node.values, strict=True))
        else:
            return None
        for key, value in pairs:
            if not key:
                table.open = True
            else:
                _pair(context, module, key, value, table)
    for keyword in call.keywords:
        if keyword.arg == "new_allowed":
            table.open = True
        elif keyword.arg and keyword.arg not in (
            "type_safe",
            "convert_dict",
            "key_list",
            "initial_dictionary",
        ):
            _pair(context, module, keyword.arg, keyword.value, table)
    return table


def _pair(context: Context, module: Module, key: str, value: ast.expr, table: Table) -> None:
    inner = None
    is_dict = isinstance(value, ast.Dict) or (
        isinstance(value, ast.Call) and module.full(value.func).rpartition(".")[2] in {"dict", *_TABLES}
    )
    if is_dict:
        wrapped = ast.Call(func=ast.Name(id="dict"), args=[value], keywords=[])
        made = value if isinstance(value, ast.Call) and module.full(value.func) != "dict" else wrapped
        inner = _of_dict(context, module, made)
    if inner is not None:
        table.lay(key, inner)
    else:
        table.own[key] = _typed(context, module, value)


def _typed(context: Context, module: Module, node: ast.expr) -> tuple[str, Default]:
    if isinstance(node, ast.Call):
        name = module.full(node.func).rpartition(".")[2]
        if name in _PLACEHOLDERS and node.args:
            return module.full(node.args[0]), Default(None, known=not _PLACEHOLDERS[name])
    default = context.default(module, node)
    known = default.known and not default.variable
    if isinstance(node, ast.Tuple):
        return "tuple", default
    return (type(default.value).__name__ if known and default.value is not None else ANY), default


def _path(node: ast.expr) -> tuple[str, list[str]]:
    """``cfg`` and ``["MODEL", "DEPTH"]`` of ``cfg.MODEL["DEPTH"]``; a star for a key that is computed."""
    path: list[str] = []
    while isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Attribute):
            path.append(node.attr)
        else:
            key = node.slice.value if isinstance(node.slice, ast.Constant) else None
            path.append(key if isinstance(key, str) else "*")
        node = node.value
    return (node.id if isinstance(node, ast.Name) else ""), path[::-1]


def blocks(module: Module) -> Iterator[list[ast.stmt]]:
    """The module's own statements, then each function's."""
    yield module.tree.body
    yield from (node.body for node in module.nodes if isinstance(node, ast.FunctionDef))


def roots(found: Mapping[str, Table]) -> list[Table]:
    """Tables that are no part of another one, the largest first."""
    whole = {id(table): table for table in found.values() if table.keys and not table.is_part}
    return sorted(whole.values(), key=lambda table: -len(table.keys))
