"""The folders a program needs on ``sys.path`` so that it imports the project's code that ships, and no other."""

from __future__ import annotations

import ast
import itertools
import sys
from collections.abc import Iterable
from pathlib import Path

from skylift.project.source.entry import entry_file, module_file
from skylift.project.source.folders import import_folders
from skylift.project.source.modules import folders_above
from skylift.project.source.notebooks import Unreadable
from skylift.project.source.program import Program
from skylift.project.source.trees import walk
from skylift.values.settings import JobSettings


def import_path(root: Path, jobs: Iterable[JobSettings]) -> tuple[str, ...]:
    """What the build backend is told, and folders that only the layout implies. The root itself is implied.

    A script in ``code/scripts`` that imports what lies in ``code`` is started with ``code`` on the path by whoever
    wrote it, by an install or a variable.
    """
    found = list(import_folders(root))
    for entry in dict.fromkeys(file for job in jobs for file in _files(root, job)):
        try:
            program = Program.read(root, entry)
        except Unreadable:
            continue
        found += _implied(program) if program is not None else []
    return tuple(dict.fromkeys(found))


def _files(root: Path, job: JobSettings) -> list[Path]:
    """The file that starts a job; of a command every one that it names."""
    words = job.command or (job.entry_point or "",)
    modules = [f"-m {name}" for flag, name in itertools.pairwise(words) if flag == "-m"]
    found = (entry_file(root, word) for word in [*words, *modules])
    return [file for file in found if file is not None]


def _implied(program: Program) -> list[str]:
    root, found = program.root, []
    for path, tree in program.modules:
        # The first is the program's own, which Python itself puts on the path.
        above = folders_above(root, path)[0 if path != program.path else 1 :]
        for name in sorted(_top_level(tree)) if above else ():
            if module_file(root, name) is not None or _holds(path.parent, name) or _holds(root, name):
                continue
            home = next((folder for folder in above if _holds(folder, name)), None)
            found += [home.relative_to(root).as_posix()] if home is not None else []
    return found


def _top_level(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.add(node.module.partition(".")[0])
    return {name for name in names if name not in sys.stdlib_module_names}


def _holds(folder: Path, name: str) -> bool:
    """Whether a module is in a folder; one without ``__init__.py`` is a folder of modules."""
    if (folder / f"{name}.py").is_file():
        return True
    inner = folder / name
    return (inner / "__init__.py").is_file() or (
        inner.is_dir() and next(inner.glob("*.py"), None) is not None
    )
