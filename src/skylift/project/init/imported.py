"""What the programs of a project import of it, and whether that trains."""

from __future__ import annotations

import ast

from skylift.project.init.evidence.deeds import deeds_of
from skylift.project.init.evidence.survey import Survey
from skylift.project.source.entry import module_file
from skylift.project.source.parsing import parsed
from skylift.project.source.trees import walk

STEPS = (".fit(", "backward(", ".train(", "Trainer(", "GradientTape", "minimize(")
"""One of these stands in whatever trains: others are not worth parsing for it."""
_MOST_REACHED, _REACH = 20, 2


def trains_elsewhere(survey: Survey, path: str, tree: ast.Module) -> str:
    """Whether a module of the project that it reaches trains."""
    seen, waiting = {path}, [(path, tree, 0)]
    while waiting and len(seen) < _MOST_REACHED:
        here, code, depth = waiting.pop(0)
        for file in imported(survey, here, code):
            if file in seen:
                continue
            seen.add(file)
            module = parsed(survey.root / file)
            if module is None:
                continue
            if any(step in survey.text(file) for step in STEPS) and deeds_of(module).trains:
                return f"{file}, which it imports, trains"
            if depth < _REACH:
                waiting.append((file, module, depth + 1))
    return ""


def imported(survey: Survey, path: str, tree: ast.Module) -> list[str]:
    """The files of the project that a program of it imports itself."""
    names: list[tuple[str, int]] = []
    for node in walk(tree):
        if isinstance(node, ast.Import):
            names += [(alias.name, 0) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            names += [(f"{module}.{alias.name}".strip("."), node.level) for alias in node.names]
            names += [(module, node.level)] if module else []
    folder = (survey.root / path).parent
    files = []
    for name, level in names:
        base = folder.joinpath(*[".."] * (level - 1)) if level else folder
        file = (None if level else module_file(survey.root, name)) or module_file(base.resolve(), name)
        if file is not None and file.is_relative_to(survey.root) and file.suffix == ".py":
            files.append(file.relative_to(survey.root).as_posix())
    return list(dict.fromkeys(files))
