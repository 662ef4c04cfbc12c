"""Which file of a project starts training, and why."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from skylift.project.source.entry import python_files
from skylift.project.source.modules import is_main_guard, parsed
from skylift.project.source.notebooks import Unreadable, notebook_of
from skylift_runtime.notebook_file import SUFFIX

_NOT_TRAINING = re.compile(
    r"(^|/)(tests?|docs)/|(^|/)(test_[^/]*|[^/]*_test|setup|conftest|noxfile|tasks)\.(py|ipynb)$"
)
_ASIDE = frozenset({"benchmarks", "docker", "examples", "notebooks", "sagemaker", "scripts", "tools"})
_SUBMITTING = frozenset({"sagemaker", "boto3"})
_BEHIND = 9
_MAINS = frozenset({"main", "__main__", "run"})


@dataclass(frozen=True)
class Candidate:
    """A file that could be the entry point. Candidates of equal rank can not be told apart."""

    path: str
    rank: tuple[int, ...]
    why: str


def candidates(root: Path) -> list[Candidate]:
    """The files that are programs, the likeliest first."""
    found = [_candidate(root, path) for path in python_files(root) if not _NOT_TRAINING.search(path)]
    found += [_notebook(root, path) for path in python_files(root, SUFFIX) if not _NOT_TRAINING.search(path)]
    return sorted((one for one in found if one is not None), key=lambda one: (one.rank, one.path))


def _candidate(root: Path, path: str) -> Candidate | None:
    tree = parsed(root / path)
    if tree is None:
        return None
    imports = _imports(tree)
    guarded, parses = any(is_main_guard(node) for node in tree.body), "argparse" in imports
    name = _name_rank(PurePosixPath(path).stem)
    if not guarded and not (name < 2 and _does_something(tree)):
        return None
    if name == 3 and not parses:
        return None
    submits, aside = bool(imports & _SUBMITTING), bool(set(path.split("/")[:-1]) & _ASIDE)
    why = [
        f"its name is {PurePosixPath(path).name}",
        "it is a program" if guarded else "it runs when started",
    ]
    why += ["it reads arguments by argparse"] if parses else []
    rank = (int(submits), int(aside), name, int(not parses), int(not guarded))
    return Candidate(path, rank, ", ".join(why))


def _notebook(root: Path, path: str) -> Candidate | None:
    """Behind every script: a notebook is often what the script was made of."""
    try:
        notebook = notebook_of(root / path)
    except Unreadable:
        return None
    if not any(cell.strip() for cell in notebook.cells):
        return None
    has_parameters = notebook.defaults is not None
    why = [f"its name is {PurePosixPath(path).name}", "it is a notebook, and no script here is a program"]
    why += ["a cell of it is tagged `parameters`"] if has_parameters else []
    submits = bool(_imports(notebook.tree) & _SUBMITTING)
    rank = (_BEHIND, int(submits), int(not has_parameters), _name_rank(PurePosixPath(path).stem))
    return Candidate(path, rank, ", ".join(why))


def _name_rank(stem: str) -> int:
    if stem == "train":
        return 0
    if "train" in stem:
        return 1
    return 2 if stem in _MAINS else 3


def _imports(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
    return found


def _does_something(tree: ast.Module) -> bool:
    """Whether a module has statements that are more than definitions."""
    calls = (node for node in tree.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
    loops = (node for node in tree.body if isinstance(node, ast.For | ast.While | ast.With))
    return next(calls, None) is not None or next(loops, None) is not None


def spelled(root: Path, path: str) -> tuple[str, str]:
    """The entry point as the config names it, and why so: a script, or a module where it must be one."""
    tree = parsed(root / path)
    relative = tree is not None and any(
        isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(tree)
    )
    if not relative or "/" not in path:
        return path, ""
    parts = PurePosixPath(path).with_suffix("").parts
    parts = parts[1:] if parts[0] == "src" else parts
    return "-m " + ".".join(parts), "it imports from its own package with a dot"
