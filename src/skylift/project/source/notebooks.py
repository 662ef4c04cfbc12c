"""A notebook as an entry point: its code and its parameters, read and never run (joint 11)."""

from __future__ import annotations

import ast
import re
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
    tags_of,
)

_LINES = 1_000_000
"""More than a cell has: how far the lines of one are from those of the next."""
_PLACE = re.compile(r"(?:(?P<notebook>\.ipynb):|\bline )(?P<line>\d{7,})\b")
_SKIPPED = "skip-execution"
_OF_PYTHON = frozenset({"time", "timeit", "capture", "prun", "memit"})
"""Magics of a whole cell, or of a line, that is Python nevertheless."""
_LINE_OF_PYTHON = re.compile(r"%(?:time|timeit|prun|memit)[ \t]+(?:-\S+[ \t]+)*(?P<code>.+)")
_CHANGES_FOLDER = re.compile(r"%cd[ \t]+(?P<folder>\S+)[ \t]*")
_GIVEN_BY_ONE = re.compile(r"(?P<names>[A-Za-z_]\w*)[ \t]*=[ \t]*[!%].*")


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
        """All of the code that is Python: what a cell of another language means is not known.

        Lines are counted over all cells, see ``in_cells``.
        """
        nodes: list[ast.stmt] = []
        for number, cell in enumerate(self.cells, 1):
            tree = parsed_cell(cell)
            if tree is not None:
                nodes += ast.increment_lineno(tree, number * _LINES).body
        return ast.Module(nodes, [])


def in_cells(text: str) -> str:
    """What names lines of a notebook's tree, with its cells, which are numbered as when all are run.

    >>> in_cells("a.ipynb:3000002 reads x; line 1000007"), in_cells("a.py:3, line 7")
    ('a.ipynb, cell 3, line 2 reads x; cell 1, line 7', 'a.py:3, line 7')
    """
    return _PLACE.sub(lambda found: f"{_place(found['notebook'], ', ')}{_cell(int(found['line']))}", text)


def _place(notebook: str | None, between: str) -> str:
    return f"{notebook}{between}" if notebook else ""


def _cell(line: int) -> str:
    return f"cell {line // _LINES}, line {line % _LINES}"


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
    code = [source_of(cell) for cell in found["cells"] if _is_run(cell)]
    place = place_of(found, PARAMETERS)
    return Notebook(tuple(code), source_of(found["cells"][place]) if place >= 0 else None)


def _is_run(cell: Mapping[str, Any]) -> bool:
    is_code = cell.get("cell_type") == "code" and _SKIPPED not in tags_of(cell)
    return is_code and bool(source_of(cell).strip())


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
    """A cell's syntax tree; None where it is another language. What a magic does is left out, line for line."""
    return _parsed(source) or _parsed(_without_magics(source))


def is_plain(source: str) -> bool:
    """Whether a cell is Python without any magics."""
    return _parsed(source) is not None


def _parsed(source: str | None) -> ast.Module | None:
    try:
        return ast.parse(source, type_comments=True) if source is not None else None
    except (SyntaxError, ValueError, RecursionError):
        return None


def _without_magics(source: str) -> str | None:
    """
    >>> _without_magics("%%time\\n%time x = 1\\n  !ls\\ny = !pwd\\n%cd ..")
    "\\nx = 1\\n  pass\\ny = None\\nos.chdir('..')"
    """
    lines = source.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        if lines[first][2:].split(" ")[0].strip() not in _OF_PYTHON:
            return None
        lines[first] = ""
    return "\n".join(_without_magic(line) for line in lines)


def _without_magic(line: str) -> str:
    text = line.strip()
    indent = line[: len(line) - len(line.lstrip())]
    of_python, changes = _LINE_OF_PYTHON.fullmatch(text), _CHANGES_FOLDER.fullmatch(text)
    given = _GIVEN_BY_ONE.fullmatch(text)
    if of_python:
        return indent + of_python["code"]
    if changes:
        return f"{indent}os.chdir({changes['folder']!r})"
    if given:
        return f"{indent}{given['names']} = None"
    if text.startswith("%matplotlib"):
        # It fails where that is not installed.
        return f"{indent}import matplotlib"
    is_magic = text.startswith(("%", "!", "?")) or (text.endswith("?") and "#" not in text)
    return f"{indent}pass" if is_magic else line
