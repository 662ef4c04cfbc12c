"""Write the config that ``init`` understood, and leave every other byte of the file as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Table

from skylift.errors import UsageError
from skylift.host.files import write_bytes
from skylift.host.toml import NotToml, parse_toml
from skylift.project.config.toml import read_config
from skylift.values.project import Detection

_PYPROJECT, _OWN = "pyproject.toml", "skylift.toml"


def write_config(root: Path, detection: Detection, *, dry_run: bool = False) -> tuple[Path, str]:
    """Add ``[tool.skylift]`` to pyproject.toml; where there is none, write skylift.toml.

    :returns: the file, and the text that was added: nothing when it has just this config already.
    :raises UsageError: when there is another config.
    """
    config = dict(detection.config)
    pyproject, own = root / _PYPROJECT, root / _OWN
    existing = _existing(root)
    if existing is not None:
        path, known = existing
        if known == config:
            return path, ""
        raise UsageError(
            f"there is a config already, in {path.name}, and it says something else",
            hints=("change it by hand, or remove it and run skylift init again",),
        )
    if pyproject.is_file():
        return pyproject, _append(pyproject, config, dry_run=dry_run)
    text = _rendered(config, ())
    if not dry_run:
        write_bytes(own, text.encode())
    return own, text


def _existing(root: Path) -> tuple[Path, Any] | None:
    own = read_config(root / _OWN, _OWN)
    if own is not None:
        return root / _OWN, own
    tool = (read_config(root / _PYPROJECT, _PYPROJECT) or {}).get("tool", {})
    return (root / _PYPROJECT, tool["skylift"]) if "skylift" in tool else None


def _append(path: Path, config: Mapping[str, Any], *, dry_run: bool) -> str:
    # Behind a link stands the file that is meant.
    path = path.resolve()
    before = path.read_bytes()
    text = _rendered(config, ("tool", "skylift"))
    added = text.replace("\n", "\r\n") if b"\r\n" in before else text
    gap = b"" if not before.strip() else b"\n" if before.endswith(b"\n") else b"\n\n"
    gap = gap.replace(b"\n", b"\r\n") if b"\r\n" in before else gap
    after = before + gap + added.encode()
    _prove(after, config)
    if not dry_run:
        write_bytes(path, after, mode=path.stat().st_mode & 0o777)
    return text


def _prove(after: bytes, config: Mapping[str, Any]) -> None:
    """``tool = { … }`` on one line can not be added to from below."""
    try:
        fits = parse_toml(after.decode("utf-8-sig"))["tool"]["skylift"] == config
    except (NotToml, KeyError):
        fits = False
    if not fits:
        raise UsageError(
            f"[tool.skylift] can not be added at the end of {_PYPROJECT}",
            hints=("write `tool` there as tables of its own, [tool.…]",),
        )


def _rendered(config: Mapping[str, Any], prefix: tuple[str, ...]) -> str:
    table = _table(config)
    for key in reversed(prefix):
        outer = tomlkit.table(is_super_table=True)
        outer.add(key, table)
        table = outer
    document = tomlkit.document()
    for key, value in table.items():
        document.add(key, value)
    return tomlkit.dumps(document).strip("\n") + "\n"


def _table(values: Mapping[str, Any]) -> Table:
    """Values first, then tables: TOML has no way back from a table."""
    table = tomlkit.table(is_super_table=all(isinstance(value, Mapping) for value in values.values()))
    for key, value in values.items():
        if not isinstance(value, Mapping):
            table.add(key, value)
    for key, value in values.items():
        if isinstance(value, Mapping):
            table.add(key, _table(value))
    return table
