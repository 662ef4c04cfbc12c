"""A notebook as an entry point: its code and its parameters, read and never run (joint 11)."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from skylift.errors import UsageError
from skylift.project.source.literals import Literal, literal
from skylift.values.arguments import ANY, Parameter, Schema
from skylift_runtime.failure import Unusable
from skylift_runtime.notebook_file import (
    PARAMETERS,
    SUFFIX,
    parameters,
    place_of,
    read_notebook,
    source_of,
)

_TYPES = frozenset({"int", "float", "bool", "str"})


class Unreadable(Exception):
    """No notebook that could be executed; the text says why, as what follows its name."""


@dataclass(frozen=True)
class Notebook:
    """The code of a notebook."""

    cells: tuple[str, ...]
    """The code cells, in their order."""
    defaults: str | None
    """The cell that is tagged ``parameters``; None when none is."""

    @cached_property
    def tree(self) -> ast.Module:
        """All of the code that is Python: a cell with magics in it has no meaning for us."""
        trees = [_parsed(cell) for cell in self.cells]
        return ast.Module([node for tree in trees if tree is not None for node in tree.body], [])

    @cached_property
    def schema(self) -> Schema:
        """The parameters: complete when their cell holds plain assignments and nothing else."""
        if self.defaults is None:
            return Schema(notes=("no cell is tagged `parameters`",))
        tree = _parsed(self.defaults)
        if tree is None:
            return Schema(notes=("the cell tagged `parameters` is not plain Python",))
        found = [read for node in tree.body for read in _read(node)]
        named = {one.key: one for one in found if isinstance(one, Parameter)}
        notes = tuple(one for one in found if isinstance(one, str))
        return Schema(tuple(named.values()), not notes, "notebook", notes)


def is_notebook(entry_point: str | None) -> bool:
    return bool(entry_point) and str(entry_point).endswith(SUFFIX)


def notebook_of(path: Path) -> Notebook:
    """Read a notebook.

    :raises Unreadable: when it is none that can be executed.
    """
    try:
        found = read_notebook(path.read_bytes())
    except Unusable as problem:
        raise Unreadable(str(problem)) from problem
    except OSError as error:
        raise Unreadable(f"can not be read: {error.strerror}") from error
    code = [source_of(cell) for cell in found["cells"] if cell.get("cell_type") == "code"]
    place = place_of(found, PARAMETERS)
    return Notebook(tuple(code), source_of(found["cells"][place]) if place >= 0 else None)


def refuse_for_notebook(
    entry_point: str | None, given: Mapping[str, Any], bound: Mapping[str, str], raw: Sequence[str]
) -> None:
    """Refuse what a notebook can not be given, where the entry point is one.

    :raises UsageError: for raw arguments, and for names that can not be variables.
    """
    if not is_notebook(entry_point):
        return
    try:
        parameters({**given, **bound}, raw)
    except Unusable as problem:
        raise UsageError(
            str(problem), hints=("give parameters by name: skylift run NAME=VALUE",)
        ) from problem


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source, type_comments=True)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _read(node: ast.stmt) -> Iterator[Parameter | str]:
    """The parameters that a statement declares, or why it can not be known what it does."""
    if isinstance(node, ast.Assign):
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        if len(names) == len(node.targets):
            said = node.type_comment or ""
            yield from (_parameter(name, said, node.value) for name in names)
            return
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield _parameter(node.target.id, ast.unparse(node.annotation), node.value)
        return
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if not isinstance(node, ast.Pass):
        yield f"the cell tagged `parameters` does more than assign, in line {node.lineno}"


def _parameter(name: str, said: str, value: ast.expr | None) -> Parameter:
    known = literal(value, {}) if value is not None else None
    kind = said.strip("'\"").removesuffix("| None").strip() or _type_of(known)
    return Parameter(
        key=name,
        flag=name,
        type=kind if kind in _TYPES else ANY,
        default=known.value if known else None,
        default_known=known is not None and not known.variable,
        required=value is None,
    )


def _type_of(known: Literal | None) -> str:
    return type(known.value).__name__ if known is not None else ANY
