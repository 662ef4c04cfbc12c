"""The parameters of a notebook: what its cell tagged ``parameters`` assigns, as papermill reads it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.literals import Literal, literal
from skylift.project.source.notebooks import Notebook, is_plain, parsed_cell
from skylift.values.arguments import ANY, Parameter

_TYPES = frozenset({"int", "float", "bool", "str"})


def read_notebook_parameters(notebook: Notebook) -> Reading:
    """Complete when the cell holds plain assignments and nothing else."""
    if notebook.defaults is None:
        return Reading("", notes=["no cell is tagged `parameters`"])
    tree = parsed_cell(notebook.defaults)
    if tree is None:
        return Reading("", notes=["the cell tagged `parameters` is not plain Python"])
    found = [read for node in tree.body for read in _read(node)]
    named = {one.key: Option(one, one.key) for one in found if isinstance(one, Parameter)}
    notes = [one for one in found if isinstance(one, str)]
    if not is_plain(notebook.defaults):
        notes.insert(0, "the cell tagged `parameters` is not plain Python")
    return Reading("notebook", list(named.values()), notes)


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
