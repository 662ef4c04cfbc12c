"""The Python program that a job's command starts, below whatever launches it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from pathlib import Path

from skylift.project.source.entry import entry_file

_PYTHON = re.compile(r"python(3(\.\d+)?)?")
_LAUNCHERS = frozenset({"torchrun", "deepspeed", "horovodrun", "mpirun", "mpiexec", "coverage"})
_LAUNCHING_MODULES = ("torch.distributed.", "accelerate.", "deepspeed.", "horovod.", "coverage", "debugpy")
_BEFORE = frozenset({"env", "nohup", "nice", "time", "exec"})
_RUNNERS = {"uv": "run", "poetry": "run", "pdm": "run", "pipenv": "run", "accelerate": "launch"}
"""Programs that start another only by this word."""
_MODULE = ("-m", "--module")


def program_of(root: Path, command: Sequence[str]) -> str | None:
    """The script or ``-m module`` of the project that gets a command's last arguments; None when it is none.

    A shell's own words are not read, nor a program's that takes a script for data.
    """
    found = _program(root, command)
    return found[0] if found is not None else None


def words_of(root: Path, command: Sequence[str]) -> tuple[str, ...]:
    """The arguments that a command gives its program by itself, before those of a run."""
    found = _program(root, command)
    return tuple(found[1]) if found is not None else ()


def _program(root: Path, command: Sequence[str]) -> tuple[str, list[str]] | None:
    words = _launched(list(command))
    while words:
        word = words.pop(0)
        if word == "-c":
            return None
        if word in _MODULE or word.startswith("--module="):
            module = word.partition("=")[2] or (words.pop(0) if words else "")
            if module.startswith(_LAUNCHING_MODULES):
                continue
            found = f"-m {module}"
        elif word.endswith(".py") and not word.startswith("-"):
            found = posixpath.normpath(word)
        else:
            continue
        return (found, words) if entry_file(root, found) is not None else None
    return None


def _launched(words: list[str]) -> list[str] | None:
    """What follows the name of the launcher, or the command itself where it is a script."""
    while words:
        name = posixpath.basename(words[0])
        if name.endswith(".py"):
            return words
        if _PYTHON.fullmatch(name) or name in _LAUNCHERS:
            return words[1:]
        if name in _BEFORE:
            words = words[1:]
            while words and (words[0].startswith("-") or "=" in words[0]):
                words = words[1:]
        elif _RUNNERS.get(name) in words:
            words = words[words.index(_RUNNERS[name]) + 1 :]
            if name == "accelerate":
                return words
            while words and words[0].startswith("-"):
                words = words[1:]
        else:
            return None
    return None
