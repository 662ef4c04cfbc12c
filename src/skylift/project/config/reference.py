"""The config's reference, from the dataclasses: a key, its type, its default, its line."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from skylift.project.config.keys import (
    Free,
    Named,
    Spec,
    Table,
    Value,
    Values,
    config_keys,
    table_of,
    toml_key,
)
from skylift.values import settings
from skylift.values.settings import JobSettings

Row = tuple[str, str, str, str]
_EXTENDS = "A file of team defaults that this one lies on: a path, relative to this file."
_JOBS: Row = ("jobs.<name>", "table", "", "Another job: the keys of `train`, which stand at top level.")


def rows() -> tuple[Row, ...]:
    """Every key of the config: name, type, default and meaning, in the order of the dataclasses."""
    return tuple(_rows(config_keys(), ""))


def _rows(table: Table, prefix: str) -> Iterator[Row]:
    docs = _docs()[table.make.__name__]
    if not prefix:
        docs = {**_docs()[JobSettings.__name__], **docs, "extends": _EXTENDS}
    for key, spec in table.keys.items():
        name = prefix + key
        if isinstance(spec, Table):
            yield from _rows(spec, f"{name}.")
        elif spec == Named(_job_table()):
            yield _JOBS
        elif isinstance(spec, Named) and isinstance(spec.each, Table):
            if docs.get(key):
                yield (f"{name}.<name>", "table", "", docs[key])
            yield from _rows(spec.each, f"{name}.<name>.")
        else:
            yield (name, _kind(spec), _default(spec), docs.get(key, ""))


def _job_table() -> Table:
    table = table_of(JobSettings)
    return Table(table.make, {key: spec for key, spec in table.keys.items() if key != "name"})


def _kind(spec: Spec) -> str:
    if isinstance(spec, Value):
        return " or ".join(f'"{choice}"' for choice in spec.choices) or spec.kind
    if isinstance(spec, Values):
        return f"list of {spec.kind}s"
    if isinstance(spec, Named) and not isinstance(spec.each, Free):
        return f"table of {_kind(spec.each)}".replace("table of list", "table of lists", 1)
    return "table"


def _default(spec: Spec) -> str:
    value: Any = spec.default if isinstance(spec, Value | Values) else None
    if value is None or value in ("", ()):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


@cache
def _docs() -> Mapping[str, Mapping[str, str]]:
    """The docstring under each field, by class; only the source has them."""
    tree = ast.parse(inspect.getsource(settings))
    return {node.name: dict(_fields(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, after in pairwise(node.body):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            yield toml_key(field.target.id), " ".join(str(after.value.value).split())
