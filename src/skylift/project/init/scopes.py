"""All scopes of a program: its modules, functions and classes, and who calls what."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from skylift.project.init.scope import EVERYWHERE, Function, Given, Scope
from skylift.project.source.modules import Definition
from skylift.project.source.program import Program
from skylift.project.source.trees import children

_BRANCHES = (
    ast.If | ast.For | ast.AsyncFor | ast.While | ast.Try | ast.ExceptHandler | ast.IfExp | ast.Match | ast.match_case | ast.Lambda
)  # fmt: skip
_MOST_BASES = 20
_MOST_MEANT = 12
"""Functions of one name: of so many it is not known which is meant."""
_MOST_OWNERS = 3
"""Classes that have an attribute: of so many it is not known which is meant."""
_MOST_NODES = 400_000
"""Of one program; what lies behind says nothing any more."""


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
    stems: dict[str, list[Scope]] = field(default_factory=dict)
    """Modules by their last names."""
    functions: dict[str, dict[str, list[Scope]]] = field(default_factory=dict)
    """By name, then by file; a class stands for its ``__init__``."""
    methods: dict[str, dict[str, list[Scope]]] = field(default_factory=dict)
    """By name, then by class."""
    callers: dict[Scope, list[tuple[ast.Call, Scope]]] = field(default_factory=dict)
    attributes: dict[str, dict[str, list[Attribute]]] = field(default_factory=dict)
    """By name, then by class."""
    bases: dict[str, list[str]] = field(default_factory=dict)
    """The classes that a class is made of, by their last names."""
    decorated: set[ast.AST] = field(default_factory=set)
    texts: list[tuple[ast.Constant, str]] = field(default_factory=list)
    """Every text in the source, with its file."""
    nodes: int = 0
    own: set[str] = field(default_factory=set)
    """The names of the program's modules, their folders, and its classes."""
    _called: dict[tuple[ast.Call, Scope], list[Scope]] = field(default_factory=dict)

    def every(self) -> Iterator[Scope]:
        yield from self.modules.values()
        for by_name in (self.functions, self.methods):
            for by_place in by_name.values():
                for found in by_place.values():
                    yield from found

    def named(self, module: str) -> list[Scope]:
        """The modules that an import may mean."""
        tail = module.replace(".", "/")
        ends = (f"{tail}.py", f"{tail}/__init__.py")
        likely = self.stems.get(module.rpartition(".")[2], [])
        return [one for one in likely if f"/{one.file}".endswith(tuple(f"/{end}" for end in ends))]

    def with_name(self, name: str, module: str) -> Scope | None:
        """The module that gives a name to who imports all of one: that one, or another of which it has all itself."""
        seen: list[Scope] = []
        waiting = [module]
        while waiting:
            for scope in self.named(waiting.pop(0)):
                if name in scope.names:
                    return scope
                if scope not in seen:
                    seen.append(scope)
                    waiting += scope.stars
        return None

    def without(self, is_left_out: Callable[[ast.AST, str], bool]) -> None:
        """Forget code: what it calls, and what it gives names and attributes.

        :param is_left_out: whether a node of a file is.
        """
        for by_place in (*self.functions.values(), *self.methods.values()):
            for place, those in by_place.items():
                by_place[place] = [one for one in those if not is_left_out(one.node, one.file)]
        for scope in self.every():
            scope.calls = [call for call in scope.calls if not is_left_out(call, scope.file)]
            scope.returns = [node for node in scope.returns if not is_left_out(node, scope.file)]
            for name, given in scope.names.items():
                scope.names[name] = [one for one in given if not is_left_out(one.value, scope.file)]
        self.callers = {
            scope: [(call, caller) for call, caller in sites if not is_left_out(call, caller.file)]
            for scope, sites in self.callers.items()
        }
        for by_owner in self.attributes.values():
            for owner, found in by_owner.items():
                by_owner[owner] = [one for one in found if not is_left_out(one.value, one.scope.file)]
        self.texts = [(node, file) for node, file in self.texts if not is_left_out(node, file)]

    def add(self, name: str, attribute: Attribute) -> None:
        self.attributes.setdefault(name, {}).setdefault(attribute.owner, []).append(attribute)

    def called(self, call: ast.Call, scope: Scope) -> list[Scope]:
        """The functions of the program that a call may mean: none for a library's, whatever its name."""
        known = self._called.get((call, scope))
        if known is None:
            known = self._called[call, scope] = self._look_up(call, scope)
        return known

    def _look_up(self, call: ast.Call, scope: Scope) -> list[Scope]:
        full = scope.full_name(call.func)
        first, last = full.split(".")[0], full.rpartition(".")[2]
        if full == ".__init__" and scope.owner:
            return self._constructors(self.bases.get(scope.owner, []))
        if last in self.bases:
            return self._constructors([last])
        if not isinstance(call.func, ast.Attribute):
            return self._nearest(last, full, scope.file) or self._of_object(call.func, scope)
        root = call.func.value
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Name) and (scope.is_imported(root.id) or root.id in self.bases):
            is_own = first in self.own or set(full.split(".")[:-1]) & self.own
            return self._nearest(last, full, scope.file) if is_own else []
        by_owner = self.methods.get(last, {})
        mine = (
            by_owner.get(scope.class_name, [])
            if _is_self(root)
            else self._of_made(call.func, by_owner, scope)
        )
        return mine or (
            [one for some in by_owner.values() for one in some] if len(by_owner) < _MOST_MEANT else []
        )

    def _nearest(self, name: str, full: str, file: str) -> list[Scope]:
        """Of functions of one name those of the module that it is imported from, or of the file itself."""
        by_file = self.functions.get(name, {})
        files = [one.file for one in self.named(full.rpartition(".")[0])] if "." in full else [file]
        mine = [one for path in files for one in by_file.get(path, ())]
        if mine or len(by_file) >= _MOST_MEANT:
            return mine
        return [one for some in by_file.values() for one in some]

    def _of_made(self, node: ast.Attribute, by_owner: dict[str, list[Scope]], scope: Scope) -> list[Scope]:
        """A method of an object whose class is known: ``Evaluator(path).run()``, ``it = Evaluator(path); it.run()``."""
        every = [(node.value, scope)]
        if isinstance(node.value, ast.Name):
            name = node.value.id
            every = [(given.value, here) for here in scope.around() for given in here.names.get(name, ())]
        made = [
            here.full_name(one.func).rpartition(".")[2] if isinstance(one, ast.Call) else ""
            for one, here in every
        ]
        if not made or any(one not in self.bases for one in made):
            return []
        owners = [next((name for name in self.lineage([one]) if name in by_owner), "") for one in made]
        return [found for owner in dict.fromkeys(owners) for found in by_owner.get(owner, ())]

    def _of_object(self, node: ast.expr, scope: Scope) -> list[Scope]:
        """``__call__`` of the class that a name is an object of: ``stop = EarlyStopping(); stop(loss, path)``."""
        name = node.id if isinstance(node, ast.Name) else ""
        every = [(given.value, here) for here in scope.around() for given in here.names.get(name, ())]
        made = [
            here.full_name(one.func).rpartition(".")[2] for one, here in every if isinstance(one, ast.Call)
        ]
        by_class = self.methods.get("__call__", {})
        owners = self.lineage([owner for owner in made if owner in self.bases])
        return next((by_class[owner] for owner in owners if owner in by_class), [])

    def _constructors(self, classes: list[str]) -> list[Scope]:
        for name in self.lineage(classes):
            if name in self.functions:
                return [one for some in self.functions[name].values() for one in some][:_MOST_MEANT]
        return []

    def lineage(self, classes: list[str]) -> list[str]:
        """Classes with those that they come from, the nearest first."""
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
        by_owner = self.attributes.get(node.attr, {})
        base = node.value.id if isinstance(node.value, ast.Name) else ""
        owner = scope.class_name if base in ("self", "cls") else base if base in self.bases else ""
        if owner:
            mine = [one for name in self.lineage([owner]) for one in by_owner.get(name, ())]
            if mine or len(by_owner) > _MOST_MEANT:
                return mine
            by_owner = {name: found for name, found in by_owner.items() if owner in self.lineage([name])}
        return [one for found in by_owner.values() for one in found] if len(by_owner) < _MOST_OWNERS else []


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def scopes_of(program: Program) -> Scopes:
    """Of the entry file and the modules that it reaches."""
    found = Scopes()
    for path, tree in program.modules:
        file = _shown(program.root, path)
        scope = Scope(file, tree)
        found.modules[file] = scope
        parts = file.removesuffix(".py").removesuffix("/__init__").split("/")
        found.stems.setdefault(parts[-1], []).append(scope)
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
    found: Scopes, scope: Scope, nodes: Iterable[ast.AST], owner: str = "", *, until: int = EVERYWHERE
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
            is_branch = isinstance(node, _BRANCHES)
            _note(found, scope, node, until=0 if is_branch else until)
            for block, end in _blocks(node) if is_branch else [(children(node), until)]:
                _fill(found, scope, block, until=end)


def _blocks(node: ast.AST) -> Iterator[tuple[list[ast.AST], int]]:
    """What a branch or a loop consists of, with the last line in which what is said there is certain."""
    for _, value in ast.iter_fields(node):
        block = value if isinstance(value, list) else [value]
        last = block[-1] if block else None
        yield (
            [one for one in block if isinstance(one, ast.AST)],
            (last.end_lineno or 0) if isinstance(last, ast.stmt) else 0,
        )


def _function(found: Scopes, scope: Scope, node: Function, owner: str) -> None:
    inner = Scope(scope.file, node, scope, owner)
    name = owner if owner and node.name == "__init__" else node.name
    by_place = found.methods if inner.is_method else found.functions
    by_place.setdefault(name, {}).setdefault(owner if inner.is_method else scope.file, []).append(inner)
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
                found.add(target.id, Attribute(node.name, value.value, scope))
        _fill(found, scope, children(inner))


def _note(found: Scopes, scope: Scope, node: ast.AST, *, until: int) -> None:
    if isinstance(node, ast.Call):
        scope.calls.append(node)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            found.texts.append((node, scope.file))
    elif isinstance(node, ast.Return) and node.value is not None:
        scope.returns.append(node.value)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        scope.imports.update(_imports(node))
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            scope.stars.append(node.module or "")
    else:
        for target, value in _assigned(node):
            if isinstance(target, ast.Name):
                inside = isinstance(node, ast.withitem | ast.comprehension)
                end = EVERYWHERE if inside else until
                given = replace(value, line=target.lineno, until=end, inside=inside)
                scope.names.setdefault(target.id, []).append(given)
            elif isinstance(target, ast.Attribute) and not value.each:
                owner = scope.class_name if _is_self(target.value) else ""
                found.add(target.attr, Attribute(owner, value.value, scope))


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
