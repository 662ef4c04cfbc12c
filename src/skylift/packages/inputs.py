"""What a lock is made from: requirement files with their includes, the project's dependencies, the config's own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skylift.errors import NotReady
from skylift.host.files import canonical_json, read_source_text
from skylift.host.redaction import redact_text
from skylift.host.toml import NotToml, read_toml
from skylift.values.packages import Asked

PYPROJECT = "pyproject.toml"
_MOST_FILES = 100
_COMMENT = re.compile(r"(^|\s)#.*$")
_INCLUDE = re.compile(r"(?:-r|-c|--requirement|--constraint)(?:\s+|=|(?<=-[rc]))(?P<path>\S.*)")
# Where uv looks is nobody's business but this machine's: a mirror does not make a lock stale.
_PLACES = frozenset(
    {
        "index",
        "index-url",
        "extra-index-url",
        "default-index",
        "find-links",
        "cache-dir",
        "allow-insecure-host",
    }
)
# What a build backend may read dependencies from when the project says they are dynamic.
_DYNAMIC_SOURCES = ("setup.py", "setup.cfg", "requirements.txt")
_THE_PROJECT = re.compile(r"(?:(?:-e|--editable)[\s=]*)?(?:file:)?\.{1,2}/?(?:\[[^\]]*\])?(?:\s*;.*)?")
"""A requirement on the project itself, ``-e .[train]``: what it declares is asked for, too."""


@dataclass(frozen=True)
class Inputs:
    """What uv is given, and everything that decides the outcome."""

    python: str
    files: tuple[str, ...] = ()
    """Relative to the project."""
    lines: tuple[str, ...] = ()
    """Requirements that stand in no file of their own; with whatever credentials they have."""
    options: tuple[str, ...] = ()
    """uv's, for extras and groups."""
    content: tuple[object, ...] = ()
    """Requirement lines without comments and credentials, and the tables that uv reads beside them."""

    @property
    def nothing(self) -> bool:
        return not (self.files or self.lines or self.options)

    @property
    def digest(self) -> str:
        return hashlib.sha256(canonical_json([self.python, list(self.content)])).hexdigest()


def read_inputs(root: Path, asked: Asked) -> Inputs:
    """Read what the project asks for.

    :raises NotReady: when a requirements file is missing, or ``pyproject.toml`` can not be read.
    """
    pyproject = _table(root / PYPROJECT)
    files, content = _files(root, asked, pyproject)
    if asked.extras and PYPROJECT not in files:
        # uv has extras only of a project that it is given.
        files, content = (*files, PYPROJECT), (*content, *_project_content(root, pyproject))
    content += _more(asked, pyproject)
    if not content:
        return Inputs(asked.python)
    options = [f"--extra={name}" for name in asked.extras] + [f"--group={name}" for name in asked.groups]
    settings = _uv_settings(root, pyproject)
    return Inputs(asked.python, files, asked.dependencies, tuple(options), (*content, settings))


def _files(
    root: Path, asked: Asked, pyproject: Mapping[str, Any]
) -> tuple[tuple[str, ...], tuple[object, ...]]:
    """The files that uv is given, and what they say."""
    if asked.requirements:
        named = [name for name in asked.requirements if name != PYPROJECT]
        lines = [line for name in named for line in _lines(root / name, set())]
        own = PYPROJECT in asked.requirements or any(_THE_PROJECT.fullmatch(line) for line in lines)
        return asked.requirements, (*lines, *(_project_content(root, pyproject, built=True) if own else ()))
    project = pyproject.get("project", {})
    if not project.get("dependencies") and "dependencies" not in project.get("dynamic", ()):
        return (), ()
    return (PYPROJECT,), _project_content(root, pyproject)


def _project_content(root: Path, pyproject: Mapping[str, Any], *, built: bool = False) -> tuple[object, ...]:
    """What the project itself declares.

    :param built: whether uv asks its build backend whatever ``pyproject.toml`` says.
    """
    project = pyproject.get("project", {})
    found = (project.get("dependencies", []), project.get("requires-python", ""))
    dynamic = "dependencies" in project.get("dynamic", ()) or (built and not project)
    sources = [root / name for name in _DYNAMIC_SOURCES] if dynamic else []
    texts = tuple(redact_text(read_source_text(path)) for path in sources if path.is_file())
    return _redacted(found), *texts


def _more(asked: Asked, pyproject: Mapping[str, Any]) -> tuple[object, ...]:
    """What the config adds; nothing in it leaves locks as they were made before there were such keys."""
    found: list[object] = []
    if asked.dependencies:
        found.append({"dependencies": _redacted(asked.dependencies)})
    if asked.extras:
        declared = pyproject.get("project", {}).get("optional-dependencies", {})
        found.append({"extras": list(asked.extras), "of": _redacted(declared)})
    if asked.groups:
        declared = pyproject.get("dependency-groups", {})
        found.append({"groups": list(asked.groups), "of": _redacted(declared)})
    return tuple(found)


def _table(path: Path) -> Mapping[str, Any]:
    try:
        return read_toml(path) or {}
    except NotToml as error:
        raise NotReady(f"{path.name} is not TOML: {error}", hints=("correct it",)) from error


def _uv_settings(root: Path, pyproject: Mapping[str, Any]) -> object:
    """What uv is told beside the requirements. A ``uv.toml`` replaces ``[tool.uv]``, as in uv itself."""
    own = root / "uv.toml"
    found = _table(own) if own.is_file() else pyproject.get("tool", {}).get("uv", {})
    return _redacted({key: value for key, value in found.items() if key not in _PLACES})


def _redacted(value: Any) -> object:
    if isinstance(value, Mapping):
        return {str(key): _redacted(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_redacted(item) for item in value]
    return value if isinstance(value, (bool, int, float)) else redact_text(str(value))


def _lines(path: Path, seen: set[Path]) -> Iterator[str]:
    """The lines of a requirements file that say something, with those of the files it includes."""
    if path.resolve() in seen:
        return
    if len(seen) >= _MOST_FILES:
        raise NotReady(f"{path} is included by more than {_MOST_FILES} files", hints=("include fewer",))
    seen.add(path.resolve())
    try:
        text = read_source_text(path)
    except OSError as error:
        raise NotReady(
            f"the requirements file {path} can not be read: {(error.strerror or '').lower()}",
            hints=("correct `requirements` in the config, or the line that includes it",),
        ) from error
    for raw in text.splitlines():
        line = _COMMENT.sub("", raw).strip()
        if not line:
            continue
        yield redact_text(line)
        included = _INCLUDE.match(line)
        if included and "://" not in line:
            yield from _lines(path.parent / included["path"].strip("'\" "), seen)
