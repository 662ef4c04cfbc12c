"""Places that a config file of the project settles: a JSON, TOML or YAML file that the program reads."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from skylift.host.files import read_source_text
from skylift.host.toml import NotToml, parse_toml
from skylift.project.init.scopes import Scopes
from skylift.project.source.program import Program

_SUFFIXES = (".json", ".toml", ".yaml", ".yml")
_MOST_BYTES = 200_000
_MOST_FILES = 12
_DEEPEST = 12
_LONGEST = 300
_PLACE = re.compile(
    r"dir|path|folder|root|file|save|out|log|data|csv|plot|model|name|checkpoint", re.IGNORECASE
)
_YAML_LINE = re.compile(
    r"^[ \t]*(?:-[ \t]+)?([\w.-]+)[ \t]*:[ \t]+(['\"]?)([^#\n]*?)\2[ \t]*(?:[ \t]#.*)?$", re.MULTILINE
)


def read_settled(program: Program, scopes: Scopes, defaults: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Texts in the config files that the source names, by the last part of their key."""
    found: dict[str, dict[str, None]] = {}
    for path in _files(program, scopes, defaults):
        for key, value in _leaves(path):
            if 0 < len(value) < _LONGEST and "\n" not in value and (_PLACE.search(key) or "/" in value):
                found.setdefault(key, {})[value] = None
    return {key: tuple(values)[:3] for key, values in found.items()}


def _files(program: Program, scopes: Scopes, defaults: Iterable[str]) -> list[Path]:
    texts = dict.fromkeys([*defaults, *(str(node.value) for node, _ in scopes.texts)])
    named = (text for text in texts if text.endswith(_SUFFIXES) and len(text) < _LONGEST)
    folder = posixpath.dirname(program.name)
    found: dict[Path, None] = {}
    for text in named:
        for path in (program.root / text, program.root / folder / text):
            if not Path(text).is_absolute() and ".." not in Path(text).parts and _is_small(path):
                found[path] = None
    return list(found)[:_MOST_FILES]


def _is_small(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size < _MOST_BYTES
    except (OSError, ValueError):
        return False


def _leaves(path: Path) -> Iterator[tuple[str, str]]:
    try:
        text = read_source_text(path, _MOST_BYTES)
        if path.suffix in (".yaml", ".yml"):
            # Enough of YAML for what is one text in one line.
            yield from ((match[1].rpartition(".")[2], match[3]) for match in _YAML_LINE.finditer(text))
            return
        known = json.loads(text) if path.suffix == ".json" else parse_toml(text)
    except (OSError, ValueError, NotToml, RecursionError):
        return
    yield from _walk(known)


def _walk(value: object, key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(inner, str(name), depth + 1)
    elif isinstance(value, str):
        yield key, value
