"""What an expression can be while code is followed. Plain Python values stand for themselves."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

_ENUMS = frozenset({"Enum", "StrEnum", "IntEnum", "Flag"})
PLAIN = (str, int, float, bool, bytes, type(None))


@dataclass(frozen=True)
class Place:
    """Where in the source something stands."""

    file: str
    line: int
    certain: bool = True
    """Whether the code is reached in every run, and just once."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(eq=False)
class Opaque:
    """A value that only a run would tell; ``name`` is what it came from."""

    name: str = ""
    of: Opaque | None = None
    """What it is an attribute of."""
    attributes: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class External:
    """A thing of a library or of Python itself, by its dotted name."""

    name: str


@dataclass(frozen=True)
class Varying:
    """What an environment variable says, with the value that holds where it is not set."""

    variable: str
    value: object


@dataclass(eq=False)
class Scope:
    """The names of a module, a function call or a class body."""

    module: Module
    names: dict[str, object] = field(default_factory=dict)
    outer: Scope | None = None
    is_class: bool = False
    globals: set[str] = field(default_factory=set)
    returned: list[object] = field(default_factory=list)
    yielded: list[object] = field(default_factory=list)
    receiver: object = None
    """The first argument of the method that is being called, for ``super()``."""
    owner: Class | None = None
    """The class whose body, or whose method, this is."""
    certain_at: int = 0
    """How uncertain it was already that this function is called."""


@dataclass(eq=False)
class Module:
    """A module of the project; its code is followed when a name of it is first asked for."""

    path: Path
    file: str
    tree: ast.Module
    is_entry: bool = False
    followed: bool = False
    scope: Scope = field(init=False)

    def __post_init__(self) -> None:
        self.scope = Scope(self)


@dataclass(frozen=True)
class Deferred:
    """A name imported from a module of the project, not yet asked for."""

    module: Module
    name: str


@dataclass(eq=False)
class Function:
    """A function of the project, or a method with its receiver."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    """The scope it was defined in."""
    owner: Class | None = None
    receiver: object = None
    kind: str = ""
    """``staticmethod``, ``classmethod``, ``property``, or nothing."""

    @property
    def name(self) -> str:
        return getattr(self.node, "name", "lambda")

    def bound(self, receiver: object) -> Function:
        return Function(self.node, self.scope, self.owner, receiver, self.kind)


@dataclass(eq=False)
class Method:
    """A method of what is no object of the project: of a text, a list, an actor."""

    value: object
    name: str


@dataclass(eq=False)
class Partial:
    """What ``functools.partial`` makes."""

    function: object
    given: Given


@dataclass(eq=False)
class Class:
    """A class of the project."""

    name: str
    bases: tuple[object, ...]
    names: dict[str, object]
    fields: tuple[str, ...] = ()
    """What a dataclass or a named tuple is made of, in order."""
    annotations: dict[str, object] = field(default_factory=dict)

    def find(self, name: str) -> object | None:
        """An attribute of the class or of its bases; None when it is in none of them."""
        if name in self.names:
            return self.names[name]
        found = (base.find(name) for base in self.bases if isinstance(base, Class))
        return next((one for one in found if one is not None), None)

    @property
    def is_enum(self) -> bool:
        return any(base.rpartition(".")[2] in _ENUMS for base in self.library_bases())

    def members(self) -> list[object]:
        """The members of an enumeration, in the order of their definition."""
        public = ((name, value) for name, value in self.names.items() if not name.startswith("_"))
        plain = ((name, value) for name, value in public if not isinstance(value, Function))
        return [Instance(self, {"name": name, "value": value}) for name, value in plain]

    def library_bases(self) -> list[str]:
        """Dotted names of the classes of libraries that it comes from."""
        own = [base.name for base in self.bases if isinstance(base, External)]
        return own + [name for base in self.bases if isinstance(base, Class) for name in base.library_bases()]


@dataclass(eq=False)
class Instance:
    """An object of a class of the project."""

    of: Class
    attributes: dict[str, object] = field(default_factory=dict)
    acts: Actor | None = None
    """What it is besides: a subclass of a library's class that somebody cares about."""


@dataclass(frozen=True)
class Given:
    """The arguments of a call."""

    args: tuple[object, ...]
    keywords: Mapping[str, object]
    open: bool = False
    """Whether there are more that could not be read: ``*args`` or ``**kwargs``."""

    def get(self, position: int, name: str, default: object = None) -> object:
        if len(self.args) > position:
            return self.args[position]
        return self.keywords.get(name, default)


@runtime_checkable
class Actor(Protocol):
    """An object whose methods somebody cares about."""

    def act(self, method: str, given: Given, at: Place) -> object:
        """What calling the method returns."""
        ...


class Listener(Protocol):
    """Who wants to know what a program does with a library. Both return None for what they do not care about."""

    def library_call(self, name: str, given: Given, at: Place) -> object:
        """What a function or class of a library gives, by its dotted name."""
        ...

    def opaque_call(self, owner: Opaque, method: str, given: Given, at: Place) -> object:
        """What a method gives of something that is not known."""
        ...


def is_plain(value: object) -> bool:
    """Whether a value is wholly known.

    >>> is_plain([1, ("a", None)]), is_plain([Opaque()])
    (True, False)
    """
    if isinstance(value, PLAIN):
        return True
    if isinstance(value, Mapping):
        return all(is_plain(key) and is_plain(item) for key, item in value.items())
    return isinstance(value, list | tuple | set | frozenset | range) and all(is_plain(item) for item in value)


def truth(value: object) -> bool | None:
    """What ``if`` would make of it; None when only a run can say."""
    if isinstance(value, Opaque | External | Varying):
        return None
    if isinstance(value, (*PLAIN, Sequence, Mapping, set)):
        return bool(value)
    return True
