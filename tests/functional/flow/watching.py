"""Commands that run jobs here, watched from outside."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.conformance.places import Place

from skylift.values.run_folder import RunFolder

LOCAL = Place("local", {})


def name_of(command: subprocess.Popen[str]) -> str:
    """The run's name, which the command prints first."""
    assert command.stdout is not None
    return command.stdout.readline().strip()


def folder(project: Path, name: str) -> RunFolder:
    return RunFolder(project / ".skylift" / "runs" / name)


def eventually(happened: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
