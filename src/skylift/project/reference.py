"""The config's reference, from the dataclasses: a key, its type, its default, its line."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import MISSING, fields
from itertools import pairwise
from typing import Any

from skylift.project.shape import JOB, TOP, Leaf, Names, Node, Table, kebab
from skylift.values import settings
from skylift.values.settings import (
    AwsSettings,
    ChannelSettings,
    ImageSettings,
    JobSettings,
    Settings,
    ShipSettings,
    TargetSettings,
)

Row = tuple[str, str, str, str]


def rows() -> tuple[Row, ...]:
    """Every key of the config in the order of the dataclasses."""
    top = Table(
        {key: node for key, node in TOP.keys.items() if isinstance(node, Leaf) and key not in JOB.keys}
    )
    extends = ("extends", "str", "", "A file of team defaults that this config lies on.")
    return (
        *(row for row in _of(Settings, "", top) if row[0] != "extends"),
        extends,
        *_of(JobSettings, "", JOB),
        *_of(ChannelSettings, "channels.<name>."),
        *_of(ImageSettings, "image."),
        *_of(AwsSettings, "aws."),
        *_of(ShipSettings, "ship."),
        *_of(TargetSettings, "targets.<name>."),
    )


def _of(cls: type, prefix: str, table: Table | None = None) -> Iterator[Row]:
    docs = _docs(cls)
    for field in fields(cls):
        key = kebab(field.name)
        if (table is not None and key not in table.keys) or (field.name == "name" and cls is not Settings):
            continue
        node = table.keys[key] if table is not None else None
        yield prefix + key, _kind(node, field.type), _default(field.default), docs.get(field.name, "")


def _kind(node: Node | None, hint: Any) -> str:
    if isinstance(node, Leaf):
        return str(node)
    if isinstance(node, (Table, Names)):
        return "table"
    return str(hint).removesuffix(" | None")


def _default(value: Any) -> str:
    if value is MISSING or value is None or value in ("", ()):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _docs(cls: type) -> dict[str, str]:
    """The docstring under each field, which only the source has."""
    tree = ast.parse(inspect.getsource(settings))
    body = next(
        node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == cls.__name__
    )
    found = {}
    for statement, after in pairwise(body):
        is_doc = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and is_doc:
            assert isinstance(after, ast.Expr)
            assert isinstance(after.value, ast.Constant)
            found[statement.target.id] = " ".join(str(after.value.value).split())
    return found
