"""What a job looked for and did not find, read from the reason of its failure. Pure."""

from __future__ import annotations

import ast
import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence

_FILE = re.compile(
    r"FileNotFoundError|NotADirectoryError|No such file or directory|can't open file"
    r"|OSError: .*(?:not found|does not exist|Can't load|unable to open)"
)
_MODULE = re.compile(r"No module named (?P<quote>['\"])(?P<name>[\w.]+)(?P=quote)")
_NAME = re.compile(r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)'")
_QUOTED = re.compile(r"(?<!\w)b?'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"")
_AROUND = "\"'`()[]<>,;:"
# Seen from a folder of the project: `../data/x.csv`.
_UP = re.compile(r"^(?:\.\./)+")
_OTHERS = re.compile(r"(^|/)(site-packages|\.venv|venv|\.git|node_modules)(/|$)|:\d+$")
_EXTENSIONS = (".py", ".so", ".pyd")


def missing_paths(reason: str, roots: Iterable[str]) -> list[str]:
    """Relative paths that the reason may be about, likeliest first; empty when nothing was missing.

    :param roots: absolute folders that stood for the project's where the job ran.

    >>> missing_paths("FileNotFoundError: … No such file or directory: '/opt/ml/code/a b.txt'", ["/opt/ml/code"])[0]
    'a b.txt'
    """
    return _paths(reason, roots) if _FILE.search(reason) else []


def named_paths(reason: str, roots: Iterable[str]) -> list[str]:
    """Relative paths that a reason of any kind names: what was not there may have been an empty list, or a bad value.

    Only what nobody writes who does not mean a path, and no code.

    >>> "data/train" in named_paths("AssertionError: no images in data/train (train.py:3)", [])
    True
    """
    found = [_UP.sub("", path) for path in _paths(reason.partition("\n")[0], roots, above=True)]
    likely = (path for path in found if "/" in path or posixpath.splitext(path)[1])
    return [path for path in likely if not path.endswith(_EXTENSIONS) and not _OTHERS.search(path)]


def _paths(reason: str, roots: Iterable[str], *, above: bool = False) -> list[str]:
    folders = [root.rstrip("/") + "/" for root in roots]
    found = (_relative(text, folders, above=above) for text in _texts(reason))
    return list(dict.fromkeys(path for path in found if path))


def _texts(reason: str) -> Iterator[str]:
    """Everything in a text that could be a path: what is quoted as a whole, then words."""
    yield from map(_unquoted, _QUOTED.findall(reason))
    # A shell's and many libraries' words: `cat: a b.txt: No such file or directory`.
    for line in reason.splitlines():
        yield from (part.strip() for part in line.split(": "))
    # A bare word is one of the language, unless it looks like a file.
    yield from (word.strip(_AROUND).rstrip(".") for word in reason.split() if "/" in word or "." in word)


def _unquoted(literal: str) -> str:
    try:
        return os.fsdecode(ast.literal_eval(literal))
    except (ValueError, SyntaxError):
        return literal.lstrip("b")[1:-1]


def _relative(text: str, roots: Sequence[str], *, above: bool) -> str:
    if not text or "\0" in text:
        return ""
    inside = next((text[len(root) :] for root in roots if text.startswith(root)), text)
    path = posixpath.normpath(inside)
    if posixpath.isabs(path) or path in (".", "..") or (path.startswith("../") and not above):
        return ""
    return path


def missing_modules(reason: str) -> list[str]:
    """Dotted names of the modules that were not found, or may not have been.

    >>> missing_modules("ImportError: cannot import name 'version' from 'pkg' (/opt/ml/code/pkg/__init__.py)")
    ['pkg.version']
    """
    found = [match["name"] for match in _MODULE.finditer(reason)]
    return found + [f"{match['module']}.{match['name']}" for match in _NAME.finditer(reason)]


def files_of_module(module: str, there: Iterable[str]) -> list[str]:
    """Names among ``there``, entries of a folder, that Python would take for the last part of a module.

    >>> files_of_module("pkg.fast", ["fast.cpython-311-x86_64-linux-gnu.so", "faster.py", "fast"])
    ['fast', 'fast.cpython-311-x86_64-linux-gnu.so']
    """
    last = module.rpartition(".")[2]
    return sorted(
        name
        for name in there
        if name == last or (name.partition(".")[0] == last and os.path.splitext(name)[1] in _EXTENSIONS)  # noqa: PTH122
    )
