"""A lock and the wheels it selects for one target (PEP 751)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
class Asked:
    """What a project asks to have locked: the keys of its config that are about packages."""

    python: str
    """Minor version."""
    requirements: tuple[str, ...] = ()
    """Files, relative to the project; ``[project] dependencies`` when there are none."""
    dependencies: tuple[str, ...] = ()
    """Requirements beside those."""
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Upgrade:
    """Which versions a new lock need not keep."""

    names: tuple[str, ...] = ()
    """All when there are none."""


@dataclass(frozen=True)
class Lock:
    """A lock file as it stands in the project."""

    path: Path
    digest: str
    """SHA-256 of what was resolved (names, versions, hashes); index hosts are not in it."""
    data: Mapping[str, object]
    """The parsed TOML."""


@dataclass(frozen=True)
class Installed:
    """What an interpreter on this machine is, and what it can import."""

    python: str
    """``3.11.7``."""
    freeze: str
    """SHA-256, in hex, of the sorted ``name==version`` lines."""
    packages: Mapping[str, str] = field(default_factory=dict)
    """Version by normalized name: what an import would find."""
    folders: Mapping[str, str] = field(default_factory=dict)
    """By name, of packages that were installed from a folder: its ``file://`` URL."""
    markers: Mapping[str, str] = field(default_factory=dict)
    """The values of PEP 508's markers there."""


@dataclass(frozen=True)
class Drift:
    """How an environment differs from the lock."""

    changed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By name: the version that is installed, and the lock's. ``Python`` itself comes first."""
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    """Installed, and not in the lock: an import of them fails wherever the lock is installed."""

    def __bool__(self) -> bool:
        return bool(self.changed or self.missing or self.extra)


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
