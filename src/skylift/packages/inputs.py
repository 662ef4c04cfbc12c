"""What a lock is made from: requirement files with their includes, or the project's dependencies."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skylift.errors import NotReady
from skylift.host.files import canonical_json
from skylift.host.redaction import redact_text
from skylift.host.toml import NotToml, read_toml

PYPROJECT = "pyproject.toml"
_COMMENT = re.compile(r"(^|\s+)#.*$")
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


@dataclass(frozen=True)
class Inputs:
    """The files that uv is given, and everything in them that decides the outcome."""

    python: str
    files: tuple[str, ...]
    """Relative to the project; none when it needs nothing."""
    content: tuple[object, ...]
    """Requirement lines without comments and credentials, and the tables that uv reads beside them."""

    @property
    def digest(self) -> str:
        return hashlib.sha256(canonical_json([self.python, list(self.content)])).hexdigest()


def read_inputs(root: Path, requirements: Sequence[str], python: str) -> Inputs:
    """Read what the project asks for.

    :raises NotReady: when a requirements file is missing, or ``pyproject.toml`` can not be read.
    """
    pyproject = _table(root / PYPROJECT)
    settings = _uv_settings(root, pyproject)
    if requirements:
        lines = [line for name in requirements for line in _lines(root / name, set())]
        return Inputs(python, tuple(requirements), (*lines, settings))
    project = pyproject.get("project", {})
    dynamic = "dependencies" in project.get("dynamic", ())
    if not project.get("dependencies") and not dynamic:
        return Inputs(python, (), ())
    asked = (project.get("dependencies", []), project.get("requires-python", ""))
    sources = [root / name for name in _DYNAMIC_SOURCES] if dynamic else []
    texts = tuple(redact_text(path.read_text(errors="replace")) for path in sources if path.is_file())
    return Inputs(python, (PYPROJECT,), (_redacted(asked), *texts, settings))


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
    seen.add(path.resolve())
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
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
