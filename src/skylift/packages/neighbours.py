"""The versions that a project's other lock has: uv's, PDM's, Poetry's, Pipenv's, or PEP 751's.

A first lock of ours begins with them, so that a job trains with what its authors have been using.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from skylift.host.files import read_source
from skylift.host.toml import NotToml, read_toml

_TABLES = {"uv.lock": "package", "pdm.lock": "package", "poetry.lock": "package", "pylock.toml": "packages"}
_PIPENV = "Pipfile.lock"
_MOST_FOLDERS_UP = 6
_MOST_BYTES = 50_000_000


def neighbour_versions(root: Path) -> tuple[str, Mapping[str, str]]:
    """The name of the other lock, and its versions by normalized name; nothing where there is none that can be read.

    A name that it has in several versions, for several platforms, is left out: the resolver finds them again.
    """
    for folder in _folders(root):
        for name in (*_TABLES, _PIPENV):
            found = _versions(folder / name)
            if found:
                return name, found
    return "", {}


def _folders(root: Path) -> Iterator[Path]:
    """The project, and the folders above it in the same repository: a workspace has its lock at the top."""
    for folder in [root, *root.parents][:_MOST_FOLDERS_UP]:
        yield folder
        if (folder / ".git").exists():
            return


def _versions(path: Path) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for name, version in _rows(path):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return {name: next(iter(versions)) for name, versions in sorted(found.items()) if len(versions) == 1}


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return
        data: Any = json.loads(read_source(path, _MOST_BYTES)) if path.name == _PIPENV else read_toml(path)
    except (NotToml, ValueError, RecursionError, OSError):
        return
    if not isinstance(data, Mapping):
        return
    if path.name == _PIPENV:
        table = data.get("default")
        rows: list[Any] = [
            {"name": name, **(row if isinstance(row, Mapping) else {})}
            for name, row in (table.items() if isinstance(table, Mapping) else ())
        ]
    else:
        listed = data.get(_TABLES[path.name])
        rows = listed if isinstance(listed, list) else []
    for row in rows:
        name, version = (row.get("name"), row.get("version")) if isinstance(row, Mapping) else (None, None)
        if isinstance(name, str) and isinstance(version, str):
            yield name, version.removeprefix("==")
