"""What an annotation says of a parameter: its type, its choices, how many values it takes."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from skylift.project.source.constants import Constants, is_enum
from skylift.project.source.names import Module, Place
from skylift.project.source.reach import Reach
from skylift.values.arguments import ANY

_PLAIN = {"int": "int", "float": "float", "str": "str", "bool": "bool", "Any": ANY, "object": ANY}
_PATHS = frozenset(
    {"Path", "PosixPath", "PurePath", "PathLike", "FilePath", "DirectoryPath", "Path_fr", "Path_drw"}
)
_LISTS = frozenset({"list", "List", "Sequence", "Iterable", "Collection", "MutableSequence", "set", "Set", "FrozenSet",
                    "frozenset", "ListConfig"})  # fmt: skip
_TABLES = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "DictConfig"})
_WRAPPERS = frozenset({"Final", "InitVar", "Required", "NotRequired", "ReadOnly", "MutableField"})
_OF_ONE = (
    _LISTS
    | _WRAPPERS
    | {
        "Annotated",
        "Optional",
        "Positional",
        "FlagConversionOff",
        "Fixed",
        "Suppress",
        "UseAppendAction",
        "UseCounterAction",
    }
)
_NUMBERS = {"PositiveInt": "int", "NonNegativeInt": "int", "NegativeInt": "int", "PositiveFloat": "float",
            "NonNegativeFloat": "float", "NonPositiveFloat": "float", "StrictStr": "str", "StrictInt": "int",
            "StrictBool": "bool", "StrictFloat": "float"}  # fmt: skip
_DEEPEST = 10


@dataclass(frozen=True)
class Kind:
    """What values fit."""

    type: str = ANY
    choices: tuple[Any, ...] = ()
    names: tuple[str, ...] = ()
    """The names of an Enum's members, where ``choices`` are their values."""
    nargs: str = ""
    types: tuple[str, ...] = ()
    """Of a tuple or a table: the types of what is in it, where they differ."""
    optional: bool = False
    """None is a value, too."""
    union: bool = False
    """More than one type is possible."""
    table: bool = False
    nested: Place | None = None
    """The project's own class, where it is one that has fields."""
    nested_others: tuple[Place, ...] = ()
    """In a union of such classes: the others."""
    metadata: tuple[ast.expr, ...] = ()
    """What stands beside the type in ``Annotated``."""


class Annotations:
    """Reads the annotations of one program."""

    def __init__(self, reach: Reach, constants: Constants) -> None:
        self._reach, self._constants = reach, constants

    def read(self, module: Module, node: ast.expr | None, depth: int = 0) -> Kind:
        """What an annotation says; of none, that anything fits."""
        if node is None or depth > _DEEPEST:
            return Kind()
        if isinstance(node, ast.Constant):
            return self._constant(module, node, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self._union(module, [node.left, node.right], depth)
        if isinstance(node, ast.Subscript):
            items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            return self._generic(module, module.full(node.value).rpartition(".")[2], list(items), depth)
        return self._name(module, node, depth)

    def _constant(self, module: Module, node: ast.Constant, depth: int) -> Kind:
        if node.value is None:
            return Kind(optional=True)
        if not isinstance(node.value, str):
            return Kind()
        try:
            inner = ast.parse(node.value.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError):
            return Kind(node.value)
        return self.read(module, inner, depth + 1)

    def _name(self, module: Module, node: ast.expr, depth: int) -> Kind:
        last = module.full(node).rpartition(".")[2]
        place = self._reach.find(module, node)
        if place is not None and isinstance(place.node, ast.ClassDef):
            if is_enum(place.module, place.node):
                members = self._constants.members(module, node) or {}
                return Kind(_type_of(members.values()), tuple(members.values()), tuple(members))
            return Kind(place.name, nested=place)
        if place is not None and isinstance(place.node, ast.expr) and place.node is not node:
            # An alias: `Size = tuple[int, int]`.
            return self.read(place.module, place.node, depth + 1)
        return _of_the_library(last) or Kind(ast.unparse(node))

    def _generic(self, module: Module, name: str, items: list[ast.expr], depth: int) -> Kind:
        if name == "Literal":
            found = [self._constants.read(module, item) for item in items]
            values = tuple(one.value for one in found if one is not None)
            optional = None in values
            values = tuple(value for value in values if value is not None)
            return Kind(_type_of(values), values, optional=optional)
        if name == "Union":
            return self._union(module, items, depth)
        if name in ("tuple", "Tuple"):
            return self._tuple(module, items, depth)
        if name in _TABLES or name not in _OF_ONE:
            return self._table(module, items, depth) if name in _TABLES else Kind(name)
        inner = self.read(module, items[0], depth + 1)
        if name in _LISTS:
            return replace(inner, nargs="*")
        return replace(inner, optional=inner.optional or name == "Optional", metadata=tuple(items[1:]))

    def _tuple(self, module: Module, items: list[ast.expr], depth: int) -> Kind:
        kinds = [self.read(module, item, depth + 1) for item in items if not _is_ellipsis(item)]
        if len(kinds) < len(items):
            return replace(kinds[0], nargs="*") if kinds else Kind(nargs="*")
        same = len({kind.type for kind in kinds}) == 1 and not any(kind.types for kind in kinds)
        plain = all(not kind.nargs and not kind.table and kind.nested is None for kind in kinds)
        types = tuple("str" if kind.union and kind.type == ANY else kind.type for kind in kinds)
        size = str(len(kinds)) if plain else "*"
        return Kind(kinds[0].type if same else ANY, nargs=size, types=types if plain and not same else ())

    def _table(self, module: Module, items: list[ast.expr], depth: int) -> Kind:
        kinds = [self.read(module, item, depth + 1) for item in items]
        plain = len(kinds) == 2 and all(not k.nargs and not k.table and k.nested is None for k in kinds)
        return Kind(table=True, types=tuple(kind.type for kind in kinds) if plain else ())

    def _union(self, module: Module, items: Sequence[ast.expr], depth: int) -> Kind:
        kinds = [self.read(module, item, depth + 1) for item in items]
        optional = any(kind.optional for kind in kinds)
        kinds = [kind for kind in kinds if kind != Kind(optional=True)]
        if len(kinds) == 1:
            return replace(kinds[0], optional=optional)
        nested = [kind.nested for kind in kinds if kind.nested is not None]
        nested += [place for kind in kinds for place in kind.nested_others]
        if nested:
            return Kind(optional=optional, union=True, nested=nested[0], nested_others=tuple(nested[1:]))
        types = {kind.type for kind in kinds if not kind.nargs}
        both = types in ({"int", "float"}, {"str", "path"})
        kind = {"int": "float", "float": "float"}.get(next(iter(types), ""), "path") if both else ANY
        return Kind(kind, optional=optional, union=not both)


def _of_the_library(name: str) -> Kind | None:
    """What a type is that is not the project's."""
    if name in _LISTS or name in ("tuple", "Tuple"):
        return Kind(nargs="*")
    if name in _PATHS or name in _TABLES:
        return Kind("path") if name in _PATHS else Kind(table=True)
    known = _PLAIN.get(name) or _NUMBERS.get(name)
    return Kind(known) if known else None


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _type_of(values: Any) -> str:
    """The one type of some values."""
    kinds = {type(value).__name__ for value in values}
    return next(iter(kinds)) if len(kinds) == 1 and kinds <= set(_PLAIN) else ANY


def type_of(value: Any) -> str:
    """The type of a default, as a parameter names it."""
    name = type(value).__name__
    return name if name in ("int", "float", "str", "bool") else ANY
