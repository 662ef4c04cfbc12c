"""The entry point that the user names: in any spelling that people use, from wherever they stand."""

from __future__ import annotations

import ast
import difflib
import posixpath
from pathlib import Path

from skylift.errors import UsageError
from skylift.project.init.evidence.clues import resolve
from skylift.project.init.evidence.commands import started
from skylift.project.init.evidence.survey import Survey
from skylift.project.source.entry import entry_file, function_name
from skylift.project.source.modules import module_parts
from skylift.project.source.parsing import parsed
from skylift.project.source.trees import children
from skylift_runtime.notebook_file import SUFFIX

_KINDS = "a script or a notebook, `-m package.module`, or `package.module:function`"


def entry_said(survey: Survey, said: str) -> str:
    """The entry point as the config spells it.

    :raises UsageError: when that is not in the project, with the nearest that is.
    """
    text = said.strip()
    if text.startswith("-m"):
        text = f"-m {text[2:].strip()}"
    found = _spelled(survey, text)
    if found is None:
        raise UsageError(
            f"entry point `{said}` is not in the project", hints=(_nearest(survey, text), f"name {_KINDS}")
        )
    _check_function(survey, found)
    return found


def _spelled(survey: Survey, text: str) -> str | None:
    if entry_file(survey.root, text) is not None:
        return text if text.startswith("-m ") or function_name(text) else Path(text).as_posix()
    inside = _inside(survey.root, text)
    if inside is not None:
        return inside
    # A whole command was pasted: its program is meant.
    commands = list(started(text)) if " " in text and not text.startswith("-m ") else []
    for found in commands:
        path = resolve(survey, found)
        if path:
            module = f"-m {found.target}"
            return module if found.kind == "module" and entry_file(survey.root, module) else path
    return None


def _inside(root: Path, text: str) -> str | None:
    """A path from where the user stands, or an absolute one; a package is its ``__main__``."""
    for path in (root / text, Path(text)):
        try:
            full = path.resolve()
            if not full.is_relative_to(root.resolve()):
                continue
            if full.is_dir() and (full / "__main__.py").is_file():
                return "-m " + ".".join(module_parts(root.resolve(), full))
            if full.is_file():
                return full.relative_to(root.resolve()).as_posix()
        except (OSError, ValueError, RuntimeError):
            continue
    return None


def _nearest(survey: Survey, text: str) -> str:
    files = [path for path in survey.files if path.endswith((".py", ".sh", SUFFIX))]
    name = (function_name(text) and text.partition(":")[0]) or text.removeprefix("-m ")
    if function_name(text) or text.startswith("-m "):
        modules = {".".join(module_parts(survey.root, survey.root / path)): path for path in files}
        near = difflib.get_close_matches(name, modules, 1, 0.6)
        return f"did you mean `-m {near[0]}`?" if near else "no module is called like that"
    by_name = {posixpath.basename(path): path for path in reversed(files)}
    near = difflib.get_close_matches(text, files, 1, 0.8)
    near = near or [
        by_name[one] for one in difflib.get_close_matches(posixpath.basename(text), by_name, 1, 0.6)
    ]
    return f"did you mean `{near[0]}`?" if near else f"no file below {survey.root} is called like that"


def _check_function(survey: Survey, entry_point: str) -> None:
    """Whether a module has such a function; it may have it from another one."""
    name = function_name(entry_point)
    path = entry_file(survey.root, entry_point)
    tree = parsed(path) if name and path is not None else None
    if tree is None:
        return
    first = name.partition(".")[0]
    names = _names(tree)
    if first in names or "*" in names:
        return
    near = difflib.get_close_matches(first, names, 1, 0.5)
    module = entry_point.partition(":")[0]
    hint = (
        f"did you mean `{module}:{near[0]}`?"
        if near
        else f"it has {', '.join(sorted(names)[:8]) or 'nothing'}"
    )
    raise UsageError(f"`{module}` has no `{first}`", hints=(hint,))


def _names(tree: ast.Module) -> set[str]:
    """What a module binds at its top level, under conditions too."""
    names: set[str] = set()
    waiting: list[ast.stmt] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.If | ast.Try):
            waiting += [inner for inner in children(node) if isinstance(inner, ast.stmt)]
    return names
