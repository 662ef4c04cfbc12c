"""Notebooks, and an environment that can execute them: nbconvert and ipykernel, made once in the tests' cache."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import uv
from tests.base_image import Unavailable

REQUIREMENTS = ("nbconvert==7.17.2", "ipykernel==7.4.0")

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


def interpreter(cache: Path, python: str, environment: Mapping[str, str]) -> Path:
    """The Python of the environment.

    :raises Unavailable: when the packages can not be had.
    """
    python = os.path.realpath(python)
    key = hashlib.sha256("\n".join([python, *REQUIREMENTS]).encode()).hexdigest()[:12]
    folder = cache / f"notebooks-{key}"
    mark, found = folder / ".ready", folder / "bin" / "python"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not mark.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _uv(["venv", "--quiet", "--no-project", "--python", python, str(folder)], environment)
            _uv(["pip", "install", "--quiet", "--python", str(found), *REQUIREMENTS], environment)
            mark.touch()
    return found


def _uv(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    command = [uv.find_uv_bin(), *arguments]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"no environment for notebooks: {done.stderr.strip()[-300:]}")
