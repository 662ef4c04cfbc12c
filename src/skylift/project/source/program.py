"""One program of the project: its entry file, and the project's modules that it is made of."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from skylift.project.source.modules import Imported, imported, parsed
from skylift.project.source.notebooks import notebook_of
from skylift.project.source.parsing import is_python
from skylift_runtime.notebook_file import SUFFIX

_MOST_MODULES = 60


@dataclass(frozen=True)
class Program:
    """An entry file that could be parsed."""

    root: Path
    path: Path
    tree: ast.Module

    @classmethod
    def read(cls, root: Path, path: Path) -> Program | None:
        """A script, or the code of a notebook; None for what is not Python.

        :raises Unreadable: for a notebook that could not be executed.
        """
        if path.suffix == SUFFIX:
            return cls(root, path, notebook_of(path).tree)
        tree = parsed(path) if is_python(path) else None
        return cls(root, path, tree) if tree is not None else None

    @property
    def name(self) -> str:
        """The file as it is shown, relative to the project."""
        return self.path.relative_to(self.root).as_posix()

    @cached_property
    def imported(self) -> tuple[Imported, ...]:
        """The project's modules that the entry file imports itself."""
        return tuple(imported(self.root, self.path, self.tree))

    @cached_property
    def modules(self) -> tuple[tuple[Path, ast.Module], ...]:
        """The entry file, and the modules of the project that it imports, over however many steps.

        The nearest first, and of a program that is spread over hundreds of files no more than can be read at once:
        what matters for a job stands near its entry.
        """
        found = {self.path: self.tree}
        waiting = [(self.path, self.tree)]
        while waiting and len(found) < _MOST_MODULES:
            for module in imported(self.root, *waiting.pop(0)):
                if module.path not in found and len(found) < _MOST_MODULES:
                    found[module.path] = module.tree
                    waiting.append((module.path, module.tree))
        return tuple(found.items())
