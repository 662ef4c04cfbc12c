"""A program as names, in the scopes that they have: what each is given, where, and who calls what."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from skylift.project.source.modules import Definition
from skylift.project.source.program import Program

Function = ast.FunctionDef | ast.AsyncFunctionDef
_BRANCHES = ast.If | ast.For | ast.AsyncFor | ast.While | ast.Try | ast.IfExp | ast.Match | ast.Lambda
_MOST_BASES = 20
_MOST_OWNERS = 3
"""Classes that have an attribute: of so many it is not known which is meant."""
_MOST_NODES = 400_000
"""Of one program; what lies behind says nothing any more."""


@dataclass(frozen=True)
class Given:
    """What a name is given: the value of an expression, or each item of it in turn."""

    value: ast.expr
    each: bool = False
    line: int = 0
    certain: bool = False
    """Whoever comes by has it: it stands in no branch and in no loop."""
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

    def given(self, name: str, line: int) -> tuple[list[Given], bool]:
        """What a name may have been given in a line, and whether it had something else before.

        :param line: of the use; 0 where it is in a function, which is called whenever.
        """
        every = self.names.get(name, [])
        found: list[Given] = []
        for given in every:
            if line and not (given.line < line or (given.inside and given.line == line)):
                continue
            found = [given] if given.certain and line else [*found, given]
        is_known = bool(found and found[0].certain)
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


@dataclass(frozen=True)
class Attribute:
    """What ``self.x``, ``x`` in a class, or ``something.x`` is given."""

    owner: str
    """The class; empty where it is not known."""
    value: ast.expr
    scope: Scope


@dataclass(eq=False)
class Scopes:
    """All scopes of a program."""

    modules: dict[str, Scope] = field(default_factory=dict)
    """By the file's path in the project."""
    functions: dict[str, list[Scope]] = field(default_factory=dict)
    """By name; a class stands for its ``__init__``."""
    callers: dict[Scope, list[tuple[ast.Call, Scope]]] = field(default_factory=dict)
    attributes: dict[str, list[Attribute]] = field(default_factory=dict)
    bases: dict[str, list[str]] = field(default_factory=dict)
    """The classes that a class is made of, by their last names."""
    decorated: set[ast.AST] = field(default_factory=set)
    texts: list[tuple[ast.Constant, str]] = field(default_factory=list)
    """Every text in the source, with its file."""
    nodes: int = 0
    own: set[str] = field(default_factory=set)
    """The names of the program's modules, their folders, and its classes."""

    def every(self) -> Iterator[Scope]:
        yield from self.modules.values()
        for found in self.functions.values():
            yield from found

    def called(self, call: ast.Call, scope: Scope) -> list[Scope]:
        """The functions of the program that a call may mean: none for a library's, whatever its name."""
        full = scope.full_name(call.func)
        first, last = full.split(".")[0], full.rpartition(".")[2]
        if full == ".__init__" and scope.owner:
            return self._constructors(self.bases.get(scope.owner, []))
        if last in self.bases:
            return self._constructors([last])
        found = self.functions.get(last, [])
        if not isinstance(call.func, ast.Attribute):
            return [one for one in found if not one.is_method]
        root = call.func.value
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name) and (scope.is_imported(root.id) or root.id in self.bases):
            return found if first in self.own or set(full.split(".")[:-1]) & self.own else []
        return [one for one in found if one.is_method]

    def _constructors(self, classes: list[str]) -> list[Scope]:
        for name in self._lineage(classes):
            if name in self.functions:
                return self.functions[name]
        return []

    def _lineage(self, classes: list[str]) -> list[str]:
        found: list[str] = []
        waiting = list(classes)
        while waiting and len(found) < _MOST_BASES:
            name = waiting.pop(0)
            if name not in found:
                found.append(name)
                waiting += self.bases.get(name, [])
        return found

    def attribute(self, node: ast.Attribute, scope: Scope) -> list[Attribute]:
        """What an attribute may be given: of ``self`` by its class, of others by whichever class has it."""
        every = self.attributes.get(node.attr, [])
        base = node.value.id if isinstance(node.value, ast.Name) else ""
        owner = scope.class_name if base in ("self", "cls") else base if base in self.bases else ""
        if owner:
            kin = self._lineage([owner])
            mine = [one for one in every if one.owner in kin]
            return mine or [one for one in every if owner in self._lineage([one.owner])]
        return every if len({one.owner for one in every}) < _MOST_OWNERS else []


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def _is_static(node: Function) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list)


def scopes_of(program: Program) -> Scopes:
    """Of the entry file and the modules that it reaches."""
    found = Scopes()
    for path, tree in program.modules:
        file = _shown(program.root, path)
        scope = Scope(file, tree)
        found.modules[file] = scope
        found.own |= set(file.removesuffix(".py").split("/"))
        _fill(found, scope, tree.body)
    for scope in list(found.every()):
        for call in scope.calls:
            for one in found.called(call, scope):
                found.callers.setdefault(one, []).append((call, scope))
    return found


def _shown(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _fill(
    found: Scopes, scope: Scope, nodes: Iterable[ast.AST], owner: str = "", *, certain: bool = True
) -> None:
    for node in nodes:
        found.nodes += 1
        if found.nodes > _MOST_NODES:
            return
        if isinstance(node, Function):
            _function(found, scope, node, owner)
        elif isinstance(node, ast.ClassDef):
            _class(found, scope, node)
        else:
            inner = certain and not isinstance(node, _BRANCHES)
            _note(found, scope, node, certain=inner)
            _fill(found, scope, ast.iter_child_nodes(node), certain=inner)


def _function(found: Scopes, scope: Scope, node: Function, owner: str) -> None:
    inner = Scope(scope.file, node, scope, owner)
    name = owner if owner and node.name == "__init__" else node.name
    found.functions.setdefault(name, []).append(inner)
    if node.decorator_list:
        found.decorated.add(node)
        _fill(found, scope, node.decorator_list)
    _fill(found, inner, node.body)
    # A default is evaluated where the function is defined.
    _fill(found, scope, [*node.args.defaults, *(value for value in node.args.kw_defaults if value)])


def _class(found: Scopes, scope: Scope, node: ast.ClassDef) -> None:
    found.bases[node.name] = [scope.full_name(base).rpartition(".")[2] for base in node.bases]
    found.own.add(node.name)
    for inner in node.body:
        if isinstance(inner, Definition):
            _fill(found, scope, [inner], node.name)
            continue
        for target, value in _assigned(inner):
            if isinstance(target, ast.Name) and not value.each:
                found.attributes.setdefault(target.id, []).append(Attribute(node.name, value.value, scope))
        _fill(found, scope, ast.iter_child_nodes(inner))


def _note(found: Scopes, scope: Scope, node: ast.AST, *, certain: bool) -> None:
    if isinstance(node, ast.Call):
        scope.calls.append(node)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            found.texts.append((node, scope.file))
    elif isinstance(node, ast.Return) and node.value is not None:
        scope.returns.append(node.value)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        scope.imports.update(_imports(node))
    else:
        for target, value in _assigned(node):
            if isinstance(target, ast.Name):
                inside = isinstance(node, ast.withitem | ast.comprehension)
                given = replace(value, line=target.lineno, certain=certain or inside, inside=inside)
                scope.names.setdefault(target.id, []).append(given)
            elif isinstance(target, ast.Attribute) and not value.each:
                owner = scope.class_name if _is_self(target.value) else ""
                found.attributes.setdefault(target.attr, []).append(Attribute(owner, value.value, scope))


def _assigned(node: ast.AST) -> Iterator[tuple[ast.expr, Given]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _unpacked(target, Given(node.value))
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        yield node.target, Given(node.value)
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Div):
        yield node.target, Given(ast.copy_location(ast.BinOp(node.target, node.op, node.value), node))
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        yield from _unpacked(node.target, Given(node.iter, each=True))
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield node.optional_vars, Given(node.context_expr)


def _unpacked(target: ast.expr, given: Given) -> Iterator[tuple[ast.expr, Given]]:
    if not isinstance(target, ast.Tuple | ast.List):
        yield target, given
    elif isinstance(given.value, ast.Tuple | ast.List) and len(given.value.elts) == len(target.elts):
        yield from zip(target.elts, (Given(value) for value in given.value.elts), strict=True)


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            yield name, alias.name if alias.asname else name
    else:
        for alias in node.names:
            yield alias.asname or alias.name, f"{node.module or ''}.{alias.name}".lstrip(".")
