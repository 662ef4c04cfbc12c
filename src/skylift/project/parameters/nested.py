"""Classes whose fields are options: one option a leaf, whatever the library calls it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from skylift.project.parameters.annotations import Kind
from skylift.project.parameters.context import Context, Default
from skylift.project.parameters.fields import Field, Function, arguments_of, fields_of, takes_more
from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.names import Module, Place
from skylift.values.arguments import ANY, Parameter

_DEEPEST = 6


@dataclass(frozen=True)
class Leaf:
    """One field that is given one value, with the names of those around it."""

    path: tuple[str, ...]
    field: Field
    kind: Kind
    default: Default
    required: bool

    @property
    def name(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True)
class Style:
    """How a library names and spells what the fields say."""

    hyphens: bool = False
    """``--learning-rate`` for ``learning_rate``."""
    off: str = ""
    """What goes before the name in the flag that says false, where booleans are flags."""
    false: str = "False"
    """What is read as false, where they take a value."""
    names: bool = False
    """An Enum's members go by their names, not by their values."""
    lists: str = "*"
    """``*`` several values after the flag, ``append`` the flag again, ``json`` one value."""
    none: str = ""
    """What says no value, where a field may have none."""
    flat: bool = False
    """Nested names go without those around them."""


class Leaves:
    """Walks a class or a function down to its leaves; what it can not read it notes in the reading."""

    def __init__(self, context: Context, reading: Reading) -> None:
        self._context, self._reading = context, reading
        self.foreign: list[tuple[Place, str]] = []
        """Bases that are not the project's, with whose they are."""

    def of(
        self, place: Place, path: tuple[str, ...] = (), given: Mapping[str, ast.expr] | None = None
    ) -> Iterator[Leaf]:
        """The leaves of a definition.

        :param given: what an instance that is the default sets.
        """
        if len(path) > _DEEPEST:
            return
        for one in self._fields(place):
            over = (given or {}).get(one.name)
            set_there = replace(one, default=over, factory=None, module=place.module) if over else one
            yield from self._leaf(set_there, path)

    def _fields(self, place: Place) -> list[Field]:
        if isinstance(place.node, Function):
            if takes_more(place.node):
                self._note(place.module, place.node, f"`{place.name}` takes more than it names")
            return arguments_of(place.module, place.node)
        found = fields_of(self._context.reach, self._context.constants, place)
        self.foreign += [(place, base) for base in found.foreign]
        return list(found.items.values()) or self._constructor(place)

    def _constructor(self, place: Place) -> list[Field]:
        """The arguments of ``__init__``, for a class that is no dataclass."""
        body = place.node.body if isinstance(place.node, ast.ClassDef) else []
        for node in body:
            if isinstance(node, Function) and node.name == "__init__":
                if takes_more(node):
                    self._note(place.module, node, f"`{place.name}` takes more than it names")
                return arguments_of(place.module, node, method=True)
        return []

    def _leaf(self, one: Field, path: tuple[str, ...]) -> Iterator[Leaf]:
        kind = self._context.annotations.read(one.module, one.annotation)
        inner = (*path, one.name)
        if kind.nested is not None and not kind.nargs:
            if kind.nested_others or (kind.optional and not self._instance(one)):
                self._note(one.module, one.node, f"`{'.'.join(inner)}` is one of several classes")
                return
            place, given = self._made(one, kind.nested)
            yield from self.of(place, inner, given)
            return
        default = self._context.default_of(one)
        if one.annotation is None:
            kind = replace(
                kind, type=_usual_type(default.value), nargs="*" if _several(default.value) else ""
            )
        choices = self._choices(one)
        kind = replace(kind, choices=choices) if choices else kind
        yield Leaf(inner, one, kind, default, required=not one.has_default)

    def _choices(self, one: Field) -> tuple[Any, ...]:
        """``choice("a", "b")``, ``field(choices=[…])``, ``field(metadata={"choices": […]})``."""
        if one.choices:
            found = [self._context.constants.read(one.module, item) for item in one.choices]
            return tuple(value.value for value in found if value is not None)
        said = self._context.constants.read(one.module, one.said("choices"))
        return tuple(said.value) if said is not None and isinstance(said.value, list | tuple) else ()

    def _instance(self, one: Field) -> ast.Call | None:
        made = one.default
        if made is None and isinstance(one.factory, ast.Lambda):
            made = one.factory.body
        return made if isinstance(made, ast.Call) else None

    def _made(self, one: Field, usual: Place) -> tuple[Place, dict[str, ast.expr]]:
        """The class of a default instance, and what it was made with."""
        call = self._instance(one)
        made = self._context.class_or_function(one.module, call.func if call is not None else one.factory)
        place = made if made is not None and isinstance(made.node, ast.ClassDef) else usual
        if call is None:
            return place, {}
        names = [field.name for field in self._fields(place)]
        given = dict(zip(names, call.args, strict=False))
        return place, given | {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}

    def _note(self, module: Module, node: ast.AST, text: str) -> None:
        self._reading.notes.append(module.said(node, text))


def _usual_type(value: Any) -> str:
    first = next(iter(value), None) if isinstance(value, list | tuple) else value
    name = type(first).__name__
    return name if name in ("int", "float", "str", "bool") else ANY


def _several(value: Any) -> bool:
    return isinstance(value, list | tuple)


def leaf_option(leaf: Leaf, style: Style, command: str = "") -> Option:
    """The option that a library makes of a leaf."""
    words = leaf.path[-1:] if style.flat else leaf.path
    spelled = [word.replace("_", "-") if style.hyphens else word for word in words]
    key = ".".join(spelled)
    kind, default = leaf.kind, leaf.default
    choices = kind.names if style.names and kind.names else kind.choices
    several = bool(kind.nargs) or kind.table
    as_json = several and (style.lists == "json" or kind.table)
    # Of several types the library chooses by the text.
    unsure = kind.union and kind.type == ANY and style.lists != "json"
    parameter = Parameter(
        key=key,
        flag="--" + key,
        type=ANY if as_json else "str" if (style.names and kind.names) or unsure else kind.type,
        default=_shown(default.value, kind, names=style.names),
        default_known=default.known and not default.variable,
        choices=choices if not kind.nargs else (),
        nargs="" if as_json or style.lists == "append" else kind.nargs,
        required=leaf.required,
        action="append" if several and not as_json and style.lists == "append" else "store",
        help=leaf.field.help,
        aliases=(leaf.name,) if key.replace("-", "_") != leaf.name else (),
        command=command,
        types=() if as_json else kind.types,
        none=style.none if kind.optional else "",
    )
    if kind.type == "bool" and not kind.nargs and not kind.optional:
        parameter = _boolean(parameter, spelled, style)
    variable = default.variable
    return Option(parameter, leaf.name, variable, default.value if variable else None)


def _boolean(parameter: Parameter, spelled: list[str], style: Style) -> Parameter:
    if not style.off or parameter.required:
        return replace(parameter, false=style.false)
    off = ".".join([*spelled[:-1], style.off + spelled[-1]])
    return replace(parameter, action="boolean-optional", off="--" + off)


def _shown(value: Any, kind: Kind, *, names: bool) -> Any:
    """A default that is an Enum's member, as it is given."""
    if not kind.names:
        return value
    pairs = list(zip(kind.names, kind.choices, strict=True))
    if names:
        return next((name for name, inner in pairs if inner == value), value)
    return next((inner for name, inner in pairs if name == value and value not in kind.choices), value)
