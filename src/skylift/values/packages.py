"""A lock and the wheels it selects for one target (PEP 751)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Environment:
    """What packages are chosen for: a Python and a platform."""

    python: str
    """Minor version: ``3.11``."""
    machine: str = "x86_64"
    """As ``platform.machine()`` says on Linux: ``x86_64`` or ``aarch64``."""
    glibc: tuple[int, int] = (2, 36)


@dataclass(frozen=True)
class Lock:
    """A lock file as it stands in the project."""

    path: Path
    digest: str
    """SHA-256 of what was resolved (names, versions, hashes); index hosts are not in it."""
    data: Mapping[str, object]
    """The parsed TOML."""


@dataclass(frozen=True, order=True)
class Wheel:
    """One wheel that a target gets."""

    name: str
    version: str
    filename: str
    url: str
    sha256: str
    size: int
    """Bytes; the lock says, so grouping is known before anything is fetched."""
