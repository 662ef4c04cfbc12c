"""What a notebook's file says, and parameters put into it as papermill does. Nothing of it is run here.

The client reads notebooks with the same words.
"""

from __future__ import annotations

import json
import keyword
import math
import os

from skylift_runtime.failure import Unusable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Mapping, Sequence

SUFFIX = ".ipynb"
PARAMETERS = "parameters"
"""The tag of the cell that gives parameters their defaults."""
INJECTED = "injected-parameters"
"""The tag of the cell that gives them their values, put right after that one."""
MISSING = "the packages nbconvert and ipykernel execute notebooks: add both to what the project requires"

_FORMAT = 4
_PYTHON = ("python", "python3", "ipython")


def read_notebook(data: bytes) -> Dict[str, Any]:
    """The notebook in a file's bytes.

    :raises Unusable: when it is none that can be executed; the text says why, and not which.
    """
    try:
        found = json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Unusable("is not UTF-8: %s" % error.reason) from error
    except (ValueError, RecursionError) as error:
        raise Unusable("is not JSON: %s" % error) from error
    version = found.get("nbformat") if isinstance(found, dict) else None
    if not isinstance(version, int):
        raise Unusable("is JSON, but no notebook")
    if version != _FORMAT:
        raise Unusable("has the notebook format %d, and %d is understood: save it anew" % (version, _FORMAT))
    if not isinstance(found.get("cells"), list) or not all(_is_cell(cell) for cell in found["cells"]):
        raise Unusable("has no list of cells")
    language = language_of(found)
    if language.lower() not in _PYTHON:
        raise Unusable("is written in %s, and only Python can be executed" % language)
    return dict(found)


def _is_cell(cell: Any) -> bool:
    return isinstance(cell, dict) and isinstance(cell.get("source"), (str, list))


def language_of(notebook: Mapping[str, Any]) -> str:
    """The language that a notebook says it is in; Python when it says nothing.

    >>> language_of({"metadata": {"kernelspec": {"name": "ir", "language": "R"}}}), language_of({})
    ('R', 'python')
    """
    metadata = _table(notebook.get("metadata"))
    said = _table(metadata.get("kernelspec")).get("language") or _table(metadata.get("language_info")).get(
        "name"
    )
    return str(said or _PYTHON[0])


def source_of(cell: Mapping[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(str(line) for line in source)


def tags_of(cell: Mapping[str, Any]) -> List[str]:
    tags = _table(cell.get("metadata")).get("tags")
    return [str(tag) for tag in tags] if isinstance(tags, list) else []


def place_of(notebook: Mapping[str, Any], tag: str) -> int:
    """Where the first code cell with a tag is; -1 when there is none."""
    for place, cell in enumerate(notebook["cells"]):
        if cell.get("cell_type") == "code" and tag in tags_of(cell):
            return place
    return -1


def parameters(values: Mapping[str, Any], raw: Sequence[str]) -> Dict[str, Any]:
    """The values as the variables of a notebook.

    :raises Unusable: for what can not be a variable, and for raw arguments: a notebook has no command line.
    """
    if raw:
        raise Unusable("a notebook takes no arguments after `--`, only parameters: %s" % " ".join(raw))
    named = {key.replace("-", "_"): value for key, value in values.items()}
    for name in named:
        if not name.isidentifier() or keyword.iskeyword(name):
            raise Unusable("`%s` can not be a variable, so a notebook can not be given it" % name)
    return named


def with_parameters(notebook: Mapping[str, Any], values: Mapping[str, Any]) -> Dict[str, Any]:
    """A notebook with a cell that sets them: after the cell of the defaults, else at the top.

    A cell that papermill, or we, had put into it gives way.
    """
    cells = list(notebook["cells"])
    old = place_of(notebook, INJECTED)
    if old >= 0:
        del cells[old]
    if values:
        place = place_of({"cells": cells}, PARAMETERS) + 1
        cells.insert(place, _cell(values, with_id=int(notebook.get("nbformat_minor", 0)) >= 5))
    return {**notebook, "cells": cells}


def _cell(values: Mapping[str, Any], *, with_id: bool) -> Dict[str, Any]:
    lines = ["# Parameters", *("%s = %s" % (name, _literal(value)) for name, value in values.items())]
    cell: Dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": [INJECTED]},
        "outputs": [],
        "source": "\n".join(lines),
    }
    return {**cell, "id": os.urandom(4).hex()} if with_id else cell


def _literal(value: Any) -> str:
    """A value of JSON as Python writes it.

    >>> _literal({"a": [1, None, float("inf")]})
    "{'a': [1, None, float('inf')]}"
    """
    if isinstance(value, float) and not math.isfinite(value):
        return "float(%r)" % str(value)
    if isinstance(value, list):
        return "[%s]" % ", ".join(_literal(item) for item in value)
    if isinstance(value, dict):
        return "{%s}" % ", ".join("%r: %s" % (key, _literal(item)) for key, item in value.items())
    return repr(value)


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
