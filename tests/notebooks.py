"""Notebooks for tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

Cell = str | tuple[str, Sequence[str]]
"""The source of a code cell, or that with its tags. ``# %% text`` begins a cell that is no code."""


def notebook(*cells: Cell, minor: int = 4, **metadata: Any) -> str:
    """The text of a notebook as Jupyter saves it, for a kernel that is not here."""
    spec = {"name": "somebody-elses-env", "display_name": "Python (theirs)", "language": "python"}
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": minor,
            "metadata": {"kernelspec": spec, **metadata},
            "cells": [_cell(number, cell, minor) for number, cell in enumerate(cells)],
        },
        indent=1,
    )


def _cell(number: int, cell: Cell, minor: int) -> dict[str, Any]:
    source, tags = (cell, ()) if isinstance(cell, str) else cell
    made: dict[str, Any] = {"metadata": {"tags": list(tags)} if tags else {}}
    if minor >= 5:
        made["id"] = f"cell-{number}"
    if source.startswith("# %%"):
        return {**made, "cell_type": "markdown", "source": source}
    stale = {"name": "stdout", "output_type": "stream", "text": ["stale\n"]}
    # Several lines are a list, as Jupyter has it.
    lines = source.splitlines(keepends=True)
    return {**made, "cell_type": "code", "source": lines, "outputs": [stale], "execution_count": 99}
