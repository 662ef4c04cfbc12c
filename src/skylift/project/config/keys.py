"""Which keys the config has: read off the dataclasses of ``values.settings``, so that there is one list.

::

    Table   keys that we know         [image]
    Named   keys that the user picks  [targets.*], [channels.*], [arguments]
    Free    anything at all           what stands in [hyperparameters]
    Value   one value, of a kind
    Values  a list of strings, or of integers
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from skylift.values.settings import ChannelSettings, JobSettings, MetricSettings, Settings

Kind = Literal["string", "integer", "boolean", "seconds", "gigabytes"]
_KINDS: dict[type, Kind] = {str: "string", int: "integer", bool: "boolean"}
_NAME = "name"


@dataclass(frozen=True)
class Value:
    kind: Kind
    choices: tuple[str, ...] = ()
    default: Any = None


@dataclass(frozen=True)
class Values:
    default: tuple[str, ...] | tuple[int, ...] = ()
    kind: Kind = "string"


@dataclass(frozen=True)
class Free:
    """Any value of TOML; tables are merged key by key."""


@dataclass(frozen=True)
class Named:
    """A table whose keys are names that the user picks."""

    each: Spec


@dataclass(frozen=True)
class Table:
    """A table that becomes a dataclass."""

    make: type[Any]
    keys: Mapping[str, Spec]


Spec = Union[Value, Values, Free, Named, Table]  # noqa: UP007 - Spec is used before it is complete


@cache
def config_keys() -> Table:
    """All keys of ``[tool.skylift]``. Those of the job ``train`` stand at top level."""
    settings = table_of(Settings).keys
    train = {key: spec for key, spec in table_of(JobSettings).keys.items() if key != _NAME}
    return Table(Settings, {"extends": Value("string"), **settings, **train})


@cache
def train_keys() -> frozenset[str]:
    return frozenset(table_of(JobSettings).keys) - {_NAME}


@cache
def table_of(make: type[Any]) -> Table:
    hints = get_type_hints(make, include_extras=True)
    keys = {toml_key(f.name): _spec(hints[f.name], _default(f)) for f in fields(make)}
    return Table(make, keys)


def toml_key(field: str) -> str:
    """The name of a field as it is written in TOML.

    >>> toml_key("entry_point")
    'entry-point'
    """
    return field.replace("_", "-")


def short_key(make: type[Any], text: str) -> str | None:
    """The key that a bare string stands for where a table is wanted: ``train = "data/train"``."""
    if make is MetricSettings:
        return "pattern"
    if make is not ChannelSettings:
        return None
    return "cloud" if text.startswith("s3://") else "local"


def _default(field: Any) -> Any:
    return None if field.default is MISSING else field.default


def _spec(hint: Any, default: Any) -> Spec:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _spec(next(item for item in inner if item is not type(None)), default)
    if origin is tuple:
        return Values(default or (), _KINDS[inner[0]])
    if is_dataclass(hint) and isinstance(hint, type):
        return table_of(hint)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return Named(_without_name(_spec(inner[1], None)))
    return _value(hint, default) or Free()


def _value(hint: Any, default: Any) -> Value | None:
    if get_origin(hint) is Literal:
        return Value("string", get_args(hint), default)
    # Annotated[int, "seconds"]: the annotation is the kind.
    kind = get_args(hint)[1] if get_origin(hint) is Annotated else _KINDS.get(hint)
    return Value(kind, default=default) if kind else None


def _without_name(spec: Spec) -> Spec:
    # What has a name and stands in a table of names has it from there.
    if isinstance(spec, Table):
        return Table(spec.make, {key: value for key, value in spec.keys.items() if key != _NAME})
    return spec
