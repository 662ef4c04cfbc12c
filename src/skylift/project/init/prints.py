"""What a program prints, as texts with gaps: each gap is a value that only a run knows."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from skylift.project.source.program import Program
from skylift.project.source.trees import children

GAP = "\0"
WRITERS = frozenset({"print", "write", "info", "log", "debug"})
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
        for line, text in texts(tree):
            if GAP in text:
                yield Print(path, line, text)


def texts(*nodes: ast.AST) -> Iterator[tuple[int, str]]:
    """The texts with values in some code, each with its line."""
    waiting: list[ast.AST] = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        name = called(node) if isinstance(node, ast.Call) else ""
        if name in _ELSEWHERE or isinstance(node, ast.Raise | ast.Assert | ast.ExceptHandler):
            continue
        if isinstance(node, ast.Call) and name in WRITERS:
            yield node.lineno, _printed(node)
        elif isinstance(node, _TEXTS) and (text := text_of(node)) != GAP and GAP in text:
            yield node.lineno, text[:_LONGEST]
        else:
            waiting += reversed(children(node))


def called(call: ast.Call) -> str:
    """The last word of what is called."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _printed(call: ast.Call) -> str:
    texts = [text_of(argument) for argument in call.args]
    if len(texts) > 1 and isinstance(call.func, ast.Attribute) and _PERCENT.search(texts[0]):
        # As `logging` has it: the values follow the text that they fill.
        return _percent(texts[0], texts[1:])[:_LONGEST]
    return " ".join(texts)[:_LONGEST]


def text_of(node: ast.expr) -> str:
    """What an expression is as a text: words that stand in the source, and gaps."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else GAP
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return text_of(node.value) if isinstance(node.value, ast.Constant) else GAP
    if isinstance(node, ast.BinOp):
        return _computed(node)
    return _made(node) if isinstance(node, ast.Call) else GAP


def _computed(node: ast.BinOp) -> str:
    if isinstance(node.op, ast.Add):
        return text_of(node.left) + text_of(node.right)
    if isinstance(node.op, ast.Mod):
        values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        return _percent(text_of(node.left), [text_of(value) for value in values]).replace("%%", "%")
    return GAP


def _made(call: ast.Call) -> str:
    name = called(call)
    if name == "format" and isinstance(call.func, ast.Attribute):
        return _formatted(text_of(call.func.value), call)
    return text_of(call.args[0]) if name == "str" and len(call.args) == 1 else GAP


def _percent(template: str, values: Sequence[str]) -> str:
    given = iter(values)
    return _PERCENT.sub(lambda _: next(given, GAP), template)


def _formatted(template: str, call: ast.Call) -> str:
    """A template with what its call gives; what stands in the source as a text is filled in."""
    given: dict[str, str] = {str(place): text_of(value) for place, value in enumerate(call.args)}
    given |= {keyword.arg: text_of(keyword.value) for keyword in call.keywords if keyword.arg}
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:
        return GAP
    found, place = "", 0
    for literal, field, _, _ in parts:
        found += literal
        if field is not None:
            found += given.get(field or str(place), GAP)
            place += not field
    return found
