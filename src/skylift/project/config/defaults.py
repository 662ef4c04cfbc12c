"""What the config leaves open and the project itself answers: its name and its Python."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from skylift.host.files import read_source_text
from skylift.project.config.layers import Layer, Said, Source
from skylift.values.references import slug
from skylift.values.settings import Settings

_PINNED = re.compile(r"\s*(?:cpython-?)?(3\.\d+)", re.MULTILINE)
_MOST_BYTES = 64 << 10
USUAL_PYTHON = Settings(name="").python
_OLDEST = Version("3.8")
"""What the runtime in the job still runs on."""


def project_layer(root: Path, pyproject: Mapping[str, Any]) -> Layer:
    """Defaults that the project's other files give."""
    layer = Layer(Source("default", is_file=False))
    name, source = project_name(root, pyproject)
    layer.said[("name",)] = Said(name, Source(source, is_file=False))
    found = project_python(root, pyproject)
    if found is not None:
        layer.said[("python",)] = Said(found[0], Source(found[1], is_file=False))
    for target in ("local", "docker"):
        layer.said["targets", target, "backend"] = Said(target, layer.source)
    return layer


def project_name(root: Path, pyproject: Mapping[str, Any]) -> tuple[str, str]:
    """The project's name and who says so."""
    said = _project(pyproject).get("name")
    if isinstance(said, str) and slug(said, limit=40):
        return said, "pyproject.toml [project] name"
    tool = pyproject.get("tool")
    poetry = tool.get("poetry") if isinstance(tool, Mapping) else None
    said = poetry.get("name") if isinstance(poetry, Mapping) else None
    if isinstance(said, str) and slug(said, limit=40):
        return said, "pyproject.toml [tool.poetry] name"
    return slug(root.name, limit=40) or "project", "the folder's name"


def project_python(root: Path, pyproject: Mapping[str, Any]) -> tuple[str, str] | None:
    """The minor version of Python that the project asks for, and who says so; None when nobody does."""
    try:
        pinned = _PINNED.match(read_source_text(root / ".python-version", _MOST_BYTES))
    except OSError:
        pinned = None
    if pinned:
        return pinned[1], ".python-version"
    asked = _project(pyproject).get("requires-python")
    admitted = admitted_python(asked) if isinstance(asked, str) else None
    return (admitted, "pyproject.toml [project] requires-python") if admitted else None


def admitted_python(requires: str) -> str | None:
    """The usual Python where a specifier admits it, else the lowest that it names.

    >>> admitted_python(">=3.8"), admitted_python(">=3.12"), admitted_python("==3.9.*")
    ('3.11', '3.12', '3.9')
    """
    try:
        # The middle of a minor's life: `<=3.11.4` and `>=3.11.2` are both about 3.11.
        usual = SpecifierSet(requires).contains(f"{USUAL_PYTHON}.9")
    except InvalidSpecifier:
        return None
    return USUAL_PYTHON if usual else lower_bound(requires)


def lower_bound(requires: str) -> str | None:
    """The lowest minor version that a specifier admits and a job can run; None when it names none.

    >>> lower_bound(">=3.10,<4"), lower_bound("==3.9.*"), lower_bound(">=3"), lower_bound("<4")
    ('3.10', '3.9', None, None)
    """
    try:
        specifiers = SpecifierSet(requires)
        bounds = [
            Version(one.version.removesuffix(".*"))
            for one in specifiers
            if one.operator in (">=", "~=", "==", ">")
        ]
    except (InvalidSpecifier, InvalidVersion):
        return None
    named = [bound for bound in bounds if len(bound.release) > 1 and bound >= _OLDEST]
    return "{}.{}".format(*max(named).release[:2]) if named else None


def _project(pyproject: Mapping[str, Any]) -> Mapping[str, Any]:
    found = pyproject.get("project")
    return found if isinstance(found, Mapping) else {}
