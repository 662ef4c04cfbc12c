"""A module or a function as names: what each is given, and where."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef
EVERYWHERE = sys.maxsize
"""Behind every line: what stands in no branch and in no loop holds until there."""


@dataclass(frozen=True)
class Given:
    """What a name is given: the value of an expression, or each item of it in turn."""

    value: ast.expr
    each: bool = False
    line: int = 0
    until: int = 0
    """The last line of the block that it stands in: in what follows there whoever comes by has it."""
    inside: bool = False
    """It is for what stands within, perhaps in the same line: ``with``, a comprehension."""


@dataclass(eq=False)
class Scope:
    """A module, or a function in it."""

    file: str
    node: ast.Module | Function
    parent: Scope | None = None
    owner: str = ""
    """The class of a method."""
    names: dict[str, list[Given]] = field(default_factory=dict)
    calls: list[ast.Call] = field(default_factory=list)
    returns: list[ast.expr] = field(default_factory=list)
    imports: dict[str, str] = field(default_factory=dict)
    """What a name is in full."""
    stars: list[str] = field(default_factory=list)
    """The modules of which it has every name."""

    def given(self, name: str, line: int) -> tuple[list[Given], bool]:
        """What a name may have been given in a line, and whether it had something else before.

        :param line: of the use; 0 where it is in a function, which is called whenever.
        """
        every = self.names.get(name, [])
        found: list[Given] = []
        for given in every:
            if line and not (given.line < line or (given.inside and given.line == line)):
                continue
            found = [given] if line <= given.until and line else [*found, given]
        is_known = bool(found and found[0].until >= (line or EVERYWHERE))
        return found or ([] if self.has_parameter(name) else every), not is_known

    def has_parameter(self, name: str) -> bool:
        return any(name == one.arg for one in self.parameters)

    @property
    def parameters(self) -> list[ast.arg]:
        """The arguments of a function by position, then those by name; without ``self``."""
        if isinstance(self.node, ast.Module):
            return []
        arguments = self.node.args
        found = [*arguments.posonlyargs, *arguments.args]
        return [*(found[1:] if self.owner and not _is_static(self.node) else found), *arguments.kwonlyargs]

    @property
    def rest(self) -> str:
        """The name of ``*args``; empty where there is none."""
        star = None if isinstance(self.node, ast.Module) else self.node.args.vararg
        return star.arg if star else ""

    @property
    def places(self) -> int:
        """How many arguments come by position before ``*args``."""
        by_name = 0 if isinstance(self.node, ast.Module) else len(self.node.args.kwonlyargs)
        return len(self.parameters) - by_name

    def default(self, name: str) -> ast.expr | None:
        if isinstance(self.node, ast.Module):
            return None
        arguments = self.node.args
        usual = reversed([*arguments.posonlyargs, *arguments.args])
        found = dict(
            zip((one.arg for one in usual), reversed(arguments.defaults), strict=False),
        )
        by_name = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        found |= {one.arg: value for one, value in by_name if value is not None}
        return found.get(name)

    def full_name(self, node: ast.expr) -> str:
        """A callable's name, with what its first part is imported as; of other receivers only ``.method``."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return "." + ".".join(reversed(parts)) if parts else ""
        return ".".join([self._imported(node.id), *reversed(parts)])

    def _imported(self, name: str) -> str:
        found = next((scope.imports[name] for scope in self.around() if name in scope.imports), None)
        return name if found is None else found

    def is_imported(self, name: str) -> bool:
        return any(name in scope.imports for scope in self.around())

    def around(self) -> Iterator[Scope]:
        """The scope itself, then those that it stands in."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    @property
    def is_method(self) -> bool:
        return bool(self.owner) and not isinstance(self.node, ast.Module) and self.node.name != "__init__"

    @property
    def class_name(self) -> str:
        """The class that ``self`` is of here."""
        return next((scope.owner for scope in self.around() if scope.owner), "")


def _is_static(node: Function) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list)
