"""Verbs as a script calls them, without a terminal; in this process, where nothing is about processes."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

from skylift.cli import cli
from skylift.cli.boundary import guarded


@dataclass(frozen=True)
class Answer:
    returncode: int
    stdout: str
    stderr: str


def skylift(folder: Path, *arguments: str) -> Answer:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = guarded(cli, [arguments[0], "-C", str(folder), *arguments[1:]])
    return Answer(code, out.getvalue(), err.getvalue())


def done(folder: Path, *arguments: str) -> Answer:
    result = skylift(folder, *arguments)
    assert result.returncode == 0, result.stderr
    return result
