"""What ``pyproject.toml`` declares that uv reads itself: PEP 621, its extras, and PEP 735's groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from skylift.project.init.needs.declared import Declared, valid
from skylift.project.init.needs.listing import Listing
from skylift.project.init.needs.requirement_lines import read_lines
from skylift.project.init.needs.setup_files import setup_needs

_SOURCE = "pyproject.toml [project] dependencies"
_NOT_FOR_TRAINING = re.compile(
    r"(?:^|[-_.])(dev|devel|development|tests?|testing|docs?|lint(er|ing)?|format|typing|style|ci|build|release|all"
    r"|notebooks?|jupyter|serve|serving|inference|deploy|app|demo|types)(?:$|[-_.])",
    re.IGNORECASE,
)
_TRAINING = re.compile(r"train", re.IGNORECASE)


@dataclass(frozen=True)
class Extra:
    """An extra or a group."""

    key: str
    """The config's: ``extras`` or ``groups``."""
    name: str
    lines: tuple[str, ...]

    @property
    def trains(self) -> bool:
        return _TRAINING.search(self.name) is not None

    @property
    def aside(self) -> bool:
        """It is for something else than training."""
        return _NOT_FOR_TRAINING.search(self.name) is not None and not self.trains


def project_needs(listing: Listing, pyproject: Mapping[str, Any]) -> Declared | None:
    """``[project] dependencies``, or the files that they are read from where they are dynamic."""
    project = _table(pyproject, "project")
    lines = tuple(filter(None, map(valid, project.get("dependencies") or ())))
    if lines:
        return Declared(_SOURCE, lines, native=True)
    if "dependencies" not in project.get("dynamic", ()):
        return None
    files = tuple(name for name in _dynamic_files(pyproject) if listing.has(name))
    if files:
        said = [line for name in files for line in read_lines(listing.root, name).requirements]
        return Declared(f"{_SOURCE} are read from {', '.join(files)}", tuple(said), files)
    by_setup = setup_needs(listing)
    note = "they are dynamic: the build backend is asked when the lock is made"
    return Declared(_SOURCE, by_setup.lines if by_setup else (), native=True, notes=(note,))


def _dynamic_files(pyproject: Mapping[str, Any]) -> list[str]:
    """Where setuptools and hatch are told to read dependencies."""
    tool = _table(pyproject, "tool")
    dynamic = _table(_table(_table(tool, "setuptools"), "dynamic"), "dependencies").get("file", [])
    hooks = _table(_table(_table(_table(tool, "hatch"), "metadata"), "hooks"), "requirements_txt")
    files = [dynamic] if isinstance(dynamic, str) else dynamic
    files = files or hooks.get("files") or [hooks.get("filename", "requirements.txt")] * bool(hooks)
    return [name for name in files if isinstance(name, str)] if isinstance(files, list) else []


def optional_needs(pyproject: Mapping[str, Any]) -> list[Extra]:
    """Every extra and group; those that are about training first, those for something else last."""
    extras = _table(_table(pyproject, "project"), "optional-dependencies")
    groups = _table(pyproject, "dependency-groups")
    found = [Extra("extras", name, tuple(filter(None, map(valid, lines)))) for name, lines in extras.items()]
    found += [Extra("groups", name, tuple(_group(groups, name, frozenset()))) for name in groups]
    return sorted(found, key=lambda one: (not one.trains, one.aside))


def pdm_others(pyproject: Mapping[str, Any]) -> Iterator[Declared]:
    """PDM's groups for development, which uv does not read."""
    groups = _table(_table(_table(pyproject, "tool"), "pdm"), "dev-dependencies")
    for name, lines in groups.items():
        texts = [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
        yield Declared(
            f"pyproject.toml [tool.pdm.dev-dependencies] {name}", tuple(filter(None, map(valid, texts)))
        )


def _group(groups: Mapping[str, Any], name: str, seen: frozenset[str]) -> Iterator[str]:
    for item in groups.get(name, ()) if name not in seen else ():
        if isinstance(item, str):
            yield valid(item)
        elif isinstance(item, Mapping) and isinstance(item.get("include-group"), str):
            yield from _group(groups, item["include-group"], seen | {name})


def _table(tables: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = tables.get(key)
    return found if isinstance(found, Mapping) else {}
