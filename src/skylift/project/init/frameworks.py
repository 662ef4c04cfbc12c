"""What frameworks print that train by themselves: Keras' ``fit``, the ``Trainer`` of transformers.

Their words do not stand in the project's source, but what they measure does.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from skylift.project.init.prints import GAP, called
from skylift.project.source.program import Program
from skylift.project.source.trees import walk

_KERAS = ("keras", "tensorflow", "tf_keras")
_HUGGING_FACE = ("transformers", "trl", "sentence_transformers", "setfit")
_SILENT = (0, "0")
_VALIDATION = ("validation_data", "validation_split")
_NOT_A_WORD = re.compile(r"[^\w.@-]")


@dataclass(frozen=True)
class Framed:
    """A measure that a framework prints, and what stands between its name and the number."""

    name: str
    between: str
    path: Path
    line: int
    by: str
    text: str
    """A line of theirs, with a gap for each value."""
    gap: int


def framework_prints(program: Program) -> Iterator[Framed]:
    """What the program's frameworks print while they train."""
    roots = {name.partition(".")[0] for _, tree in program.modules for name in _imported(tree)}
    calls = [
        (path, node) for path, tree in program.modules for node in walk(tree) if isinstance(node, ast.Call)
    ]
    if roots.intersection(_KERAS):
        yield from _keras(calls)
    if roots.intersection(_HUGGING_FACE):
        yield from _hugging_face(program, calls)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


def _keras(calls: list[tuple[Path, ast.Call]]) -> Iterator[Framed]:
    compiled = [call for _, call in calls if called(call) == "compile" and _is_model(call)]
    names = dict.fromkeys(
        ["loss", *(name for call in compiled for name in _measures(_given(call, "metrics", 2)))]
    )
    fits = [
        (path, call)
        for path, call in calls
        if called(call) in ("fit", "fit_generator") and not _is_silent(call)
    ]
    if not compiled or not fits:
        return
    for prefix in ("", "val_"):
        for path, call in fits:
            if prefix and not any(_given(call, name) for name in _VALIDATION):
                continue
            told = list(dict.fromkeys([*names, *(prefix + name for name in names)]))
            text = f"8/8 - 1s - {' - '.join(f'{name}: {GAP}' for name in told)}"
            yield from (
                Framed(prefix + name, ": ", path, call.lineno, "Keras", text, told.index(prefix + name))
                for name in names
            )
            break


def _is_model(call: ast.Call) -> bool:
    """Whether a model is compiled, and no regular expression."""
    return any(_given(call, name) for name in ("optimizer", "loss", "metrics"))


def _measures(node: ast.expr | None) -> Iterator[str]:
    """The names that Keras gives to what ``compile`` is told to measure."""
    for item in node.elts if isinstance(node, ast.List | ast.Tuple) else []:
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield item.value
        elif isinstance(item, ast.Call):
            said = _given(item, "name")
            name = said.value if isinstance(said, ast.Constant) else _snake(called(item))
            if isinstance(name, str) and name and not _NOT_A_WORD.search(name):
                yield name


def _snake(name: str) -> str:
    """
    >>> _snake("SparseCategoricalAccuracy"), _snake("AUC"), _snake("MeanIoU")
    ('sparse_categorical_accuracy', 'auc', 'mean_io_u')
    """
    parts = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", parts).lower()


def _hugging_face(program: Program, calls: list[tuple[Path, ast.Call]]) -> Iterator[Framed]:
    theirs = _their_trainers(program)
    trainers = [(path, call) for path, call in calls if called(call) in theirs.get(path, ())]
    if not trainers:
        return
    path, call = trainers[0]
    names = ["loss", "train_loss"]
    if any(_given(one, "eval_dataset") for _, one in trainers):
        names += ["eval_loss", *(f"eval_{name}" for name in _computed(program, trainers))]
    for name in dict.fromkeys(names):
        text = f"{{'{name}': {GAP}, 'epoch': {GAP}}}"
        yield Framed(name, "': ", path, call.lineno, "transformers", text, 0)


def _their_trainers(program: Program) -> dict[Path, set[str]]:
    """The names that trainers of these packages have in each module; others have classes of that name, too."""
    found: dict[Path, set[str]] = {}
    made: set[str] = set()
    for path, tree in program.modules:
        found[path] = {name for node in walk(tree) for name in _imported_trainers(node)}
    for path, tree in program.modules:
        for node in walk(tree):
            if isinstance(node, ast.ClassDef) and any(_last(base) in found[path] for base in node.bases):
                made.add(node.name)
    return {path: names | made for path, names in found.items()}


def _imported_trainers(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in _HUGGING_FACE:
        yield from (one.asname or one.name for one in node.names if one.name.endswith("Trainer"))
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        yield from [node.attr] if node.value.id in _HUGGING_FACE and node.attr.endswith("Trainer") else []


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _computed(program: Program, trainers: list[tuple[Path, ast.Call]]) -> Iterator[str]:
    """The keys of what the functions return that are given as ``compute_metrics``."""
    given = [_given(call, "compute_metrics") for _, call in trainers]
    wanted = {node.id for node in given if isinstance(node, ast.Name)}
    for _, tree in program.modules:
        for node in walk(tree):
            if not isinstance(node, ast.FunctionDef) or node.name not in wanted:
                continue
            for inner in walk(node):
                keys = inner.keys if isinstance(inner, ast.Dict) else []
                yield from (
                    key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)
                )


def _given(call: ast.Call, name: str, place: int = -1) -> ast.expr | None:
    if 0 <= place < len(call.args):
        return call.args[place]
    return next((one.value for one in call.keywords if one.arg == name), None)


def _is_silent(call: ast.Call) -> bool:
    said = _given(call, "verbose")
    return isinstance(said, ast.Constant) and said.value in _SILENT
