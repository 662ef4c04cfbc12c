"""The shape of the config, read from the dataclasses of ``values.settings``: no second list to keep."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, Union, get_args, get_origin

from skylift.values.settings import ChannelSettings, JobSettings, Settings, TargetSettings


@dataclass(frozen=True)
class Leaf:
    """A value. ``kind``: a type, ``Any``, a tuple of allowed words, ``duration`` or ``gigabytes``."""

    kind: Any
    many: bool = False
    """A list of them."""

    @property
    def words(self) -> tuple[str, ...]:
        return self.kind if isinstance(self.kind, tuple) else ()

    def __str__(self) -> str:
        if self.kind is Any:
            return "any"
        name = (
            " or ".join(f'"{word}"' for word in self.words)
            if self.words
            else getattr(self.kind, "__name__", self.kind)
        )
        return f"list of {name}" if self.many else str(name)


@dataclass(frozen=True)
class Table:
    """Named keys. ``short`` is the key that a bare string stands for."""

    keys: Mapping[str, Node]
    short: str = ""


@dataclass(frozen=True)
class Names:
    """A table whose keys are the user's own names."""

    of: Node


Node = Leaf | Table | Names

_DURATIONS = frozenset({"max_run", "grace"})
_GIGABYTES = frozenset({"volume"})


def kebab(name: str) -> str:
    return name.replace("_", "-")


def table_of(cls: type, *, short: str = "", leave_out: tuple[str, ...] = ()) -> Table:
    hints = typing.get_type_hints(cls)
    keys = {
        kebab(field.name): _node(field.name, hints[field.name])
        for field in fields(cls)
        if field.name not in leave_out
    }
    return Table(keys, short)


def _node(name: str, hint: Any) -> Node:
    if name in _DURATIONS or name in _GIGABYTES:
        return Leaf("duration" if name in _DURATIONS else "gigabytes")
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _settings(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _node(name, next(item for item in arguments if item is not type(None)))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return Names(_node("", arguments[1]))
    if origin is tuple:
        return Leaf(arguments[0], many=True)
    return Leaf(arguments if origin is Literal else hint)


def _settings(cls: type) -> Table:
    if cls is ChannelSettings:
        return table_of(cls, short="local")
    return table_of(cls, leave_out=("name",) if cls in (JobSettings, TargetSettings) else ())


JOB = table_of(JobSettings, leave_out=("name",))
# The keys of the job `train` stand at top level; `extends` is a matter of loading, not of the project.
TOP = Table({**table_of(Settings).keys, **JOB.keys, "extends": Leaf(str)})
