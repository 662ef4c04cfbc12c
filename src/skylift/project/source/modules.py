"""The modules of a project that matter for one entry file: what it imports, and what of it it uses."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from skylift.project.source.entry import module_folders, module_in
from skylift.project.source.folders import SRC, import_folders
from skylift.project.source.parsing import parsed as parsed  # noqa: PLC0414 - part of what this module offers
from skylift.project.source.trees import walk

_EVERYTHING = "*"
_DEEPEST = 8
_KEPT = 512
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Imported:
    """A module of the project, and the names of it that the importing file uses."""

    path: Path
    tree: ast.Module
    names: frozenset[str]
    bound: frozenset[str]
    """What the importing file calls the module, or what it has from it."""

    def used(self) -> list[ast.AST]:
        """The code that runs on import, and the definitions that are reached from the names in use."""
        definitions = {node.name: node for node in self.tree.body if isinstance(node, Definition)}
        wanted = set(definitions) if _EVERYTHING in self.names else set(self.names) & set(definitions)
        reached: dict[str, Definition] = {}
        while wanted:
            name = wanted.pop()
            reached[name] = definitions[name]
            wanted |= (_names(definitions[name]) & set(definitions)) - set(reached)
        top = [
            node for node in self.tree.body if not isinstance(node, Definition) and not is_main_guard(node)
        ]
        return [*top, *(node for node in definitions.values() if node.name in reached)]


def is_main_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "__name__" in _names(node.test)


def imported(root: Path, path: Path, tree: ast.Module) -> list[Imported]:
    """Modules of the project that a file imports, one level deep."""
    used: dict[Path, set[str]] = {}
    bound: dict[Path, set[str]] = {}
    look = _Look(root, path)
    for node in _import_nodes(tree):
        for file, names, name in _imports(look, tree, node):
            used.setdefault(file, set()).update(names)
            bound.setdefault(file, set()).add(name.split(".")[0])
    trees = {file: parsed(file) for file in used if file != path}
    return [
        Imported(file, module, frozenset(used[file]), frozenset(bound[file]))
        for file, module in trees.items()
        if module is not None
    ]


class _Look:
    """Modules as one file of the project would import them; whose first name the project has not, is looked up once."""

    def __init__(self, root: Path, path: Path) -> None:
        self.root, self.path = root, path
        # A script's own folder is first on its sys.path; the folders above it are where people start it.
        self._folders = [*module_folders(root), *folders_above(root, path)]
        self._known: dict[str, list[Path]] = {}

    def find(self, module: str) -> Path | None:
        first = module.partition(".")[0]
        if first not in self._known:
            self._known[first] = [
                folder
                for folder in self._folders
                if (folder / first).is_dir() or (folder / f"{first}.py").is_file()
            ]
        for folder in self._known[first]:
            file = module_in([folder], module)
            if file is not None and file.name == "__main__.py":
                file = file.with_name("__init__.py")
            if file is not None and file.is_file():
                return file
        return None


@lru_cache(maxsize=_KEPT)
def _import_nodes(tree: ast.Module) -> tuple[ast.Import | ast.ImportFrom, ...]:
    return tuple(node for node in walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))


def _imports(
    look: _Look, tree: ast.Module, node: ast.Import | ast.ImportFrom
) -> Iterator[tuple[Path, set[str], str]]:
    """Files, the names of them that are used, and what they are called here."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            name, file = alias.asname or alias.name, look.find(alias.name)
            if file is not None:
                yield file, _attributes(tree, name), name
        return
    stem = absolute_name(look.root, look.path, node)
    for alias in node.names:
        name, below = alias.asname or alias.name, look.find(f"{stem}.{alias.name}".strip("."))
        if below is not None:
            yield below, _attributes(tree, name), name
        elif stem and (file := look.find(stem)) is not None:
            yield file, {alias.name}, name


def absolute_name(root: Path, path: Path, node: ast.ImportFrom) -> str:
    """The module of a ``from … import``, with the dots in front resolved."""
    if not node.level:
        return node.module or ""
    parts = module_parts(root, path)[:-1]
    return ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])


def module_parts(root: Path, path: Path) -> tuple[str, ...]:
    """The dotted name of a file as its project imports it, in parts."""
    parts = path.relative_to(root).with_suffix("").parts
    for folder in (*import_folders(root), SRC):
        start = Path(folder).parts
        if parts[: len(start)] == start and (folder != SRC or not (root / SRC / "__init__.py").exists()):
            return parts[len(start) :]
    return parts


def find_module(root: Path, path: Path, module: str) -> Path | None:
    """The file of a module of the project, as a file of it would import it; None for everybody else's."""
    return _Look(root, path).find(module)


def folders_above(root: Path, path: Path) -> list[Path]:
    """The folder that a file lies in, and those around it below the root, the innermost first."""
    inner = [folder for folder in path.parents if folder.is_relative_to(root) and folder != root]
    return inner[:_DEEPEST]


def _attributes(tree: ast.Module, name: str) -> set[str]:
    return _all_attributes(tree).get(name, set())


@lru_cache(maxsize=_KEPT)
def _all_attributes(tree: ast.Module) -> dict[str, set[str]]:
    """For each name, and dotted name, the attributes of it that a module uses; one look for all its imports."""
    found: dict[str, set[str]] = {}
    for node in walk(tree):
        if isinstance(node, ast.Attribute) and (name := _dotted(node.value)):
            found.setdefault(name, set()).add(node.attr)
    return found


def _dotted(node: ast.expr) -> str:
    """``a.b`` of a chain of names; empty for other expressions."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in walk(node) if isinstance(inner, ast.Name)}
