"""The shapes of projects: each a folder of ``tests/projects/shapes`` with an ``expect.json``.

A shape is laid out in a folder of its own before anything reads it. What a repository can not hold, or what
would act on our own (``.gitignore`` is kept as ``dot-gitignore``), is made then, as ``make`` says.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "projects" / "shapes"
_EXPECTED = "expect.json"
_DOT = "dot-"
_AUTHOR = {f"GIT_{who}_{what}": "test" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@dataclass(frozen=True)
class Shape:
    """A project, and what a person who knows its tools would want understood of it."""

    folder: Path
    expected: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.folder.name

    def lay(self, into: Path) -> Path:
        """A copy with all that is made; the folder where the user stands."""
        root = into / self.name
        shutil.copytree(self.folder, root, ignore=shutil.ignore_patterns(_EXPECTED))
        for path in sorted(root.rglob(_DOT + "*"), reverse=True):
            path.rename(path.with_name(path.name.replace(_DOT, ".", 1)))
        for kind, what in self.expected.get("make", {}).items():
            _MADE[kind](root, what)
        if self.expected.get("git"):
            commit(root)
        return root / str(self.expected.get("at", "."))


def shapes() -> list[Shape]:
    """All of them, by name."""
    found = sorted(path.parent for path in FOLDER.glob(f"*/{_EXPECTED}"))
    return [Shape(folder, json.loads((folder / _EXPECTED).read_text("utf-8"))) for folder in found]


def commit(root: Path) -> None:
    """Make a folder a repository of one commit."""
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "as it is"]):
        subprocess.run(["git", *command], cwd=root, env={**os.environ, **_AUTHOR}, check=True)


def _crlf(root: Path, paths: list[str]) -> None:
    for path in paths:
        text = (root / path).read_bytes()
        (root / path).write_bytes(text.replace(b"\n", b"\r\n"))


def _latin_1(root: Path, texts: Mapping[str, str]) -> None:
    for path, text in texts.items():
        (root / path).write_bytes(text.encode("latin-1"))


def _big(root: Path, megabytes: Mapping[str, int]) -> None:
    """A module that a program wrote: one enormous table."""
    for path, size in megabytes.items():
        line = "    (%07d, 'row', 0.125),\n"
        count = size * 1_000_000 // len(line % 0)
        (root / path).write_text("TABLE = [\n" + "".join(line % number for number in range(count)) + "]\n")


def _links(root: Path, targets: Mapping[str, str]) -> None:
    for path, target in targets.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).symlink_to(target)


def _unreadable(root: Path, paths: list[str]) -> None:
    """No permission at all; it stops everybody but root."""
    for path in paths:
        (root / path).chmod(0)


def _folders(root: Path, paths: list[str]) -> None:
    for path in paths:
        (root / path).mkdir(parents=True, exist_ok=True)


def _bytes(root: Path, texts: Mapping[str, str]) -> None:
    """Files with characters that editors and tools would lose, a NUL for one."""
    for path, text in texts.items():
        (root / path).write_bytes(text.encode())


_MADE: Mapping[str, Callable[[Path, Any], None]] = {
    "crlf": _crlf,
    "latin-1": _latin_1,
    "megabytes": _big,
    "links": _links,
    "unreadable": _unreadable,
    "folders": _folders,
    "bytes": _bytes,
}
