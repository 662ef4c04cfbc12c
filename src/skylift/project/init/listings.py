"""Results that a program prints in a loop over their names: ``for key, value in log.items(): print(f"{key}: {value}")``.

The form stands in the source; the names are the measures that the program speaks of: keys, keywords, functions that
measure. A pattern for one that it does not print finds nothing.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from skylift.project.init.prints import GAP, WRITERS, called, text_of, texts
from skylift.project.source.program import Program
from skylift.project.source.trees import walk

_NAME = "\1"
"""Where the loop's key stands in a text."""
_FORM = re.compile(rf"{_NAME}(?P<between>[ \t]*(?::|=|->|[ \t])[ \t]*)(?:tensor\()?{GAP}")
_SETTINGS = re.compile(
    r"\b(vars|args|arguments|config|cfg|conf|opts?|options|flags|params|parameters|hparams|kwargs|settings|environ|"
    r"state_dict|__dict__|named_\w+)\b",
    re.IGNORECASE,
)
"""What is listed is no result: settings, weights."""
_MEASURING = re.compile(r"metric|measure|score|eval", re.IGNORECASE)
"""Modules whose functions have the names of what they measure."""
_READ_ANYHOW = "="
_AS_DICT = "': "
_TRACKING = frozenset({"log"})
"""It takes a dictionary, and keeps it to itself."""
_DECLARING = ("add_argument", "option", "DEFINE_string")


@dataclass(frozen=True)
class Listing:
    """A place that prints results by their names."""

    between: str
    """What stands between a name and its number."""
    path: Path
    line: int
    names: tuple[str, ...] | None = None
    """None where the place does not say them."""


def listings(program: Program) -> Iterator[Listing]:
    """Each place that prints results by their names."""
    for path, tree in program.modules:
        for node in walk(tree):
            if isinstance(node, ast.For):
                yield from _form(path, node.target, node.iter, node.body)
            elif isinstance(node, ast.GeneratorExp | ast.ListComp):
                yield from _form(path, node.generators[0].target, node.generators[0].iter, [node.elt])
            elif isinstance(node, ast.FunctionDef | ast.Module):
                yield from _whole(path, node)


def _form(path: Path, target: ast.expr, over: ast.expr, body: Iterable[ast.AST]) -> Iterator[Listing]:
    items = [
        node for node in walk(over)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "items"
    ]  # fmt: skip
    if not (isinstance(target, ast.Tuple) and len(target.elts) == 2 and items):
        return
    key = target.elts[0]
    if not isinstance(key, ast.Name) or _SETTINGS.search(ast.unparse(over)):
        return
    marked = [_Mark(key.id).visit(copy.deepcopy(node)) for node in body]
    whole = [(node.lineno, text_of(node)) for node in marked if isinstance(node, ast.expr)]
    for line, text in (*whole, *texts(*marked)):
        form = _FORM.search(text)
        if form is not None and form["between"] != _READ_ANYHOW:
            # The name may be padded.
            between = f" {form['between'].lstrip()}" if form["between"].strip() else " "
            yield Listing(between, path, line)


def _whole(path: Path, function: ast.FunctionDef | ast.Module) -> Iterator[Listing]:
    """Dictionaries that are made there and printed: ``{'loss': 0.25, 'accuracy': 0.9}``."""
    made: dict[str, ast.expr] = {}
    grown: set[str] = set()
    keys: dict[str, list[str]] = {}
    for node in walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict | ast.DictComp):
            made |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.Call) and called(node) == "update" and isinstance(node.func, ast.Attribute):
            grown.add(ast.unparse(node.func.value))
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            keys.setdefault(ast.unparse(node.value), []).extend(_texts([node.slice]))
    for node in walk(function):
        if not (isinstance(node, ast.Call) and called(node) in WRITERS - _TRACKING and node.args):
            continue
        last = node.args[-1]
        name = last.id if isinstance(last, ast.Name) else ""
        found = made.get(name, last)
        if isinstance(found, ast.Dict) and not _SETTINGS.search(name):
            names = (*_texts(key for key in found.keys if key is not None), *keys.get(name, ()))
            yield Listing(_AS_DICT, path, node.lineno, None if name in grown else names)
        elif isinstance(found, ast.DictComp):
            yield Listing(_AS_DICT, path, node.lineno)


class _Mark(ast.NodeTransformer):
    def __init__(self, name: str) -> None:
        self._key = name

    def visit_Name(self, node: ast.Name) -> ast.expr:
        is_key = node.id == self._key and isinstance(node.ctx, ast.Load)
        return ast.copy_location(ast.Constant(_NAME), node) if is_key else node


def spoken_of(program: Program, measure: re.Pattern[str]) -> list[str]:
    """The measures that the program has words for, and those words with the prefixes that it gives to keys."""
    found: dict[str, None] = {}
    prefixes: dict[str, None] = {}
    by_name = any(_is_dunder_name(node) for _, tree in program.modules for node in walk(tree))
    for path, tree in program.modules:
        declaring = {id(inner) for node in walk(tree) if _declares(node) for inner in walk(node)}
        for node in walk(tree):
            if id(node) not in declaring:
                found |= dict.fromkeys(name for name in _words(node) if measure.fullmatch(name))
                prefixes |= dict.fromkeys(_prefixes(node))
            if (
                by_name
                and _MEASURING.search(path.stem)
                and isinstance(node, ast.FunctionDef)
                and measure.fullmatch(node.name)
            ):
                found.setdefault(node.name)
    plain = list(found)
    more = [
        f"{prefix}{name}" for prefix in prefixes for name in plain if not name.startswith(tuple(prefixes))
    ]
    return list(dict.fromkeys([*plain, *more]))


def _is_dunder_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "__name__"


def _declares(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _DECLARING
    )


def _words(node: ast.AST) -> Iterator[str]:
    """Keys of a dictionary, of a subscript, and what a call is given by a text or a keyword of an update."""
    if isinstance(node, ast.Dict):
        yield from _texts(key for key in node.keys if key is not None)
    elif isinstance(node, ast.Subscript):
        yield from _texts([node.slice])
    elif isinstance(node, ast.Call):
        yield from _texts(node.args[:1])
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("update", "log"):
            yield from (keyword.arg for keyword in node.keywords if keyword.arg)


def _texts(nodes: Iterable[ast.expr]) -> Iterator[str]:
    return (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def _prefixes(node: ast.AST) -> Iterator[str]:
    """What is put in front of the keys of a dictionary: ``{"val_" + key: …}``, ``log[f"val_{key}"] = …``."""
    if isinstance(node, ast.DictComp):
        key = node.key
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
        key = node.slice
    else:
        return
    if isinstance(key, ast.BinOp | ast.JoinedStr):
        prefix, gap, rest = text_of(key).partition(GAP)
        if prefix and gap and not rest and re.fullmatch(r"[A-Za-z]\w*[_/.-]", prefix):
            yield prefix
