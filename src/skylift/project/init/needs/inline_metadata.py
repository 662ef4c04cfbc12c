"""What a single script says of its own needs (PEP 723)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from skylift.host.toml import NotToml, parse_toml
from skylift.project.init.needs.declared import Declared, valid

# The expression is PEP 723's own.
_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")


def inline_metadata(text: str) -> Mapping[str, Any]:
    """The table ``script`` of a source; empty when it has none, or more than one."""
    found = [match for match in _BLOCK.finditer(text) if match["type"] == "script"]
    if len(found) != 1:
        return {}
    lines = found[0]["content"].splitlines()
    try:
        return parse_toml("\n".join(line[2:] if line.startswith("# ") else line[1:] for line in lines))
    except NotToml:
        return {}


def inline_needs(name: str, text: str) -> Declared | None:
    said = inline_metadata(text).get("dependencies")
    if not isinstance(said, list):
        return None
    lines = tuple(filter(None, (valid(line) for line in said if isinstance(line, str))))
    return Declared(f"{name}, its inline metadata", lines) if lines else None
