"""Variables that a program is started with and can not do without: they become part of its command."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from skylift.project.init.evidence.clues import Clue
from skylift.project.init.evidence.commands import has_placeholder
from skylift.project.source.entry import module_file
from skylift.project.source.folders import SRC, import_folders
from skylift.project.source.program import Program
from skylift.project.source.trees import walk
from skylift.values.secrets import may_name_secret

_NEVER = re.compile(
    r"(SM_|SAGEMAKER_|SKYLIFT_|TRAINING_JOB_|AWS_).*|CUDA_VISIBLE_DEVICES|HOME|PATH|USER|PWD|LD_.*"
)
_PATH = "PYTHONPATH"


def demanded(program: Program, clues: Iterable[Clue]) -> tuple[dict[str, str], str]:
    """Variables that the code reads without a way around, and folders that it imports from, as they are written down.

    With it, where that is; both empty where nothing of it is needed.
    """
    wanted: set[str] = set()
    for clue in clues:
        said = dict(clue.started.variables) if clue.started is not None else {}
        if not said:
            continue
        wanted = wanted or set(_read(program))
        found = {name: value for name, value in said.items() if name in wanted and _is_plain(name, value)}
        folders = _folders(program, said.get(_PATH, ""))
        if folders:
            found[_PATH] = ":".join(dict.fromkeys([*folders, ".", *import_folders(program.root)]))
        if found:
            return found, clue.why.partition(" ")[0].rstrip(",")
    return {}, ""


def as_words(variables: Mapping[str, str], command: Iterable[str]) -> tuple[str, ...]:
    """The command that has them, on every target; braces are places in it."""
    pairs = (f"{name}={value}".replace("{", "{{").replace("}", "}}") for name, value in variables.items())
    return ("env", *pairs, *command)


def _is_plain(name: str, value: str) -> bool:
    if may_name_secret(name) or _NEVER.fullmatch(name) or not value:
        return False
    # An address with somebody's name in it may hold a password.
    return not (has_placeholder(value) or ("://" in value and "@" in value))


def _read(program: Program) -> Iterator[str]:
    """The variables that are read as ``os.environ["X"]``, and set nowhere."""
    read: set[str] = set()
    given: set[str] = set()
    for _, tree in program.modules:
        for node in walk(tree):
            if (
                isinstance(node, ast.Subscript)
                and isinstance(node.slice, ast.Constant)
                and _is_environ(node.value)
            ):
                (given if isinstance(node.ctx, ast.Store) else read).add(str(node.slice.value))
            elif isinstance(node, ast.Call) and _is_environ(getattr(node.func, "value", node)) and node.args:
                first = node.args[0]
                given |= {str(first.value)} if isinstance(first, ast.Constant) else set()
    return iter(read - given)


def _is_environ(node: ast.AST) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "environ") or (
        isinstance(node, ast.Name) and node.id == "environ"
    )


def _folders(program: Program, path: str) -> list[str]:
    """Of a PYTHONPATH what the program imports from, and is not looked into anyway."""
    names = {name for _, tree in program.modules for name in _imported(tree)}
    lost = [name for name in names if module_file(program.root, name) is None]
    known = (program.path.parent, program.root, program.root / SRC)
    lost = [name for name in lost if not any(_holds(folder, name) for folder in known)]
    found: list[str] = []
    for text in path.split(":"):
        pure = PurePosixPath(re.sub(r"^(\$\{?PWD\}?|\$\(pwd\))/?", "", text) or ".")
        plain = not (has_placeholder(pure.as_posix()) or pure.is_absolute() or ".." in pure.parts)
        if plain and any(_holds(program.root / pure, name) for name in lost):
            found.append(pure.as_posix())
    return found


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


def _holds(folder: Path, name: str) -> bool:
    return (folder / f"{name}.py").is_file() or (folder / name).is_dir()
