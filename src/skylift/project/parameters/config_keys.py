"""The keys of a config that can be overridden, each with what the config says of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from skylift.project.parameters.nested import Leaf
from skylift.project.parameters.reading import Option
from skylift.project.source.documents import dotted
from skylift.values.arguments import ANY, NUMBER, Parameter

REQUIRED = "???"
_TYPES = {"int": NUMBER, "float": "float", "bool": "bool", "str": "str"}


@dataclass(frozen=True)
class Key:
    """One leaf."""

    value: Any = None
    known: bool = True
    type: str = ""
    """As a class declares it; empty where only a value was seen."""
    choices: tuple[Any, ...] = ()
    help: str = ""
    declared: bool = False


@dataclass
class Keys:
    """Leaves by dotted name; what comes later is laid over what was there."""

    found: dict[str, Key] = field(default_factory=dict)

    def lay(self, values: Any, package: str = "") -> None:
        """The values of a file."""
        for name, value in dotted(values, ""):
            full = f"{package}.{name}" if package else name
            self._clear(full)
            before = self.found.get(full, Key())
            known = not _is_computed(value)
            self.found[full] = replace(before, value=value if known else None, known=known)

    def declare(self, leaf: Leaf, package: str = "") -> None:
        """A field of a class that describes the config."""
        full = f"{package}.{leaf.name}" if package else leaf.name
        missing = leaf.required or (not leaf.default.known and _is_missing(leaf))
        value = REQUIRED if missing else leaf.default.value
        names = leaf.kind.names or leaf.kind.choices
        kind = ANY if leaf.kind.nargs or leaf.kind.table or leaf.kind.optional else leaf.kind.type
        kind = "str" if leaf.kind.names else kind
        known = (leaf.default.known or missing) and not _is_computed(value)
        shown = dict(zip(leaf.kind.choices, leaf.kind.names, strict=False)).get(_hashable(value), value)
        self.found[full] = Key(
            shown, known, kind, names if not leaf.kind.nargs else (), leaf.field.help, declared=True
        )

    def add_unseen(self, values: Any, package: str = "") -> None:
        """Keys of what could be chosen instead: known by name, their values only when it is chosen."""
        for name, value in dotted(values, ""):
            full = f"{package}.{name}" if package else name
            if full not in self.found:
                self.found[full] = Key(
                    None, known=False, type=_type(Key(value)) if value != REQUIRED else ANY
                )

    def add_unseen_keys(self, others: Keys) -> None:
        for name, key in others.found.items():
            if name not in self.found:
                kind = _type(key) if not key.type and key.value != REQUIRED else key.type or ANY
                self.found[name] = Key(None, known=False, type=kind, choices=key.choices, help=key.help)

    def options(self) -> list[Option]:
        return [Option(_parameter(name, key), name) for name, key in self.found.items()]

    def _clear(self, full: str) -> None:
        """A value in the place of a table, or the reverse."""
        for name in [name for name in self.found if full.startswith(name + ".")]:
            if not self.found[name].declared:
                del self.found[name]


def _parameter(name: str, key: Key) -> Parameter:
    required = key.value == REQUIRED
    return Parameter(
        key=name,
        type=key.type or (ANY if required else _type(key)),
        default=None if required else key.value,
        default_known=key.known,
        choices=key.choices,
        required=required,
        help=key.help,
        spelling="hydra",
    )


def _type(key: Key) -> str:
    """A config declares no types; a whole number may become another one."""
    if isinstance(key.value, str) and _is_computed(key.value):
        return ANY
    return _TYPES.get(type(key.value).__name__, ANY) if key.known else ANY


def _is_computed(value: Any) -> bool:
    return isinstance(value, str) and "${" in value


def _is_missing(leaf: Leaf) -> bool:
    return leaf.field.default is not None and leaf.field.module.full(leaf.field.default).endswith("MISSING")


def _hashable(value: Any) -> Any:
    return None if isinstance(value, list | dict | set) else value
