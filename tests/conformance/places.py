"""The three places where the same project runs, as the terminal sees them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skylift.values.record import Record

PROJECTS = Path(__file__).parents[1] / "projects"
_AUTHOR = {f"GIT_{who}_{what}": "test" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
_DATES = {"GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z"}


@dataclass(frozen=True)
class Place:
    """A target and the environment that its commands need."""

    target: str
    environment: Mapping[str, str]

    def skylift(self, folder: Path, *arguments: str, expect: int = 0) -> str:
        """Run a command in a project; its stdout."""
        done = subprocess.run(
            [sys.executable, "-m", "skylift", *arguments],
            cwd=folder,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == expect, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def run(self, folder: Path, *arguments: str, expect: int = 0) -> Record:
        name = self.skylift(folder, "run", "--on", self.target, *arguments, expect=expect).splitlines()[0]
        return self.show(folder, name)

    def show(self, folder: Path, name: str) -> Record:
        found: dict[str, Any] = json.loads(self.skylift(folder, "show", name, "--json"))
        return Record(found)

    def start(self, folder: Path, *arguments: str) -> str:
        return self.skylift(folder, "run", "--on", self.target, "--detach", *arguments).strip()

    def wait_for_line(self, folder: Path, name: str, text: str) -> None:
        for _ in range(300):
            if text in self.skylift(folder, "logs", name):
                return
            time.sleep(0.2)
        raise AssertionError(f"{text!r} never came")


def checkout(project: Path, into: Path) -> Path:
    """A copy of a project in a git repository of its own; the same commit every time."""
    folder = into / project.name
    shutil.copytree(project, folder)
    environment = {**os.environ, **_AUTHOR, **_DATES}
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "as it is"]):
        subprocess.run(["git", *command], cwd=folder, env=environment, check=True)
    return folder
