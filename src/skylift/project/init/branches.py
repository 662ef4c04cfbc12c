"""Code that is not come by unless somebody asks for it: an ``if`` that an option's default decides."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from skylift.project.source.trees import walk

_MOST_TESTS = 5_000


@dataclass(frozen=True)
class Usual:
    """What options are when nobody gives them."""

    values: Mapping[str, object]
    """By dest; without those whose default is not known."""
    are_globals: bool = False
    """They are variables of the module, else attributes of what the parser returns."""

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
        else:
            name = node.attr if isinstance(node, ast.Attribute) and not _is_self(node.value) else ""
        return name if name in self.values else ""


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")
