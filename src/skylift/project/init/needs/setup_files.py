"""``setup.py`` and ``setup.cfg``, read and never run: what they install, as far as it stands there."""

from __future__ import annotations

import ast
import configparser
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from skylift.host.redaction import redact_text
from skylift.project.init.needs.called import last_name
from skylift.project.init.needs.declared import Declared, valid
from skylift.project.init.needs.listing import Listing
from skylift.project.init.needs.requirement_lines import read_lines
from skylift.project.source.literals import literal, module_constants
from skylift.project.source.trees import children, walk

_DEEPEST = 100
_MOST_LINES = 2000
_SETUP, _CFG = "setup.py", "setup.cfg"
_FILE = re.compile(r"[\w./-]*require[\w./-]*\.(?:txt|in)$", re.IGNORECASE)


def setup_needs(listing: Listing) -> Declared | None:
    """What ``setup.py`` installs, else what ``setup.cfg`` does."""
    return _of_program(listing) or _of_config(listing)


def setup_python(listing: Listing) -> tuple[str, str]:
    """``python_requires`` and the file that has it; both empty when none does."""
    call = _call(_tree(listing))
    asked = _keyword(call, "python_requires") if call is not None else None
    value = literal(asked, module_constants(_tree(listing))) if asked is not None else None
    if value is not None and isinstance(value.value, str):
        return value.value, _SETUP
    return _config(listing).get("options", {}).get("python_requires", ""), _CFG


@dataclass
class _Program:
    """The assignments of a ``setup.py``, and what a list in it was made of."""

    listing: Listing
    names: Mapping[str, ast.expr]
    functions: Mapping[str, ast.FunctionDef]
    files: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def lines(self, node: ast.expr, depth: int = 0) -> Iterator[str]:
        """The strings of a list: literal, added up, by name, or the lines of a requirements file."""
        if depth > _DEEPEST:
            self.unread.append("a list of many parts")
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            for item in node.elts:
                yield from self.lines(item.value if isinstance(item, ast.Starred) else item, depth + 1)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from node.value.splitlines()
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from self.lines(node.left, depth + 1)
            yield from self.lines(node.right, depth + 1)
        elif isinstance(node, ast.Name) and node.id in self.names:
            yield from self.lines(self.names[node.id], depth + 1)
        elif named := self._file(node):
            self.files.append(named)
        else:
            self.unread.append(_shown(node))

    def _file(self, node: ast.AST) -> str:
        """The requirements file that an expression reads, directly or by what it names of the program."""
        waiting, seen = [node], {id(node)}
        while waiting:
            inner = waiting.pop(0)
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                name = posixpath.normpath(inner.value).lstrip("/")
                if _FILE.search(name) and self.listing.has(name):
                    return name
            more: list[ast.AST | None] = [*children(inner)]
            if isinstance(inner, ast.Name):
                more += [self.names.get(inner.id), self.functions.get(inner.id)]
            fresh = [one for one in more if one is not None and id(one) not in seen]
            seen |= {id(one) for one in fresh}
            waiting += fresh
        return ""


def _of_program(listing: Listing) -> Declared | None:
    tree = _tree(listing)
    call = _call(tree)
    asked = _keyword(call, "install_requires") if call is not None else None
    if asked is None:
        return None
    names, functions = _definitions(tree)
    program = _Program(listing, names, functions)
    texts = [line.split("#")[0].strip() for line in program.lines(asked)]
    lines = [valid(text) for text in texts]
    unread = program.unread + [text for text, line in zip(texts, lines, strict=True) if text and not line]
    notes = tuple(f"not all of it can be read without running it: {part}" for part in unread[:1])
    kept = tuple(line for line in lines if line)
    files = tuple(dict.fromkeys(program.files))
    said = [line for name in files for line in read_lines(listing.root, name).requirements]
    return Declared(
        f"{_SETUP} install_requires",
        (*kept, *said),
        files,
        beside=kept if files else (),
        sure=not unread,
        notes=notes,
        left=tuple(f"{_SETUP}: add what `{part}` means to `dependencies`" for part in unread[:3]),
    )


def _of_config(listing: Listing) -> Declared | None:
    text = _config(listing).get("options", {}).get("install_requires", "")
    if text.startswith("file:"):
        files = [name.strip() for name in text.removeprefix("file:").split(",")]
        there = tuple(filter(listing.has, files))
        said = [line for name in there for line in read_lines(listing.root, name).requirements]
        return Declared(f"{_CFG} install_requires", tuple(said), there) if there else None
    lines = [valid(line.split(" #")[0]) for line in text.splitlines()[:_MOST_LINES]]
    kept = tuple(line for line in lines if line)
    return Declared(f"{_CFG} install_requires", kept) if kept else None


def _definitions(tree: ast.Module) -> tuple[dict[str, ast.expr], dict[str, ast.FunctionDef]]:
    """Names and what they are given last, functions too: also inside a ``with`` or a function."""
    names: dict[str, ast.expr] = {}
    functions = {}
    for node in walk(tree):
        if isinstance(node, ast.Assign):
            names |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.With):
            opened = ((item.optional_vars, item.context_expr) for item in node.items)
            names |= {target.id: value for target, value in opened if isinstance(target, ast.Name)}
        elif isinstance(node, ast.FunctionDef):
            functions[node.name] = node
    return names, functions


def _tree(listing: Listing) -> ast.Module:
    try:
        return ast.parse(listing.text(_SETUP))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _call(tree: ast.Module) -> ast.Call | None:
    calls = (node for node in walk(tree) if isinstance(node, ast.Call))
    return next((call for call in calls if last_name(call.func) == "setup"), None)


def _shown(node: ast.expr) -> str:
    try:
        return redact_text(ast.unparse(node)[:60])
    except RecursionError:
        return "an expression"


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)


def _config(listing: Listing) -> Mapping[str, Mapping[str, str]]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(listing.text(_CFG))
    except configparser.Error:
        return {}
    return {section: dict(parser.items(section)) for section in parser.sections()}
