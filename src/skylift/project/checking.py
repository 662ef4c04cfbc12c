"""One layer of the config against its shape: values become typed, problems are collected."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from skylift.errors import Issue
from skylift.project.shape import Leaf, Names, Node, Table

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass
class Checker:
    """Checks values of one origin. ``is_text``: they come as strings, from a variable or a flag."""

    origin: str
    is_text: bool = False
    issues: list[Issue] = field(default_factory=list)

    def check(self, node: Node, value: Any, path: tuple[str, ...]) -> Any:
        """The value in the config's own types; None, with an issue, for one that can not be."""
        if isinstance(node, Table):
            return self._table(node, value, path)
        if isinstance(node, Names):
            return self._names(node, value, path)
        return self._leaf(node, value, path)

    def _table(self, node: Table, value: Any, path: tuple[str, ...]) -> Any:
        if node.short and isinstance(value, str):
            value = {node.short: value}
        if not isinstance(value, Mapping):
            return self._wrong(path, "a table", value)
        found = {}
        for key, item in value.items():
            below = node.keys.get(key)
            if below is None:
                self._unknown(path, key, list(node.keys))
            else:
                found[key] = self.check(below, item, (*path, key))
        return found

    def _names(self, node: Names, value: Any, path: tuple[str, ...]) -> Any:
        if not isinstance(value, Mapping):
            return self._wrong(path, "a table", value)
        return {key: self.check(node.of, item, (*path, key)) for key, item in value.items()}

    def _leaf(self, leaf: Leaf, value: Any, path: tuple[str, ...]) -> Any:
        if not leaf.many:
            return self._value(leaf, value, path)
        items = value.split(",") if self.is_text and isinstance(value, str) else value
        if not isinstance(items, list):
            return self._wrong(path, str(leaf), value)
        return tuple(self._value(leaf, item, path) for item in items)

    def _value(self, leaf: Leaf, value: Any, path: tuple[str, ...]) -> Any:
        if leaf.kind == "duration":
            return self._duration(value, path)
        if leaf.kind == "gigabytes":
            return self._gigabytes(value, path)
        if self.is_text and leaf.kind in (bool, int, float):
            value = _from_text(leaf.kind, value)
        if leaf.words:
            return value if value in leaf.words else self._wrong(path, str(leaf), value)
        # A bool is an int to Python, but not to whoever wrote the config.
        fits = leaf.kind is Any or (
            isinstance(value, leaf.kind) and isinstance(value, bool) == (leaf.kind is bool)
        )
        return value if fits else self._wrong(path, f"a {leaf}", value)

    def _duration(self, value: Any, path: tuple[str, ...]) -> Any:
        match = (
            re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd]?)", str(value)) if not isinstance(value, bool) else None
        )
        if match is None:
            return self._wrong(path, 'a duration such as "90s", "30m", "4h" or seconds', value)
        return round(float(match[1]) * _UNITS_S[match[2] or "s"])

    def _gigabytes(self, value: Any, path: tuple[str, ...]) -> Any:
        match = re.fullmatch(r"(\d+)\s*(?:GB|G)?", str(value)) if not isinstance(value, bool) else None
        return int(match[1]) if match else self._wrong(path, 'gigabytes such as 50 or "50GB"', value)

    def _wrong(self, path: tuple[str, ...], wanted: str, value: Any) -> None:
        self.issues.append(Issue(self.where(path), f"wants {wanted}, not {value!r}"))

    def _unknown(self, path: tuple[str, ...], key: str, valid: list[str]) -> None:
        near = difflib.get_close_matches(key.replace("_", "-"), valid, 1, 0.6)
        hint = f"did you mean `{near[0]}`?" if near else "the keys here are: " + ", ".join(sorted(valid))
        self.issues.append(Issue(self.where((*path, key)), "there is no such key", hint))

    def where(self, path: tuple[str, ...]) -> str:
        if self.is_text:
            return self.origin
        prefix = ("tool", "skylift") if self.origin == "pyproject.toml" else ()
        table = ".".join((*prefix, *path[:-1]))
        return f"{self.origin} [{table}] {path[-1]}" if table else f"{self.origin} {path[-1]}"


def _from_text(kind: type, value: Any) -> Any:
    if kind is bool:
        return _BOOLEANS.get(str(value).lower(), value)
    try:
        return kind(value)
    except ValueError:
        return value
