"""Paths put together by operators, templates, and the calls of ``os.path``, ``pathlib`` and ``str``."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable

from skylift.project.init.scope import Scope
from skylift.project.init.ways import UNKNOWN, Text, folder_of, joined, merged

Values = Callable[[ast.expr, Scope], tuple[Text, ...]]
"""The values of an expression in a scope."""
NOTHING: tuple[Text, ...] = ()
MOST_VALUES = 6
_OVER_ARGUMENT = frozenset(
    [
        "abspath",
        "realpath",
        "normpath",
        "expanduser",
        "expandvars",
        "fspath",
        "str",
        "Path",
        "PurePath",
        "File",
        "GFile",
        "to_absolute_path",
        "sorted",
        "list",
        "set",
        "tuple",
        "tqdm",
        "reversed",
        "next",
    ]
)
_OVER_RECEIVER = frozenset(
    [
        "strip",
        "rstrip",
        "lstrip",
        "lower",
        "resolve",
        "absolute",
        "as_posix",
        "expanduser",
        "joinpath",
        "encode",
        "decode",
    ]
)
_OPENS = frozenset({"open", "io.open", "gzip.open", "bz2.open", "lzma.open", "codecs.open"})
_LISTS = frozenset({"iterdir", "glob", "rglob", "iglob", "listdir", "scandir"})
_JOINS = frozenset({"join", "Path", "PurePath", "PosixPath", "joinpath", "path_join"})
_OTHER_NAME = frozenset({"with_suffix", "with_name", "with_stem", "replace"})
_HERE = frozenset({"os.getcwd", "pathlib.Path.cwd", "Path.cwd", "hydra.utils.get_original_cwd"})
UNDERSTOOD = _OVER_ARGUMENT | _OVER_RECEIVER | _LISTS | _JOINS | {"open", "dirname", "format"}
"""Calls that are known, whatever functions of these names a project has."""


def called(node: ast.Call, scope: Scope, values: Values) -> Iterable[Text]:
    """What a call makes of a path; nothing where it is not known."""
    full = scope.full_name(node.func)
    last = full.rpartition(".")[2]
    receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
    if full in _HERE:
        return [(".",)]
    if last in _LISTS:
        return _listed(node, full, receiver, scope, values)
    if isinstance(receiver, ast.Constant):
        return _formatted(receiver.value, node, scope, values) if last == "format" else NOTHING
    if last in _JOINS:
        head = [receiver] if last == "joinpath" and receiver is not None else []
        return _joined([*head, *node.args], scope, values)
    over = _over(node, full, receiver)
    found = values(over, scope) if over is not None else NOTHING
    return [folder_of(text) for text in found] if last == "dirname" else found


def _over(node: ast.Call, full: str, receiver: ast.expr | None) -> ast.expr | None:
    """Of a call whose value is the path that it is given, or something like it, where that stands."""
    last, first = full.rpartition(".")[2], node.args[0] if node.args else None
    if full in _OPENS or (last in _OVER_ARGUMENT and first is not None) or last == "dirname":
        return first
    is_method = last in _OVER_RECEIVER or last == "open"
    return receiver if is_method else None


def _listed(
    node: ast.Call, full: str, receiver: ast.expr | None, scope: Scope, values: Values
) -> Iterable[Text]:
    if full in ("glob.glob", "glob.iglob", "glob"):
        return values(node.args[0], scope) if node.args else NOTHING
    if full in ("os.listdir", "os.scandir") or receiver is None:
        return [(UNKNOWN,)]
    return [joined(text, (UNKNOWN,)) for text in values(receiver, scope)]


def spelled(node: ast.expr, scope: Scope, values: Values) -> Iterable[Text]:
    """An operation or an f-string."""
    if isinstance(node, ast.JoinedStr):
        return _in_a_row(
            [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values],
            scope,
            values,
        )
    if not isinstance(node, ast.BinOp):
        return NOTHING
    if isinstance(node.op, ast.Div):
        return _joined([node.left, node.right], scope, values)
    if isinstance(node.op, ast.Add):
        return _in_a_row([node.left, node.right], scope, values)
    if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
        return _percent(node.left.value, node.right, scope, values)
    return NOTHING


def _in_a_row(nodes: Iterable[ast.expr | str | None], scope: Scope, values: Values) -> list[Text]:
    """All the pieces, one after the other, in every way that they may be."""
    texts: list[Text] = [()]
    for node in nodes:
        found: Iterable[Text] = [(node,)] if isinstance(node, str) else _or_unknown(node, scope, values)
        texts = [merged((*head, *tail)) for head in texts for tail in found][:MOST_VALUES]
    return texts


def _joined(nodes: Iterable[ast.expr], scope: Scope, values: Values) -> list[Text]:
    texts: list[Text] = [()]
    for node in nodes:
        found = _or_unknown(node.value if isinstance(node, ast.Starred) else node, scope, values)
        texts = [joined(head, tail) for head in texts for tail in found][:MOST_VALUES]
    return texts


def _or_unknown(node: ast.expr | None, scope: Scope, values: Values) -> Iterable[Text]:
    return (values(node, scope) if node is not None else NOTHING) or [(UNKNOWN,)]


def _formatted(template: object, node: ast.Call, scope: Scope, values: Values) -> Iterable[Text]:
    """``"{}/{name}".format(a, name=b)``"""
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    in_order = iter(node.args)
    parts: list[ast.expr | str | None] = []
    for part in re.split(r"(\{[^{}]*\})", str(template)):
        name = re.split(r"[:!.\[]", part[1:-1])[0]
        if not (part.startswith("{") and part.endswith("}")):
            parts.append(part)
        elif name.isdigit():
            parts.append(node.args[int(name)] if int(name) < len(node.args) else None)
        else:
            parts.append(named.get(name) if name else next(in_order, None))
    return _in_a_row(parts, scope, values)


def _percent(template: object, right: ast.expr, scope: Scope, values: Values) -> Iterable[Text]:
    """``"%s/%d" % (a, b)``"""
    given = iter(right.elts if isinstance(right, ast.Tuple) else [right])
    parts: list[ast.expr | str | None] = [
        next(given, None) if re.fullmatch(r"%[-0-9.]*[a-z]", part) else part
        for part in re.split(r"(%[-0-9.]*[a-z])", str(template))
    ]
    return _in_a_row(parts, scope, values)
