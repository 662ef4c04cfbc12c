"""Settings in files: YAML, JSON, TOML and INI, as plain values. What can not be read says nothing."""

from __future__ import annotations

import configparser
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skylift.host.files import read_source
from skylift.host.toml import NotToml, parse_toml

if TYPE_CHECKING:
    from skylift.project.source.yaml_text import Scalars

YAML = frozenset({".yaml", ".yml"})
SUFFIXES = YAML | {".json", ".toml", ".ini", ".cfg"}
_MOST_BYTES = 128 * 1024
_MOST_PAIRS = 5000


def read_document(path: Path, scalars: Scalars = "yaml") -> Any:
    """The values of a file; None for what is none of these kinds, too large, or broken.

    :param scalars: how YAML's are read.
    """
    try:
        if path.suffix not in SUFFIXES or not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return None
        text = read_source(path, _MOST_BYTES).decode("utf-8-sig")
    except (OSError, ValueError):
        return None
    return parse_document(text, path.suffix, scalars)


def parse_document(text: str, suffix: str, scalars: Scalars = "yaml") -> Any:
    """The values of a text, by the suffix that its file would have; None for what is broken."""
    try:
        if suffix in YAML:
            return parse_yaml(text, scalars)
        if suffix == ".json":
            return json.loads(text)
        if suffix == ".toml":
            return parse_toml(text)
        found = configparser.ConfigParser(interpolation=None)
        found.read_string(text)
        return {name: dict(found[name]) for name in found.sections()}
    except (
        configparser.Error,
        NotToml,
        ValueError,
        RecursionError,
        AttributeError,
        TypeError,
    ):
        return None


def parse_yaml(text: str, scalars: Scalars = "yaml") -> Any:
    """The values of a YAML text, whatever its file is called; None for what is broken."""
    # Most programs have no such file, and all would wait for it.
    from skylift.project.source.yaml_text import load_yaml

    return load_yaml(text, scalars)


def dotted(values: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf with its dotted key; an empty table and a list are leaves. It ends where a file is no config."""
    waiting = [(prefix, values, 0)]
    for _ in range(_MOST_PAIRS):
        if not waiting:
            return
        name, value, depth = waiting.pop()
        if isinstance(value, Mapping) and depth < 20 and (value or not name):
            inner = [(f"{name}.{key}" if name else str(key), item, depth + 1) for key, item in value.items()]
            waiting += reversed(inner[:_MOST_PAIRS])
        elif name:
            yield name, value
