"""One layer of the config: every value it sets, by path, with where it stands. And layers laid on each other."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from skylift.errors import Issue
from skylift.project.config.convert import Unfit, converted
from skylift.project.config.keys import Free, Named, Spec, Table, config_keys, short_key
from skylift_runtime.contract import DEFAULT_JOB

KeyPath = tuple[str, ...]
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_JOB_TRAIN: KeyPath = ("jobs", DEFAULT_JOB)


def dotted(path: KeyPath) -> str:
    """A path as TOML writes it.

    >>> dotted(("metrics", "validation:auc"))
    'metrics."validation:auc"'
    """
    return ".".join(key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False) for key in path)


@dataclass(frozen=True)
class Source:
    """A place that settings come from: a file, a flag, a variable."""

    name: str
    table: str = ""
    """The table in the file that holds them: ``tool.skylift``."""
    is_file: bool = True

    def where(self, path: KeyPath) -> str:
        """
        >>> Source("pyproject.toml", "tool.skylift").where(("image", "base"))
        'pyproject.toml [tool.skylift.image] base'
        """
        if not self.is_file:
            return self.name
        table = ".".join(part for part in (self.table, dotted(path[:-1])) if part)
        return " ".join([self.name, *([f"[{table}]"] if table else []), dotted(path[-1:])])


@dataclass(frozen=True)
class Said:
    """One value, and who said it."""

    value: Any
    source: Source


@dataclass
class Layer:
    """What one source says, checked against the keys that there are."""

    source: Source
    said: dict[KeyPath, Said] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def table(self, spec: Table, raw: Mapping[str, Any], path: KeyPath = ()) -> None:
        for key, value in raw.items():
            here = (*path, key)
            if key in spec.keys:
                self._any(spec.keys[key], value, here)
            else:
                self.issues.append(self._unknown(spec, here))
        if not raw and path:
            self.said[path] = Said({}, self.source)

    def _any(self, spec: Spec, raw: Any, path: KeyPath) -> None:
        if isinstance(spec, Table) and isinstance(raw, str) and (key := short_key(spec.make, raw)):
            raw = {key: raw}
        if path == _JOB_TRAIN:
            what = "the job `train` is described by the keys at top level"
            self.issues.append(Issue(self.source.where(path), what, "move these keys up"))
        elif isinstance(spec, Table | Named) and not isinstance(raw, Mapping):
            self.issues.append(Issue(self.source.where(path), "wants a table"))
        elif isinstance(spec, Table):
            self.table(spec, raw, path)
        elif isinstance(spec, Named):
            for key, value in raw.items():
                self._any(spec.each, value, (*path, key))
        elif isinstance(spec, Free) and isinstance(raw, Mapping) and raw:
            for key, value in raw.items():
                self._any(spec, value, (*path, key))
        else:
            self._leaf(spec, raw, path)

    def _leaf(self, spec: Any, raw: Any, path: KeyPath) -> None:
        try:
            self.said[path] = Said(converted(spec, raw), self.source)
        except Unfit as error:
            self.issues.append(Issue(self.source.where(path), str(error), error.hint))

    def _unknown(self, spec: Table, path: KeyPath) -> Issue:
        near = difflib.get_close_matches(path[-1].replace("_", "-"), spec.keys, 1)
        guess = f"did you mean `{near[0]}`? " if near else ""
        table = f"in [{dotted(path[:-1])}]" if path[:-1] else "at top level"
        there = ", ".join(sorted(spec.keys))
        return Issue(
            self.source.where(path), f"unknown key `{path[-1]}`", f"{guess}there are {table}: {there}"
        )


def read_layer(raw: Mapping[str, Any], source: Source) -> Layer:
    """What a table says; problems are collected, not raised."""
    layer = Layer(source)
    layer.table(config_keys(), raw)
    return layer


def merged(layers: Iterable[Layer]) -> dict[KeyPath, Said]:
    """Layers laid on each other, table by table, the strongest first in ``layers``."""
    result: dict[KeyPath, Said] = {}
    for layer in reversed(list(layers)):
        for path, said in layer.said.items():
            _lay(result, path, said)
    return result


def _lay(result: dict[KeyPath, Said], path: KeyPath, said: Said) -> None:
    below = [known for known in result if known != path and known[: len(path)] == path]
    if said.value == {} and below:
        # An empty table takes nothing away.
        return
    above = [path[:length] for length in range(1, len(path)) if path[:length] in result]
    for known in (*below, *above):
        del result[known]
    result[path] = said


def nested(said: Mapping[KeyPath, Said]) -> dict[str, Any]:
    """The values as one tree of tables."""
    tree: dict[str, Any] = {}
    for path, one in said.items():
        table = tree
        for key in path[:-1]:
            table = table.setdefault(key, {})
        table[path[-1]] = one.value
    return tree
