"""The fields of a class, and the arguments of a function: names, annotations, defaults."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from skylift.project.source.constants import Constants
from skylift.project.source.names import Module, Place
from skylift.project.source.reach import Reach

_FIELD = frozenset(
    {"field", "Field", "choice", "flag", "mutable_field", "list_field", "arg", "attrib", "ib", "MutableField"}
)
_BARE = frozenset({"object", "ABC", "Protocol", "Generic", "BaseModel", "BaseSettings", "Serializable", "Tap", "NamedTuple",
                   "TypedDict", "FrozenSerializable", "Module", "LightningModule", "LightningDataModule"})  # fmt: skip
_DEEPEST = 8
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Field:
    """One of them."""

    name: str
    module: Module
    node: ast.AST
    annotation: ast.expr | None = None
    default: ast.expr | None = None
    """What it is without a value; None when there is no default."""
    factory: ast.expr | None = None
    """What makes its default."""
    options: Mapping[str, ast.expr] = field(default_factory=dict)
    """What else ``field(…)`` says."""
    choices: tuple[ast.expr, ...] = ()
    help: str = ""
    positional: bool = False
    """It can not be given by name."""

    @property
    def has_default(self) -> bool:
        return self.default is not None or self.factory is not None

    def said(self, key: str) -> ast.expr | None:
        """What ``field(key=…)`` or ``field(metadata={"key": …})`` says."""
        table = self.options.get("metadata")
        if key in self.options or not isinstance(table, ast.Dict):
            return self.options.get(key)
        pairs = zip(table.keys, table.values, strict=True)
        return next(
            (node for name, node in pairs if isinstance(name, ast.Constant) and name.value == key), None
        )


@dataclass
class Fields:
    """The fields of a class with those that it inherits, and the bases that are not the project's."""

    items: dict[str, Field] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)
    """Full names of classes whose fields are not the project's to read."""

    def take(self, other: Fields) -> None:
        self.items |= other.items
        self.foreign += other.foreign


def fields_of(reach: Reach, constants: Constants, place: Place, depth: int = 0) -> Fields:
    """The annotated attributes of a class, the bases' first."""
    found = Fields()
    if not isinstance(place.node, ast.ClassDef) or depth > _DEEPEST:
        return found
    bases = [base.value if isinstance(base, ast.Subscript) else base for base in place.node.bases]
    for base in reversed(bases):
        theirs = reach.find(place.module, base)
        if theirs is not None:
            found.take(fields_of(reach, constants, theirs, depth + 1))
        elif place.module.full(base).rpartition(".")[2] not in _BARE:
            found.foreign.append(place.module.full(base) or ast.unparse(base))
    for one in _own(constants, place.module, place.node):
        found.items[one.name] = one
    return found


def _own(constants: Constants, module: Module, node: ast.ClassDef) -> Iterator[Field]:
    for index, statement in enumerate(node.body):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        said = ast.unparse(statement.annotation)
        if "ClassVar" in said or said.endswith("KW_ONLY") or statement.target.id.startswith("_"):
            continue
        following = node.body[index + 1] if index + 1 < len(node.body) else None
        text = following.value if isinstance(following, ast.Expr) else None
        note = text.value if isinstance(text, ast.Constant) and isinstance(text.value, str) else ""
        made = _made(constants, module, statement, " ".join(note.split()))
        if made is not None:
            yield made


def _made(constants: Constants, module: Module, node: ast.AnnAssign, note: str) -> Field | None:
    """None for what is no argument: ``field(init=False)``."""
    assert isinstance(node.target, ast.Name)
    name, value = node.target.id, node.value
    if not isinstance(value, ast.Call) or module.full(value.func).rpartition(".")[2] not in _FIELD:
        return Field(name, module, node, node.annotation, value, help=note)
    options = {str(keyword.arg): keyword.value for keyword in value.keywords if keyword.arg}
    if constants.read(module, options.get("init")) is not None and not _true(
        constants, module, options["init"]
    ):
        return None
    default = options.get("default")
    kind = module.full(value.func).rpartition(".")[2]
    if default is None and value.args and kind in ("Field", "flag", "mutable_field", "MutableField"):
        default = value.args[0]
    if isinstance(default, ast.Constant) and default.value is ...:
        default = None
    choices = tuple(value.args) if kind == "choice" else ()
    factory = options.get("default_factory") or options.get("factory")
    if kind == "list_field" and factory is None and default is None:
        default = ast.copy_location(ast.List(list(value.args), ast.Load()), value)
    found = Field(name, module, node, node.annotation, default, factory, options, choices)
    said = constants.text(module, found.said("help")) or constants.text(module, options.get("description"))
    return replace(found, help=said or note)


def _true(constants: Constants, module: Module, node: ast.expr) -> bool:
    found = constants.read(module, node)
    return bool(found.value) if found is not None else True


def arguments_of(module: Module, function: Function, *, method: bool = False) -> list[Field]:
    """The arguments of a function that can be given; ``*args`` and ``**more`` are not among them."""
    said = function.args
    positional = [*said.posonlyargs, *said.args]
    pairs: list[tuple[ast.arg, ast.expr | None, bool]] = []
    missing = len(positional) - len(said.defaults)
    for index, argument in enumerate(positional):
        default = said.defaults[index - missing] if index >= missing else None
        pairs.append((argument, default, index < len(said.posonlyargs)))
    pairs += [(arg, default, False) for arg, default in zip(said.kwonlyargs, said.kw_defaults, strict=True)]
    if method:
        pairs = pairs[1:]
    return [
        Field(argument.arg, module, argument, argument.annotation, default, positional=place)
        for argument, default, place in pairs
    ]


def takes_more(function: Function) -> bool:
    """Whether a function takes arguments that it does not name."""
    return function.args.vararg is not None or function.args.kwarg is not None


def made_by(constants: Constants, module: Module, factory: ast.expr) -> tuple[bool, Any]:
    """Whether it is known what a default factory makes, and what."""
    if isinstance(factory, ast.Lambda):
        found = constants.read(module, factory.body)
        return found is not None and not found.variable, found.value if found else None
    usual: dict[str, Any] = {"list": [], "dict": {}, "tuple": [], "set": []}
    made = usual.get(module.full(factory))
    return made is not None, made
