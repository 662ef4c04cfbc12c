"""The modules that a project's programs import and do not have themselves."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from skylift.project.init.needs.called import last_name
from skylift.project.init.needs.known_names import package_of
from skylift.project.source.entry import python_files
from skylift.project.source.modules import is_main_guard
from skylift.project.source.program import Program
from skylift.project.source.trees import walk
from skylift_runtime.notebook_file import SUFFIX

_REMOVED = frozenset(
    {"distutils", "imp", "asyncore", "asynchat", "smtpd", "cgi", "crypt", "pipes", "telnetlib", "lib2to3"}
)
_PYTHON_2 = frozenset(
    {
        "urllib2",
        "cPickle",
        "Queue",
        "ConfigParser",
        "StringIO",
        "cStringIO",
        "__builtin__",
        "urlparse",
        "HTMLParser",
    }
)
_STANDARD = sys.stdlib_module_names | _REMOVED | _PYTHON_2 | {"__main__", "tomllib", "_typeshed"}
_SIMPLE = (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Raise, ast.Assert, ast.Pass)
"""Statements that no other stands in: most."""
_NOT_THERE = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
# Needed by what is imported, whatever the packages themselves declare; only what is certain.
_MODULES_NEED = {
    "torch.utils.tensorboard": "tensorboard",
    "pytorch_lightning.loggers.TensorBoardLogger": "tensorboard",
    "lightning.pytorch.loggers.TensorBoardLogger": "tensorboard",
    "transformers.Trainer": "accelerate",
    "transformers.TrainingArguments": "accelerate",
    "transformers.Seq2SeqTrainer": "accelerate",
    "transformers.Seq2SeqTrainingArguments": "accelerate",
}
_CALLS_NEED = {
    "read_parquet": "pyarrow",
    "to_parquet": "pyarrow",
    "read_feather": "pyarrow",
    "to_feather": "pyarrow",
    "read_excel": "openpyxl",
    "to_excel": "openpyxl",
    "read_hdf": "tables",
    "to_hdf": "tables",
    "to_markdown": "tabulate",
}
"""Methods of pandas that stand on a package which pandas does not bring."""
_MOST = 300
"""Programs that import more were written by a machine."""
_NOTEBOOKS_NEED = ("nbclient", "ipykernel")
_STANDS_IN = {"pyarrow": frozenset({"fastparquet", "polars"}), "openpyxl": frozenset({"xlrd", "polars"})}


@dataclass(frozen=True)
class Import:
    """One module from outside of the project."""

    module: str
    """As far as it is written: ``google.cloud.storage``."""
    where: str
    needed: bool
    """It is imported whenever the program runs: by no condition, and no one waits for it to fail."""
    package: str = ""
    """What it is known to come from."""
    implied: bool = False
    """It is not imported by the project, but by what the project calls."""

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]


def foreign_imports(programs: Sequence[Program]) -> list[Import]:
    """The imports of all programs that are neither Python's nor the project's; the needed one of each first."""
    if not programs:
        return []
    own = _Own(programs)
    found: dict[str, Import] = {}
    for program in programs:
        if program.path.suffix == SUFFIX:
            found |= {name: Import(name, program.name, True, name, implied=True) for name in _NOTEBOOKS_NEED}
        reached = _reached(program)
        for path, tree in program.modules:
            for one in _of_module(program, path, tree) if len(found) < _MOST else ():
                if one.top in _STANDARD or (not one.implied and own.has(one, path)):
                    continue
                key, needed = one.package or one.top, one.needed and path in reached
                if key not in found or (needed and not found[key].needed):
                    found[key] = replace(one, needed=needed)
    return sorted(found.values(), key=lambda one: (not one.needed, one.module.lower()))


def _of_module(program: Program, path: Path, tree: ast.Module) -> list[Import]:
    name = path.relative_to(program.root).as_posix() if path.is_relative_to(program.root) else path.name
    entry = path == program.path
    return [*_imports(name, tree, entry=entry), *_implied(name, tree, entry=entry)]


def _reached(program: Program) -> set[Path]:
    """The modules of a program that are imported whenever it runs, as far as their names tell."""
    reached, waiting = {program.path}, [(program.path, program.tree)]
    while waiting:
        path, tree = waiting.pop()
        names = set(_names(tree, entry=path == program.path))
        for other, module in program.modules:
            package = other.parent if other.stem == "__init__" else other
            if other not in reached and (package.stem in names or package == path.parent):
                reached.add(other)
                waiting.append((other, module))
    return reached


def _names(tree: ast.Module, *, entry: bool) -> Iterator[str]:
    """Every part of the names that a module imports under no condition."""
    for node, needed in _every_import(tree, entry=entry):
        if needed:
            for alias in node.names:
                yield from alias.name.split(".")
            yield from (node.module or "").split(".") if isinstance(node, ast.ImportFrom) else ()


class _Own:
    """The modules that the project has itself."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self._root = programs[0].root
        self._anywhere: set[str] = set()
        for name in python_files(self._root):
            parts = name.removesuffix(".py").split("/")
            self._anywhere.update(parts)

    def has(self, one: Import, path: Path) -> bool:
        """Whether a module is on the path of a script; what is anywhere else wins over a name that nobody knows."""
        for base in (self._root, self._root / "src", path.parent):
            folder = base / one.top
            if folder.with_suffix(".py").is_file() or _is_package(folder):
                return True
        return not one.package and one.top in self._anywhere


def _is_package(folder: Path) -> bool:
    # A folder of data that is called as a package is none.
    return folder.is_dir() and next(folder.glob("*.py"), next(folder.glob("*/*.py"), None)) is not None


def _imports(name: str, tree: ast.Module, *, entry: bool) -> Iterator[Import]:
    for node, needed in _every_import(tree, entry=entry):
        where = f"{name}:{node.lineno}"
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield _import(alias.name, where, needed)
        elif node.module and not node.level:
            for alias in node.names:
                yield _import(f"{node.module}.{alias.name}", where, needed)


def _import(module: str, where: str, needed: bool) -> Import:  # noqa: FBT001
    return Import(module.removesuffix(".*"), where, needed, package_of(module))


@lru_cache(maxsize=512)
def _every_import(tree: ast.Module, *, entry: bool) -> tuple[tuple[ast.Import | ast.ImportFrom, bool], ...]:
    """Every import, and whether nothing stands between it and the program's start."""
    found: list[tuple[ast.Import | ast.ImportFrom, bool]] = []
    # A stack of its own: ten thousand `elif` are deeper than Python recurses.
    waiting: list[tuple[ast.stmt, bool]] = [(node, True) for node in tree.body]
    while waiting:
        node, needed = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.append((node, needed))
        elif not isinstance(node, _SIMPLE):
            waiting += _inside(node, needed=needed, entry=entry)
    return tuple(found)


def _inside(node: ast.stmt, *, needed: bool, entry: bool) -> Iterator[tuple[ast.stmt, bool]]:
    """The statements that a statement has in it, and whether they are reached."""
    handlers = getattr(node, "handlers", [])
    body, orelse, finalbody = (needed,) * 3
    if isinstance(node, ast.If):
        body, orelse = needed and is_main_guard(node), False
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        # The functions of the program itself are there to be called; a library's perhaps not.
        body = needed and entry
    elif any(_waits_for_failure(handler) for handler in handlers):
        body = orelse = False
    if not (isinstance(node, ast.If) and last_name(node.test) == "TYPE_CHECKING"):
        yield from ((inner, body) for inner in getattr(node, "body", []) if isinstance(inner, ast.stmt))
    yield from ((inner, orelse) for inner in getattr(node, "orelse", []) if isinstance(inner, ast.stmt))
    yield from ((inner, finalbody) for inner in getattr(node, "finalbody", []))
    yield from ((inner, False) for handler in handlers for inner in handler.body)
    yield from ((inner, False) for case in getattr(node, "cases", []) for inner in case.body)


def _waits_for_failure(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(last_name(kind) in _NOT_THERE for kind in kinds)


def _implied(name: str, tree: ast.Module, *, entry: bool) -> Iterator[Import]:
    """What a program needs although it does not import it."""
    tops = set()
    for node, needed in _every_import(tree, entry=entry):
        where = f"{name}:{node.lineno}"
        if isinstance(node, ast.ImportFrom) and node.level:
            continue
        stem = "" if isinstance(node, ast.Import) else f"{node.module}."
        for alias in node.names:
            module = stem + alias.name
            tops.add(module.partition(".")[0])
            package = next(
                (need for key, need in _MODULES_NEED.items() if f"{module}.".startswith(f"{key}.")), ""
            )
            if package:
                yield Import(package, where, needed, package, implied=True)
    if "pandas" not in tops:
        return
    for call in walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        package = _CALLS_NEED.get(call.func.attr, "")
        if package and not tops & _STANDS_IN.get(package, frozenset()):
            yield Import(package, f"{name}:{call.lineno}", needed=True, package=package, implied=True)
