"""A notebook as an entry point: its code and its parameters, read and never run (joint 11)."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from skylift.errors import UsageError
from skylift.host.files import read_source
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
        trees = [parsed_cell(cell) for cell in self.cells]
        return ast.Module([node for tree in trees if tree is not None for node in tree.body], [])


def is_notebook(entry_point: str | None) -> bool:
    return bool(entry_point) and str(entry_point).endswith(SUFFIX)


def notebook_of(path: Path) -> Notebook:
    """Read a notebook.

    :raises Unreadable: when it is none that can be executed.
    """
    try:
        found = read_notebook(read_source(path))
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


def refuse_overwritten(entry_point: str, notebook: Notebook, given: Collection[str]) -> None:
    """Refuse values for names that a notebook without a cell of parameters sets itself: it would run with its own.

    :raises UsageError: for all of them at once.
    """
    if notebook.defaults is not None:
        return
    wanted = {name.replace("-", "_"): name for name in given}
    cells: dict[str, int] = {}
    for number, cell in enumerate(notebook.cells, 1):
        tree = parsed_cell(cell)
        for name in _assigned(tree) if tree is not None else ():
            cells.setdefault(name, number)
    lost = [name for name in wanted if name in cells]
    said = ", ".join(f"`{name}`" for name in lost)
    if lost:
        names = ", ".join(f"`{name}` (cell {cells[name]})" for name in lost)
        raise UsageError(
            f"{entry_point} sets {names} itself, after what it is given: that would have no effect",
            hints=(
                f"tag the cell that sets {said} as `parameters`: Jupyter's property inspector has the tags",
            ),
        )


def _assigned(tree: ast.Module) -> Iterator[str]:
    """The names that a cell sets whatever happens."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) and node.value is not None else targets
        for target in targets:
            items = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
            yield from (item.id for item in items if isinstance(item, ast.Name))


def parsed_cell(source: str) -> ast.Module | None:
    """A cell's syntax tree; None where it is more than Python, such as magics."""
    try:
        return ast.parse(source, type_comments=True)
    except (SyntaxError, ValueError, RecursionError):
        return None
