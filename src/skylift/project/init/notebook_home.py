"""Where a notebook's paths begin: in its own folder, where Jupyter and we run it (decision 0012)."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable
from dataclasses import replace

from skylift.project.init.ground import Ground
from skylift.project.init.scopes import Scopes
from skylift.project.init.uses import Use
from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.program import Program
from skylift_runtime.notebook_file import SUFFIX


def home_of(program: Program, scopes: Scopes) -> str:
    """The folder, relative to the project's root, in which a program works; empty for the root, as scripts do."""
    if program.path.suffix != SUFFIX:
        return ""
    home = posixpath.dirname(program.name)
    scope = scopes.modules.get(program.name)
    for call in scope.calls if scope is not None else ():
        # Many go to the root in their first cell.
        if scope is not None and scope.full_name(call.func) == "os.chdir" and call.args:
            to = call.args[0]
            if isinstance(to, ast.Constant) and isinstance(to.value, str) and not to.value.startswith("/"):
                home = posixpath.normpath(posixpath.join(home, to.value))
            break
    return "" if home == "." else home


def seen_from_root(uses: Iterable[Use], home: str, program: Program) -> list[Use]:
    """The same uses, with paths that begin in the project's root."""
    ground = Ground(program)
    return [_moved(use, home, ground) for use in uses] if home else list(uses)


def _moved(use: Use, home: str, ground: Ground) -> Use:
    way = use.way
    if not way.is_fixed or not _is_relative(way.text):
        return use
    text = _from_root(way.text, home)
    # A module beside its own data names it by `__file__`, from wherever it is called.
    by_file = not use.where.startswith(f"{ground.program.name}:") and ground.matches(way.text)
    return use if by_file and not ground.matches(text) else replace(use, way=replace(way, text=text))


def options_from_root(reading: Reading, home: str, ground: Ground) -> list[Option]:
    """The same options, with defaults that, if they are paths, begin in the project's root."""
    return [_option(option, home, ground) for option in reading.options] if home else reading.options


def _option(option: Option, home: str, ground: Ground) -> Option:
    default = option.parameter.default
    if not isinstance(default, str) or not default or not _is_relative(default):
        return option
    if ground.matches(default) and not ground.matches(_from_root(default, home)):
        # Who starts it with papermill is in the root, and what we give it is found from anywhere.
        return option
    return replace(option, parameter=replace(option.parameter, default=_from_root(default, home)))


def _is_relative(text: str) -> bool:
    return "://" not in text and not text.startswith(("/", "~")) and "\\" not in text


def _from_root(text: str, home: str) -> str:
    return posixpath.normpath(posixpath.join(home, text))
