"""What a program prints, as texts with gaps: each gap is a value that only a run knows."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from skylift.project.source.program import Program
from skylift.project.source.trees import children

GAP = "\0"
_WRITERS = frozenset({"print", "write", "info", "log", "debug"})
"""``print``, ``tqdm.write``, ``sys.stdout.write``, ``logger.info``."""
_ELSEWHERE = frozenset(
    {"error", "exception", "warning", "critical", "warn", "title", "suptitle", "set_title", "label", "xlabel"}
    | {
        "ylabel",
        "set_xlabel",
        "set_ylabel",
        "text",
        "legend",
        "plot",
        "savefig",
        "add_argument",
        "open",
        "join",
    }
)
"""What is put into a text there is no result in the log: complaints, figures, names of files."""
_PERCENT = re.compile(r"%(?:\(\w+\))?[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?[diouxXeEfFgGcrsa]")
_LONGEST = 2000
_TEXTS = (ast.Constant, ast.JoinedStr, ast.BinOp, ast.Call)
"""Expressions that may be a text."""


@dataclass(frozen=True)
class Print:
    """One place that prints."""

    path: Path
    line: int
    text: str
    """With ``GAP`` for each value."""


def prints(program: Program) -> Iterator[Print]:
    """Every text with values that the program's modules print, or make to be printed later."""
    for path, tree in program.modules:
        for line, text in _texts(tree):
            if GAP in text:
                yield Print(path, line, text)


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        name = _name(node) if isinstance(node, ast.Call) else ""
        if name in _ELSEWHERE or isinstance(node, ast.Raise | ast.Assert | ast.ExceptHandler):
            continue
        if isinstance(node, ast.Call) and name in _WRITERS:
            yield node.lineno, _printed(node)
        elif isinstance(node, _TEXTS) and (text := _text(node)) != GAP and GAP in text:
            yield node.lineno, text[:_LONGEST]
        else:
            waiting += reversed(children(node))


def _name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _printed(call: ast.Call) -> str:
    texts = [_text(argument) for argument in call.args]
    if len(texts) > 1 and isinstance(call.func, ast.Attribute) and _PERCENT.search(texts[0]):
        # As `logging` has it: the values follow the text that they fill.
        return _PERCENT.sub(GAP, texts[0])[:_LONGEST]
    return " ".join(texts)[:_LONGEST]


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else GAP
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) for part in node.values)
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.Add):
            return _text(node.left) + _text(node.right)
        if isinstance(node.op, ast.Mod):
            return _PERCENT.sub(GAP, _text(node.left)).replace("%%", "%")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _formatted(_text(node.func.value))
    return GAP


def _formatted(template: str) -> str:
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:
        return GAP
    return "".join(literal + (GAP if field is not None else "") for literal, field, _, _ in parts)
