"""Code that is not come by unless somebody asks for it: an ``if`` that an option's default decides."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from skylift.project.source.trees import walk

_MOST_TESTS = 5_000
_MOST_NODES = 400_000
_BLOCKS = ("body", "orelse", "finalbody")


@dataclass(frozen=True)
class Usual:
    """What options are when nobody gives them."""

    values: Mapping[str, object]
    """By dest; without those whose default is not known."""
    are_globals: bool = False
    """They are variables of the module, else attributes of what the parser returns."""
    are_keys: bool = False
    """``args["command"]`` is one as well."""

    def asked_for(self, tree: ast.Module, line: int) -> str:
        """The option by whose default a line is passed over; empty where no test is known to do that."""
        tests = (node for node in walk(tree) if isinstance(node, ast.If))
        for count, node in enumerate(tests):
            if count > _MOST_TESTS:
                break
            inside = node.body[0].lineno <= line <= (node.body[-1].end_lineno or 0)
            other = node.orelse and node.orelse[0].lineno <= line <= (node.orelse[-1].end_lineno or 0)
            if inside or other:
                said = self._decided(node.test)
                if said is not None and said[0] is not inside:
                    return said[1]
        return ""

    def passed_over(self, tree: ast.Module) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """From where to where code is passed over, as line and column; where no test is known to do that, none."""
        for node in walk(tree)[:_MOST_NODES]:
            if isinstance(node, ast.IfExp) and (said := self._decided(node.test)) is not None:
                yield _span([node.orelse if said[0] else node.body])
            elif isinstance(node, ast.Match):
                yield from self._cases(node)
            for name in _BLOCKS:
                block = getattr(node, name, None)
                if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                    yield from self._of_block(block)

    def _of_block(self, block: list[ast.stmt]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        for place, node in enumerate(block):
            said = self._decided(node.test) if isinstance(node, ast.If) else None
            if said is None or not isinstance(node, ast.If):
                continue
            taken, other = (node.body, node.orelse) if said[0] else (node.orelse, node.body)
            if other:
                yield _span(other)
            if taken and _ends(taken[-1]) and block[place + 1 :]:
                yield _span(block[place + 1 :])

    def _cases(self, node: ast.Match) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        name, found = self._option(node.subject), False
        for case in node.cases if name else ():
            known = _values_of(case.pattern)
            fits = known is not None and self.values[name] in known
            if found or (known is not None and not fits):
                yield _span(case.body)
            found = found or (fits and case.guard is None)

    def _decided(self, test: ast.expr) -> tuple[bool, str] | None:
        """What a test comes to, and the option that decides it; None where it is not known."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            said = self._decided(test.operand)
            return (not said[0], said[1]) if said is not None else None
        if isinstance(test, ast.BoolOp):
            return self._together(test)
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            return self._compared(test.left, test.ops[0], test.comparators[0])
        if isinstance(test, ast.Call):
            return self._called(test)
        name = self._option(test)
        return (bool(self.values[name]), name) if name else None

    def _together(self, test: ast.BoolOp) -> tuple[bool, str] | None:
        settles = isinstance(test.op, ast.Or)
        known = [self._decided(part) for part in test.values]
        settled = next((one for one in known if one is not None and one[0] is settles), None)
        return settled or (known[0] if None not in known else None)

    def _compared(self, left: ast.expr, how: ast.cmpop, right: ast.expr) -> tuple[bool, str] | None:
        name = self._option(left)
        try:
            other = ast.literal_eval(right)
            value = self.values[name]
            if isinstance(how, ast.Eq | ast.Is):
                return value == other, name
            if isinstance(how, ast.NotEq | ast.IsNot):
                return value != other, name
            if isinstance(how, ast.In):
                return value in other, name
        except (KeyError, ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            # No option, or not what literals can be compared with.
            pass
        return None

    def _called(self, test: ast.Call) -> tuple[bool, str] | None:
        """``option.startswith("gpt2")``"""
        if not isinstance(test.func, ast.Attribute) or len(test.args) != 1:
            return None
        name, how = self._option(test.func.value), test.func.attr
        part = test.args[0].value if isinstance(test.args[0], ast.Constant) else None
        value = self.values.get(name)
        if not isinstance(part, str) or not isinstance(value, str) or how not in ("startswith", "endswith"):
            return None
        return (value.startswith(part) if how == "startswith" else value.endswith(part)), name

    def _option(self, node: ast.expr) -> str:
        """The option that an expression is."""
        if isinstance(node, ast.Name) and self.are_globals:
            name = node.id
        elif isinstance(node, ast.Subscript) and self.are_keys and isinstance(node.slice, ast.Constant):
            name = str(node.slice.value)
        else:
            name = node.attr if isinstance(node, ast.Attribute) and not _is_self(node.value) else ""
        return name if name in self.values else ""


def _span(nodes: Sequence[ast.AST]) -> tuple[tuple[int, int], tuple[int, int]]:
    first, last = nodes[0], nodes[-1]
    start = (getattr(first, "lineno", 0), getattr(first, "col_offset", 0))
    return start, (getattr(last, "end_lineno", 0) or 0, getattr(last, "end_col_offset", 0) or 0)


def _ends(node: ast.stmt) -> bool:
    """Whether nothing behind a statement is come by."""
    call = node.value if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
    name = ast.unparse(call.func) if call is not None else ""
    return isinstance(node, ast.Return | ast.Raise) or name in ("sys.exit", "exit", "quit", "os._exit")


def _values_of(pattern: ast.pattern) -> list[object] | None:
    """The values that a case is for; None where it may be for any."""
    found: list[object] = []
    for one in pattern.patterns if isinstance(pattern, ast.MatchOr) else [pattern]:
        if not isinstance(one, ast.MatchValue) or not isinstance(one.value, ast.Constant):
            return None
        found.append(one.value.value)
    return found


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")
