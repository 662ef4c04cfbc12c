"""What the user's own environment has: the files of its packages are read, nothing of it is run."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from skylift.project.init.needs.listing import text_of

_USUAL = (".venv", "venv", "env", ".env")
_MARK = "pyvenv.cfg"
_MOST_PACKAGES = 1500
_INFO = re.compile(r"(?P<name>[A-Za-z0-9._-]+?)-(?P<version>[0-9][^-]*)\.dist-info")
_FOLDER = re.compile(r"python(3\.\d+)/site-packages$")
_PYTHON = re.compile(r"^version(?:_info)?\s*=\s*(3\.\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Environment:
    """A virtual environment."""

    name: str = ""
    """As it is shown; empty when there is none."""
    python: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    """By normalized name, without what is said of a build: 2.1.0 for 2.1.0+cu118."""
    folders: tuple[Path, ...] = ()

    def package_of(self, module: str) -> str:
        """The package that a top-level module was installed by; empty when none here was."""
        for folder in self.folders:
            for info in sorted(folder.glob("*.dist-info"))[:_MOST_PACKAGES]:
                match = _INFO.fullmatch(info.name)
                if match and module in text_of(info / "top_level.txt").split():
                    return canonicalize_name(match["name"])
        return ""


def find_environment(root: Path, variables: Mapping[str, str]) -> Environment:
    """The environment that is active, else one in the project's folder. conda's own, ``base``, is nobody's."""
    conda = "" if variables.get("CONDA_DEFAULT_ENV") == "base" else variables.get("CONDA_PREFIX", "")
    named = [Path(folder) for folder in (variables.get("VIRTUAL_ENV", ""), conda) if folder]
    for folder in [*named, *(root / name for name in _USUAL)]:
        if (folder / _MARK).is_file() or (folder / "conda-meta").is_dir():
            return _read(folder, root)
    return Environment()


def _read(folder: Path, root: Path) -> Environment:
    places = tuple(sorted(folder.glob("lib/python3*/site-packages")))
    versions: dict[str, str] = {}
    for place in places:
        for name in _names(place):
            match = _INFO.fullmatch(name)
            if match and (version := _public(match["version"])):
                versions[canonicalize_name(match["name"])] = version
    python = _PYTHON.search(text_of(folder / _MARK)) or _FOLDER.search(
        places[-1].as_posix() if places else ""
    )
    shown = folder.relative_to(root).as_posix() if folder.is_relative_to(root) else folder.name
    return Environment(shown, python[1] if python else "", versions, places)


def _names(place: Path) -> list[str]:
    try:
        with os.scandir(place) as entries:
            return [entry.name for entry in entries]
    except OSError:
        return []


def _public(text: str) -> str:
    try:
        return Version(text).public
    except InvalidVersion:
        return ""
