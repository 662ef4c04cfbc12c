"""A library's own word on a program that uses it, to hold what was read against."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from typing import Any

from tests.functional.project.folder import Folder

from skylift.project.parameters.schema import read_schema
from skylift.values.arguments import Parameter, Schema
from skylift.values.settings import JobSettings


def schema(project: Folder, entry_point: str = "train.py") -> Schema:
    return read_schema(project.root, JobSettings(entry_point=entry_point))


def by_key(found: Schema, command: str = "") -> dict[str, Parameter]:
    return {p.key: p for p in found.parameters if p.command == command}


def keys(found: Schema) -> list[str]:
    return [parameter.key for parameter in found.parameters]


def asked(project: Folder, question: str) -> Any:
    """What a piece of Python in the project's folder prints, as JSON."""
    return json.loads(run(project, "-c", textwrap.dedent(question)))


def run(project: Folder, *arguments: str) -> str:
    """The program's output, in this environment."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": ".", "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
