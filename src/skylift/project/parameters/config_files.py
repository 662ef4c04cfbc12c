"""Config files that a program reads itself: their values may say where things are, but nobody can set them."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from skylift.project.parameters.context import context_of
from skylift.project.parameters.reading import Reading
from skylift.project.source.documents import SUFFIXES, dotted, read_document
from skylift.project.source.program import Program
from skylift.values.arguments import VALUES_OF_A_FILE

_MOST = 20
_COMPOSED = frozenset({"hydra", "omegaconf", "sacred"})
_CONFIG_KEY = re.compile(r"(.*[-_.])?(config|configs|cfg|conf|settings|params|parameters)([-_.](file|path))?")
_CONFIG_FOLDERS = ("config", "configs", "conf", "cfg", "configuration", "settings")
_MOST_ENTRIES = 200
_NOT_CONFIGS = frozenset({"package.json", "pyproject.toml", "setup.cfg", "tox.ini"})


@dataclass(frozen=True)
class ConfigFile:
    """One file of the project."""

    path: Path
    name: str
    """Relative to the project."""
    values: Mapping[str, Any]
    """Its leaves by dotted key."""
    key: str = ""
    """The parameter whose default it is; empty for one that the code names."""


def config_files(program: Program, reading: Reading) -> list[ConfigFile]:
    """What the program reads unless told otherwise: defaults of its parameters, and files that its code names."""
    found: dict[Path, ConfigFile] = {}
    for key, text in _named(program, reading):
        path = _file(program, text)
        if path is None or path in found or len(found) >= _MOST:
            continue
        values = dict(dotted(read_document(path)))
        if values:
            found[path] = ConfigFile(path, path.relative_to(program.root.resolve()).as_posix(), values, key)
    return list(found.values())


def remarks_on(files: Sequence[ConfigFile], reading: Reading) -> list[str]:
    """That the keys of these files are no parameters."""
    if reading.source in _COMPOSED:
        return []
    return [
        f"{file.name} {VALUES_OF_A_FILE} ({_some(file.values)}) are changed in the file"
        + (f", or with another file as `{file.key}`" if file.key else "")
        for file in files
    ]


def is_config_key(key: str) -> bool:
    """
    >>> [is_config_key(key) for key in ("config", "config-file", "model_cfg", "reconfigure")]
    [True, True, True, False]
    """
    return _CONFIG_KEY.fullmatch(key) is not None


def lone_config(program: Program) -> str:
    """The only file of the project that could be given to ``--config``, relative to its root; else empty."""
    root = program.root
    found: list[str] = []
    for folder in ("", *_CONFIG_FOLDERS):
        try:
            names = sorted(path.name for path in islice((root / folder).iterdir(), _MOST_ENTRIES))
        except OSError:
            continue
        paths = (posixpath.join(folder, name) for name in names if name not in _NOT_CONFIGS)
        found += [path for path in paths if _looks_like_config(path, folder) and (root / path).is_file()]
    return found[0] if len(found) == 1 else ""


def _looks_like_config(path: str, folder: str) -> bool:
    stem, suffix = posixpath.splitext(posixpath.basename(path))
    named = folder or is_config_key(stem)
    return suffix in SUFFIXES and not stem.startswith((".", "package", "tsconfig")) and bool(named)


def _some(values: Mapping[str, Any]) -> str:
    names = list(values)
    return ", ".join(names[:4]) + (", …" if len(names) > 4 else "")


def _named(program: Program, reading: Reading) -> Iterator[tuple[str, str]]:
    for option in reading.options:
        for default in (option.parameter.default, option.fallback):
            if isinstance(default, str):
                yield option.parameter.key, default
    for module in context_of(program).reach.modules:
        for node in module.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield "", node.value


def _file(program: Program, text: str) -> Path | None:
    """The file of the project behind a text, from where the program starts or from beside it."""
    if len(text) > 200 or "\n" in text or "\0" in text or Path(text).suffix not in SUFFIXES:
        return None
    root = program.root.resolve()
    for base in (root, program.path.parent.resolve()):
        path = (base / text).resolve()
        if path.is_relative_to(root) and path.is_file() and path.name not in _NOT_CONFIGS:
            return path
    return None
