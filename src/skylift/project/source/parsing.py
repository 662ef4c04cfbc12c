"""Source text to syntax trees, each file once; what is no Python, or too much of it, says nothing."""

from __future__ import annotations

import ast
import stat
import warnings
from functools import lru_cache
from pathlib import Path

from skylift.host.files import read_source

_MOST_BYTES = 1 << 20
"""Nobody writes a longer module by hand."""
_KEPT = 512
_LONGEST_FIRST = 200


def parsed(path: Path) -> ast.Module | None:
    """The syntax tree of a file; None when it is not Python. It belongs to everybody: nobody may change it."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    # A pipe that nobody writes to would be waited for.
    if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST_BYTES:
        return None
    return _parsed(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=_KEPT)
def _parsed(path: Path, changed: int, size: int) -> ast.Module | None:  # noqa: ARG001 - keys of the cache
    try:
        return parsed_text(read_source(path, _MOST_BYTES))
    except OSError:
        return None


def is_python(path: Path) -> bool:
    """Whether a file is Python by its name, or, where the name says nothing, by its first line: ``train``."""
    if path.suffix:
        return path.suffix == ".py"
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            first = file.readline(_LONGEST_FIRST)
    except (OSError, ValueError):
        return False
    return first.startswith(b"#!") and b"python" in first


def parsed_text(source: bytes | str) -> ast.Module | None:
    """The tree of a text; what the compiler has to warn of is the concern of its author."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
