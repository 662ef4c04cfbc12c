"""Pipenv's ``Pipfile`` in the words of PEP 508."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skylift.host.toml import NotToml, parse_toml
from skylift.project.init.needs.declared import Declared, valid
from skylift.project.init.needs.listing import Listing
from skylift.project.init.needs.poetry import address

NAME = "Pipfile"
_MARKERS = ("sys_platform", "os_name", "platform_machine", "platform_system", "python_version")


def read_pipfile(listing: Listing) -> Mapping[str, Any]:
    """Its tables; none when it is not there, or not TOML."""
    try:
        return parse_toml(listing.text(NAME))
    except NotToml:
        return {}


def pipfile_needs(listing: Listing) -> Declared | None:
    """``[packages]``; what is for development only is left out."""
    packages = read_pipfile(listing).get("packages")
    if not isinstance(packages, Mapping) or not packages:
        return None
    lines, notes = [], []
    for name, said in packages.items():
        line = valid(_line(name, said if isinstance(said, Mapping) else {"version": said}))
        if line:
            lines.append(line)
        elif name not in (".", "e") and not _is_the_project(said):
            notes.append(f"{name} is not understood")
    return Declared(f"{NAME} [packages]", tuple(lines), notes=tuple(notes))


def _is_the_project(said: Any) -> bool:
    return isinstance(said, Mapping) and said.get("path") in (".", "./")


def _line(name: str, table: Mapping[str, Any]) -> str:
    if _is_the_project(table):
        return ""
    extras = table.get("extras")
    named = f"{name}[{','.join(map(str, extras))}]" if isinstance(extras, list) and extras else name
    markers = [f"{key} {table[key]}" for key in _MARKERS if isinstance(table.get(key), str)]
    markers += [str(table["markers"])] if isinstance(table.get("markers"), str) else []
    tail = f" ; {' and '.join(markers)}" if markers else ""
    where = address(table)
    version = table.get("version", "*")
    version = "" if not isinstance(version, str) or version.strip() == "*" else version
    return f"{named} @ {where}{tail}" if where else f"{named}{version}{tail}"
