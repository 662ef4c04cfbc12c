"""A notebook as an entry point: its code and its parameters, read and never run (joint 11)."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from skylift.errors import UsageError
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


def parsed_cell(source: str) -> ast.Module | None:
    """A cell's syntax tree; None where it is more than Python, such as magics."""
    try:
        return ast.parse(source, type_comments=True)
    except (SyntaxError, ValueError, RecursionError):
        return None
