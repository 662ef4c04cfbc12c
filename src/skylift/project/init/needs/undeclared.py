"""What the programs import that nothing brings of all that the config takes: for a project that has one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from skylift.project.init.needs.choice import Choice
from skylift.project.init.needs.declared import Declared, valid
from skylift.project.init.needs.imports import Import, foreign_imports
from skylift.project.init.needs.installed import find_environment
from skylift.project.init.needs.listing import Listing
from skylift.project.init.needs.poetry import poetry_needs
from skylift.project.init.needs.pyproject_tables import optional_needs, project_needs
from skylift.project.init.needs.requirement_lines import read_lines
from skylift.project.init.needs.setup_files import setup_needs
from skylift.project.source.program import Program
from skylift.values.settings import Settings

_PYPROJECT = "pyproject.toml"


def undeclared_imports(
    root: Path,
    pyproject: Mapping[str, Any],
    programs: Sequence[Program],
    settings: Settings,
    locked: Collection[str] = (),
) -> list[Import]:
    """The imports that no run can do without, and that no requirement is known to bring.

    :param locked: packages that are known to be there: those of a lock.
    """
    listing = Listing.of(root, [program.name for program in programs])
    choice = Choice(foreign_imports(programs), find_environment(root, {}))
    taken = [*_declared(listing, pyproject, settings), Declared("the lock", tuple(locked))]
    for one in taken:
        choice.take(one)
    return choice.uncovered


def required_lines(root: Path, pyproject: Mapping[str, Any], settings: Settings) -> list[str]:
    """Every requirement that the config takes."""
    taken = _declared(Listing.of(root, []), pyproject, settings)
    return list(dict.fromkeys(line for one in taken for line in one.lines))


def _declared(listing: Listing, pyproject: Mapping[str, Any], settings: Settings) -> Iterator[Declared]:
    files = [name for name in settings.requirements if name != _PYPROJECT]
    found = [read_lines(listing.root, name) for name in files]
    for name, lines in zip(files, found, strict=True):
        yield Declared(name, lines.requirements)
    yield Declared("dependencies", tuple(filter(None, map(valid, settings.dependencies))))
    own = not files or _PYPROJECT in settings.requirements or any(lines.own for lines in found)
    # Without a [project] the build backend is asked, which knows what is written for it.
    asked = (
        [project_needs(listing, pyproject) or poetry_needs(pyproject), setup_needs(listing)] if own else []
    )
    yield from (one for one in asked if one is not None)
    for extra in optional_needs(pyproject):
        if extra.name in (settings.extras if extra.key == "extras" else settings.groups):
            yield Declared(extra.name, extra.lines)
