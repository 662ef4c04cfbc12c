"""What the names of a module are given before a line of it: their values, or at least their types."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from skylift.project.parameters.context import Context, Default
from skylift.project.source.names import Module
from skylift.values.arguments import ANY

_MADE = {
    **dict.fromkeys(("int", "len", "os.cpu_count", "round", "random.randint"), "int"),
    **dict.fromkeys(("float", "time.time", "random.random", "math.sqrt", "math.log", "math.exp"), "float"),
    **dict.fromkeys(
        ("str", "os.getcwd", "os.path.join", "os.path.abspath", "os.path.expanduser", "os.path.dirname"),
        "str",
    ),
    **dict.fromkeys(("time.strftime", "os.environ.get", "os.getenv", "repr"), "str"),
    **dict.fromkeys(
        ("bool", "torch.cuda.is_available", "os.path.exists", "isinstance", "all", "any"), "bool"
    ),
    **dict.fromkeys(("list", "sorted"), "list"),
    **dict.fromkeys(("dict", "globals", "vars"), "dict"),
    "tuple": "tuple",
    "set": "set",
}
"""Types of what some functions return."""
_TEXTS = frozenset({"strip", "lower", "upper", "format", "replace", "join", "strftime", "removesuffix"})
_DISPLAYS: dict[type[ast.expr], str] = {
    ast.List: "list", ast.ListComp: "list", ast.Tuple: "tuple", ast.Dict: "dict", ast.DictComp: "dict",
    ast.Set: "set", ast.SetComp: "set", ast.JoinedStr: "str", ast.Compare: "bool",
    ast.Lambda: "",
}  # fmt: skip
OBJECT = ""
"""The type of what nobody can write down: an instance, a function."""
_NUMBERS = frozenset({"int", "float", "bool"})
_DEEPEST = 12
_MOST_MODULES = 8
"""Of modules that take all names from each other."""


@dataclass(frozen=True)
class Assigned:
    """One name."""

    node: ast.AST
    type: str
    """A type of Python's, ``any`` where the code does not tell, ``OBJECT``."""
    default: Default


def assigned_before(
    context: Context, module: Module, until: ast.AST | None = None, depth: int = 0
) -> dict[str, Assigned]:
    """The names that a module has when a line of it is reached, those that it imports from the project included."""
    reader = _Reader(context, module, depth)
    reader.block(module.tree.body, until, certain=True)
    return reader.found


def assigned_in(
    context: Context, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef
) -> dict[str, Assigned]:
    """The variables of a function at its end."""
    reader = _Reader(context, module, 0)
    reader.block(function.body, None, certain=True)
    return reader.found


class _Reader:
    """Reads statements in their order."""

    def __init__(self, context: Context, module: Module, depth: int) -> None:
        self._context, self._module, self._depth = context, module, depth
        self.found: dict[str, Assigned] = {}

    def block(self, body: Iterable[ast.stmt], until: ast.AST | None, *, certain: bool) -> bool:
        """False when the line was reached."""
        for node in body:
            if node is until:
                return False
            self._statement(node, certain=certain)
            for inner in _blocks(node):
                runs = certain and not isinstance(node, ast.If | ast.For | ast.While | ast.ExceptHandler)
                if not self.block(inner, until, certain=runs or _holds(inner, until)):
                    return False
        return True

    def _statement(self, node: ast.stmt, *, certain: bool) -> None:
        for name, value in _given(node):
            if value is None:
                self._take(name, Assigned(node, ANY, Default(known=False)), certain=certain)
                continue
            default = self._context.default(self._module, value)
            kind = self.type_of(value)
            if default.known and not _agree(kind, default.value):
                # A name in it has another value by now than the module's last word.
                default = Default(known=False)
            self._take(name, Assigned(value, kind, default), certain=certain)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            before = self.found.get(node.target.id)
            if before is not None:
                kind = before.type if before.type in ("str", "list") else ANY
                self.found[node.target.id] = Assigned(node, kind, Default(known=False))
        if isinstance(node, ast.Delete) and certain:
            for target in node.targets:
                self.found.pop(getattr(target, "id", ""), None)

        if isinstance(node, ast.ImportFrom) and self._depth < _MOST_MODULES:
            self._import(node, certain=certain)

    def _import(self, node: ast.ImportFrom, *, certain: bool) -> None:
        theirs = self._context.reach.module_of(self._module, "." * node.level + (node.module or ""))
        if theirs is None or theirs is self._module:
            return
        names = assigned_before(self._context, theirs, depth=self._depth + 1)
        for alias in node.names:
            wanted = [name for name in names if name[:1] != "_"] if alias.name == "*" else [alias.name]
            for name in wanted:
                if name in names:
                    self._take(alias.asname or name, names[name], certain=certain)

    def _take(self, name: str, one: Assigned, *, certain: bool) -> None:
        """What stands in a branch may be, or not: of two types neither is sure, and no value is."""
        before = self.found.get(name)
        if certain:
            self.found[name] = one
        elif before is None:
            self.found[name] = Assigned(one.node, one.type, Default(known=False))
        else:
            same = before.type == one.type
            self.found[name] = Assigned(one.node, one.type if same else ANY, Default(known=False))

    def type_of(self, node: ast.expr, depth: int = 0) -> str:
        """The type of a value, as far as its parts say it."""
        if isinstance(node, ast.Constant):
            return type_name(node.value)
        if type(node) in _DISPLAYS:
            return _DISPLAYS[type(node)]
        if isinstance(node, ast.Name):
            known = self.found.get(node.id)
            return known.type if known is not None else self._named(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        return self._of_parts(node, depth + 1) if depth < _DEEPEST else ANY

    def _named(self, node: ast.Name) -> str:
        value = self._context.default(self._module, node)
        return type_name(value.value) if value.known else ANY

    def _call(self, node: ast.Call) -> str:
        name = self._module.full(node.func)
        if name in _MADE and name not in self._module.bound:
            return ANY if name.startswith("os.") and "env" in name and len(node.args) < 2 else _MADE[name]
        is_text = isinstance(node.func, ast.Attribute) and node.func.attr in _TEXTS
        return "str" if is_text else OBJECT

    def _of_parts(self, node: ast.expr, depth: int) -> str:
        if isinstance(node, ast.UnaryOp):
            inner = self.type_of(node.operand, depth)
            return "bool" if isinstance(node.op, ast.Not) else "int" if inner == "bool" else inner
        if isinstance(node, ast.IfExp | ast.BoolOp):
            parts = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
            kinds = {self.type_of(part, depth) for part in parts}
            return kinds.pop() if len(kinds) == 1 else ANY
        if isinstance(node, ast.BinOp):
            return self._of_sum(node, depth)
        default = self._context.default(self._module, node)
        return type_name(default.value) if default.known else ANY

    def _of_sum(self, node: ast.BinOp, depth: int) -> str:
        left, right = self.type_of(node.left, depth), self.type_of(node.right, depth)
        if left == "str" and isinstance(node.op, ast.Mod | ast.Add):
            return "str"
        if left == right and left in ("list", "tuple") and isinstance(node.op, ast.Add):
            return left
        if left not in _NUMBERS or right not in _NUMBERS:
            return left if left == "list" and isinstance(node.op, ast.Mult) else ANY
        if isinstance(node.op, ast.Div) or "float" in (left, right):
            return "float"
        if isinstance(node.op, ast.Pow):
            # A whole number to a negative power is a fraction.
            constant = isinstance(node.right, ast.Constant)
            return "float" if isinstance(node.right, ast.UnaryOp) else "int" if constant else ANY
        return "int"


def _holds(body: list[ast.stmt], until: ast.AST | None) -> bool:
    """Whether the line stands in a block: then all of it before the line has run."""
    line = getattr(until, "lineno", 0)
    return bool(body) and body[0].lineno <= line <= (body[-1].end_lineno or 0)


def type_name(value: object) -> str:
    return "None" if value is None else type(value).__name__


def _agree(kind: str, value: object) -> bool:
    """A path is read as a text, and a tuple within a sum as a list."""
    return kind in (ANY, OBJECT, type_name(value)) or (kind == "tuple" and isinstance(value, list))


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    for name in ("body", "orelse", "finalbody"):
        yield getattr(node, name, [])
    for handler in getattr(node, "handlers", []):
        yield handler.body


def _given(node: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    """Each name with what it is given; None where that comes apart only in a run."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _unpacked(target, node.value)
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
        yield node.target.id, node.value


def _unpacked(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, ast.expr | None]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List):
        several = value.elts if isinstance(value, ast.Tuple | ast.List) else []
        plain = not any(isinstance(one, ast.Starred) for one in [*target.elts, *several])
        apart = plain and len(several) == len(target.elts)
        for index, one in enumerate(target.elts):
            inner = one.value if isinstance(one, ast.Starred) else one
            yield from _unpacked(inner, several[index] if apart else None)
