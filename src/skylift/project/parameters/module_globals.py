"""``--key=value`` over a module's own globals: assignments, then a piece of code that overrides them by name."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skylift.project.parameters.assigned import OBJECT, Assigned, assigned_before
from skylift.project.parameters.context import Context, context_of
from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.modules import parsed
from skylift.project.source.names import Module, statements
from skylift.project.source.program import Program
from skylift.project.source.trees import walk
from skylift.values.arguments import ANY, LITERALS, NUMBER, Parameter, Spelling

_TYPES = frozenset({"int", "float", "bool", "str"})
_MOST_FILES = 200
_READERS = frozenset({"literal_eval", "eval", "exec", "loads", "safe_load"})
"""What reads more out of a text than the text."""


def read_globals(program: Program, function: str = "") -> Reading | None:
    """The names that the entry file gives values before they are overridden from the command line."""
    context = context_of(program, function)
    module = context.reach.entry
    # The loop itself, not the condition that it stands in: what comes before it there counts.
    nodes = sorted(
        statements(module.tree.body), key=lambda node: isinstance(node, ast.If | ast.Try | ast.With)
    )
    for node in nodes:
        code = _overriding(context, module, node)
        if code is not None:
            return _Reader(context, module, node, code).read()
    return None


def _overriding(context: Context, module: Module, node: ast.stmt) -> ast.AST | None:
    """The code that reads ``sys.argv`` into ``globals()``: this statement, what it executes, or what it calls."""
    if _overrides(module, node):
        return node
    for call in (inner for inner in walk(node) if isinstance(inner, ast.Call)):
        if module.full(call.func) == "exec" and call.args:
            tree = _executed(context, module, call.args[0])
            if tree is not None and _overrides(module, tree):
                return tree
        handed = any(isinstance(a, ast.Call) and module.full(a.func) == "globals" for a in call.args)
        place = context.class_or_function(module, call.func) if handed else None
        if place is not None and _reads_argv(place.node):
            return place.node
    return None


def _overrides(module: Module, node: ast.AST) -> bool:
    if isinstance(node, ast.FunctionDef | ast.ClassDef) or not _reads_argv(node):
        return False
    calls = (inner for inner in walk(node) if isinstance(inner, ast.Call))
    return any(module.full(call.func) == "globals" for call in calls)


def _reads_argv(node: ast.AST) -> bool:
    names = (n.attr if isinstance(n, ast.Attribute) else getattr(n, "id", "") for n in walk(node))
    return "argv" in names


def _executed(context: Context, module: Module, node: ast.expr) -> ast.Module | None:
    """``exec(open("configurator.py").read())``: the file, if it is the project's."""
    root = context.program.root.resolve()
    for inner in walk(node):
        text = inner.value if isinstance(inner, ast.Constant) and isinstance(inner.value, str) else ""
        for base in (context.program.root, module.path.parent):
            path = (base / text).resolve()
            if text.endswith(".py") and path.is_relative_to(root) and path.is_file():
                return parsed(path)
    return None


@dataclass(frozen=True)
class _Rules:
    """What the overriding code asks of a value."""

    keeps_type: bool
    """It refuses a value of another type: ``assert type(value) == type(globals()[key])``."""
    casts: bool
    """It makes of the text what was there: ``type(globals()[key])(text)``."""
    reads_literals: bool

    @property
    def spelling(self) -> Spelling:
        return "python" if self.reads_literals and not self.casts else "joined"


def _rules(code: ast.AST) -> _Rules:
    nodes = walk(code)
    compared = (n for n in nodes if isinstance(n, ast.Compare))
    keeps = any(all(_is_type(side) for side in (n.left, *n.comparators)) for n in compared)
    calls = [n for n in nodes if isinstance(n, ast.Call)]
    keeps = keeps or any(
        getattr(n.func, "id", "") == "isinstance" and len(n.args) == 2 and _is_type(n.args[1]) for n in calls
    )
    names = {n.attr if isinstance(n, ast.Attribute) else getattr(n, "id", "") for n in nodes}
    return _Rules(keeps, any(_is_type(n.func) for n in calls), bool(names & _READERS))


def _is_type(node: ast.expr) -> bool:
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "type"
    return is_call or (isinstance(node, ast.Attribute) and node.attr == "__class__")


class _Reader:
    """What one piece of code overrides."""

    def __init__(self, context: Context, module: Module, node: ast.stmt, code: ast.AST) -> None:
        self._context, self._module, self._node, self._code = context, module, node, code
        self._rules = _rules(code)

    def read(self) -> Reading:
        reading = Reading("globals")
        found: dict[str, Option] = {}
        for name, one in assigned_before(self._context, self._module, self._node).items():
            if name.startswith("_") or one.type == OBJECT:
                # It can be overridden, too; nobody is told to.
                reading.open = (*reading.open, name)
            else:
                found[name] = self._option(name, one)
        reading.notes += [
            f"{self._module.name}: what `from {stem} import *` brings is not the project's"
            for stem in self._module.stars
            if self._context.reach.module_of(self._module, stem) is None
        ]
        reading.options = list(found.values())
        config = _config_file(self._context, set(found), self._code)
        if config is not None and "config" not in found:
            reading.options.insert(0, config)
        return reading

    def _option(self, name: str, one: Assigned) -> Option:
        default, kind = one.default, one.type
        value = _as_written(default.value)
        parameter = Parameter(
            name,
            "--" + name,
            self._kind(kind),
            value if default.known else None,
            default.known,
            spelling=self._rules.spelling,
            exact=self._rules.keeps_type,
        )
        return Option(parameter, name, default.variable, value if default.variable else None)

    def _kind(self, kind: str) -> str:
        """The type that is asked for: the very one where it is looked at, else what a person would take for it."""
        if kind == ANY:
            return ANY
        if self._rules.spelling != "python":
            # A text is all that it is given.
            return kind if kind in _TYPES else "str"
        if self._rules.keeps_type:
            return kind if kind in _TYPES | LITERALS else ANY
        return {"int": NUMBER, "float": "float", "bool": "bool", "str": "str"}.get(kind, ANY)


def _as_written(value: Any) -> Any:
    """A default as JSON has it; a set is a list there."""
    return sorted(value, key=str) if isinstance(value, set | frozenset) else value


def _config_file(context: Context, names: set[str], code: ast.AST) -> Option | None:
    """The configs that ship: files of Python that assign nothing but these names."""
    executes = any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "exec" for n in walk(code)
    )
    if not executes:
        return None
    root = context.program.root
    own = {module.path.resolve() for module in context.reach.modules}
    files = [
        path
        for path in sorted([*root.glob("*.py"), *root.glob("conf*/*.py")])[:_MOST_FILES]
        if path.resolve() not in own and _fits(path, names)
    ]
    choices: tuple[Any, ...] = tuple(path.relative_to(root).as_posix() for path in files)
    parameter = Parameter(
        "config",
        nargs="?",
        choices=choices,
        help="a file of values",
        aliases=("config_file",),
        spelling="python",
    )
    return Option(parameter, "config")


def _fits(path: Path, names: set[str]) -> bool:
    try:
        if path.stat().st_size > 64 * 1024:
            return False
    except OSError:
        return False
    tree = parsed(path)
    body = (
        [n for n in tree.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
        if tree
        else []
    )
    given = [
        target.id
        for node in body
        for target in (node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)])
        if isinstance(target, ast.Name)
    ]
    simple = all(isinstance(n, ast.Assign | ast.AnnAssign | ast.Import | ast.ImportFrom) for n in body)
    return bool(given) and simple and len([name for name in given if name in names]) * 2 > len(given)
