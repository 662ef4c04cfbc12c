"""A function that trains and that nothing calls: an entry point by itself, where its arguments can be typed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from skylift.project.init.evidence.clues import Clue
from skylift.project.init.evidence.deeds import deeds_of
from skylift.project.init.evidence.roles import role_of_name
from skylift.project.init.evidence.survey import Survey
from skylift.project.source.entry import entry_file
from skylift.project.source.modules import module_parts
from skylift.project.source.parsing import parsed
from skylift.project.source.trees import walk

_WEIGHT, _MOST_TOLD = 10, 3
_FIRST = ("train", "main", "run", "fit")
_TYPED = re.compile(
    r"(typing\.)?((Optional|Union|List|Sequence|Tuple|list|tuple|dict|Dict|Literal)\[.*\]"
    r"|int|float|str|bool|list|dict|(pathlib\.)?Path|(os\.)?PathLike|\w+( *\| *\w+)+)",
    re.DOTALL,
)
_TYPEABLE = re.compile(
    r"(.*_)?(path|dir|directory|folder|file|filename|name|url|lr|rate|epochs?|steps?|size|seed|dim|num|count|n|k|alpha"
    r"|beta|gamma|lambda|device|verbose|ratio|depth|iterations?|iters?|patience|dropout|decay|momentum|out|output)|n_.*|num_.*"
)
"""Names of what is a number, a word or a place, and no object."""
_READERS = re.compile(
    r"open|read_\w+|load\w*|from_file|listdir|glob|walk|join|exists|isdir|isfile|Path|makedirs"
)


@dataclass(frozen=True)
class Uncalled:
    """A function named after training, at the top level of a module that starts nothing."""

    path: str
    name: str
    shown: str
    """``train(data, lr)``"""
    objects: tuple[str, ...]
    """What it has to be given, and nobody can type."""

    def clue(self, root: Path) -> Clue | None:
        """It as an entry point; None where it can not be one."""
        module = ".".join(module_parts(root, root / self.path))
        text = f"{module}:{self.name}"
        if self.objects or not module or entry_file(root, text) != root / self.path:
            return None
        why = f"nothing in it starts anything; a job can call its {self.shown}"
        return Clue(self.path, why, _WEIGHT, function=text)

    @property
    def remedy(self) -> str:
        """What is missing, and what to do about it."""
        return (
            f"{self.path} has {self.shown}, and nothing that calls it; what {' and '.join(self.objects)} can be, no "
            f'command line says: call it with them below `if __name__ == "__main__":`, then run skylift init again'
        )


def remedies(survey: Survey, paths: Iterable[str]) -> list[str]:
    """What there is instead of a program, and how it becomes one."""
    trees = ((path, parsed(survey.root / path)) for path in paths)
    found = (uncalled(path, tree) for path, tree in trees if tree is not None and not deeds_of(tree).guarded)
    return [one.remedy for one in found if one is not None and one.objects][:_MOST_TOLD]


def uncalled(path: str, tree: ast.Module) -> Uncalled | None:
    """The function of a module that trains, by its name."""
    able = {
        node.name: node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.decorator_list
        and (node.name in _FIRST or role_of_name(node.name) == "train")
    }
    ordered = [*(name for name in _FIRST if name in able), *able]
    if not ordered:
        return None
    node = able[ordered[0]]
    return Uncalled(path, node.name, f"{node.name}({', '.join(_names(node))})", tuple(_objects(node)))


def _names(node: ast.FunctionDef) -> list[str]:
    given = node.args
    return [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]


def _objects(node: ast.FunctionDef) -> Iterator[str]:
    """Required arguments of which nothing says that they are numbers, words or places."""
    given = node.args
    yield from (one.arg for one in given.posonlyargs)
    plain = given.args[: len(given.args) - len(given.defaults)]
    named = [one for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True) if default is None]
    read = set(_read_by(node))
    for one in (*plain, *named):
        said = ast.unparse(one.annotation).strip("'\"") if one.annotation else ""
        if said:
            typed = _TYPED.fullmatch(said) is not None
        else:
            typed = one.arg in read or _TYPEABLE.fullmatch(one.arg.lower()) is not None
        if not typed:
            yield one.arg


def _read_by(node: ast.FunctionDef) -> Iterator[str]:
    """The arguments that are opened, loaded, or made a path."""
    for call in walk(node):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        first = call.args[0]
        if isinstance(first, ast.Name) and _READERS.fullmatch(name):
            yield first.id
