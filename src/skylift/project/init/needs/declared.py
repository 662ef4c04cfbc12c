"""What one place of a project declares, in the one form that everything else reads: PEP 508."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name


@dataclass(frozen=True)
class Place:
    """Somewhere that packages come from, as it is written. It may have credentials in it."""

    kind: str
    """``index``, ``links``, ``git``, ``url``, ``folder``."""
    address: str
    where: str
    """File and line."""
    name: str = ""
    """The package, or the index, where it has a name."""


@dataclass(frozen=True)
class Declared:
    """The packages that one place says the project needs."""

    source: str
    """The place as people know it: ``environment.yml``, ``pyproject.toml [tool.poetry.dependencies]``."""
    lines: tuple[str, ...] = ()
    """Requirements, each one of which is valid."""
    files: tuple[str, ...] = ()
    """Requirement files that uv reads itself; ``lines`` has what they say, too."""
    beside: tuple[str, ...] = ()
    """Those of the lines that stand in no such file, where there are files."""
    places: tuple[Place, ...] = ()
    """Where packages come from, as far as the place itself says so."""
    native: bool = False
    """uv reads the place itself, without being told."""
    sure: bool = True
    notes: tuple[str, ...] = ()
    """What of it was not taken as it stands, and why."""
    left: tuple[str, ...] = ()
    """What it leaves to the user."""
    own: bool = False
    """Whether it installs the project itself: ``-e .``."""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(filter(None, map(name_of, self.lines)))

    def only(self, wanted: Iterable[str]) -> Declared:
        """Its requirements on the packages of these names."""
        names = set(wanted)
        return replace(self, lines=tuple(line for line in self.lines if name_of(line) in names))


@lru_cache(maxsize=4096)
def valid(line: str) -> str:
    """A requirement without needless spaces, in the order it was written; empty for what is none.

    >>> valid("torch >= 2, <3 ; python_version<'3.12'"), valid("no such thing")
    ("torch>=2,<3; python_version<'3.12'", '')
    """
    what, semicolon, marker = line.partition(";") if " @ " not in line else line.partition(" ;")
    tight = " ".join(what.split()) if "@" in what else re.sub(r"\s+", "", what)
    tidy = tight + (f"{' ' if '@' in what else ''}; {' '.join(marker.split())}" if semicolon else "")
    try:
        # `no such thing` is none, though it were one without its spaces.
        Requirement(line), Requirement(tidy)
    except InvalidRequirement:
        return ""
    return tidy


@lru_cache(maxsize=4096)
def name_of(line: str) -> str:
    """The normalized name of the package that a requirement is about; empty for what is none.

    >>> name_of("Scikit_Learn[x]>=1"), name_of("-r a.txt")
    ('scikit-learn', '')
    """
    try:
        return canonicalize_name(Requirement(line).name)
    except InvalidRequirement:
        return ""
