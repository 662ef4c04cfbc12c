"""Console scripts that a project declares: ``train = "pkg.cli:main"``."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterator, Mapping
from typing import Any

from skylift.project.init.evidence.clues import Clue
from skylift.project.init.evidence.roles import role_of_name
from skylift.project.init.evidence.survey import Survey
from skylift.project.source.entry import module_file
from skylift.project.source.literals import literal
from skylift.project.source.parsing import parsed
from skylift.project.source.trees import walk

_TARGET = re.compile(r"([A-Za-z_][\w.]*)\s*:\s*([A-Za-z_][\w.]*)")
_NAMED, _ANY = 35, 12


def console_clues(survey: Survey, pyproject: Mapping[str, Any]) -> list[Clue]:
    """The console scripts whose code is in the project, each named as its script."""
    found: list[Clue] = []
    for name, text, where in _declared(survey, pyproject):
        target = _TARGET.match(text.strip())
        path = module_file(survey.root, target[1]) if target else None
        if target is None or path is None:
            continue
        role = role_of_name(name)
        why = f"{where} has the console script `{name}`"
        weight = _NAMED if role == "train" else _ANY
        shown = path.relative_to(survey.root).as_posix()
        found.append(Clue(shown, why, weight, job=name, function=f"{target[1]}:{target[2]}"))
    return found


def _declared(survey: Survey, pyproject: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for table in (_table(pyproject, "project", "scripts"), _table(pyproject, "tool", "poetry", "scripts")):
        for name, target in table.items():
            text = (
                target.get("reference", target.get("callable", "")) if isinstance(target, Mapping) else target
            )
            if isinstance(text, str):
                yield str(name), text, "pyproject.toml"
    yield from ((name, text, "setup.cfg") for name, text in _pairs(_of_setup_cfg(survey)))
    yield from ((name, text, "setup.py") for name, text in _pairs(_of_setup_py(survey)))


def _table(pyproject: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    found: Any = pyproject
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _pairs(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, _, text = line.partition("=")
        if text:
            yield name.strip(), text.strip()


def _of_setup_cfg(survey: Survey) -> list[str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(survey.text("setup.cfg"))
    except configparser.Error:
        return []
    return parser.get("options.entry_points", "console_scripts", fallback="").splitlines()


def _of_setup_py(survey: Survey) -> list[str]:
    tree = parsed(survey.root / "setup.py")
    for node in walk(tree) if tree is not None else ():
        if isinstance(node, ast.keyword) and node.arg == "entry_points":
            found = literal(node.value, {})
            scripts = found.value.get("console_scripts") if found and isinstance(found.value, dict) else None
            lines = scripts.splitlines() if isinstance(scripts, str) else scripts
            return [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
    return []
