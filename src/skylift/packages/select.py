"""From a lock to the wheels of one target, which need not be this machine. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from packaging.markers import Environment as Markers
from packaging.pylock import (
    Package,
    PackageArchive,
    PackageDirectory,
    PackageSdist,
    PackageVcs,
    PackageWheel,
    Pylock,
    PylockSelectError,
    PylockValidationError,
)
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from skylift.errors import NotReady
from skylift.values.packages import Environment, Lock, Wheel

Source = PackageVcs | PackageDirectory | PackageArchive | PackageWheel | PackageSdist

_SHA256 = re.compile(r"[0-9a-f]{64}")
_OLD_NAMES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
_OLDEST_GLIBC = {"x86_64": 5}
_NEWER_ARCHITECTURE = 17


def select(lock: Lock, environment: Environment) -> tuple[Wheel, ...]:
    """The wheels that a target gets, sorted by name.

    :raises NotReady: when the lock is no PEP 751 lock, or has no fitting wheel for some package; all of
        them are named.
    """
    tags = list(target_tags(environment))
    try:
        found = list(_parsed(lock).select(environment=_markers(environment), tags=tags))
    except PylockSelectError as error:
        raise _nothing_fits(environment, str(error)) from error
    wheels = {package.name: _wheel(package, source, lock.path.parent, tags) for package, source in found}
    missing = sorted(name for name, wheel in wheels.items() if wheel is None)
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        raise _nothing_fits(environment, f"no wheel fits of {names}: there is only source")
    return tuple(sorted(wheel for wheel in wheels.values() if wheel is not None))


def wanted(lock: Lock, markers: Mapping[str, str]) -> dict[str, str]:
    """The packages that a lock asks of an environment that somebody else fills, whatever they come from.

    By normalized name; the version is empty where the lock leaves it open, as for a folder.

    :raises NotReady: when the lock is no PEP 751 lock.
    """
    found = _parsed(lock)
    groups = frozenset(found.default_groups or ())
    there: dict[str, str | AbstractSet[str]] = {**markers, "extras": frozenset(), "dependency_groups": groups}
    return {
        str(package.name): str(package.version or "")
        for package in found.packages
        if package.marker is None or package.marker.evaluate(there, context="lock_file")
    }


def _parsed(lock: Lock) -> Pylock:
    try:
        return Pylock.from_dict(lock.data)
    except PylockValidationError as error:
        raise NotReady(
            f"{lock.path.name} is not a valid lock: {error}", hints=(f"remove {lock.path.name} to lock anew",)
        ) from error


def _nothing_fits(environment: Environment, why: str) -> NotReady:
    glibc = ".".join(map(str, environment.glibc))
    where = f"Python {environment.python} on Linux {environment.machine} with glibc {glibc}"
    return NotReady(
        f"the lock can not be installed for {where}: {why}",
        hints=(
            "ask for a version of the package that has a wheel for this platform",
            "or set `python` in the config to one that the package has wheels for",
            "or build the wheel yourself (`uv build --wheel`) and add its folder with `--find-links`",
        ),
    )


def target_tags(environment: Environment) -> Iterator[Tag]:
    """The tags that a target takes, best first."""
    version = _version(environment)
    abi = f"cp{version[0]}{version[1]}"
    platforms = list(_platforms(environment))
    # The ABI is named: the default is that of the Python that runs this.
    yield from cpython_tags(version, abis=[abi], platforms=platforms)
    yield from compatible_tags(version, interpreter=abi, platforms=platforms)


def _platforms(environment: Environment) -> Iterator[str]:
    """PEP 600 and the names from before it, newest first."""
    machine, (major, newest) = environment.machine, environment.glibc
    for minor in range(newest, _OLDEST_GLIBC.get(machine, _NEWER_ARCHITECTURE) - 1, -1):
        yield f"manylinux_{major}_{minor}_{machine}"
        if minor in _OLD_NAMES:
            yield f"{_OLD_NAMES[minor]}_{machine}"
    yield f"linux_{machine}"


def _version(environment: Environment) -> tuple[int, int]:
    major, _, minor = environment.python.partition(".")
    return int(major), int(minor)


def _markers(environment: Environment) -> Markers:
    full = f"{environment.python}.0"
    return Markers(
        implementation_name="cpython",
        implementation_version=full,
        os_name="posix",
        platform_machine=environment.machine,
        platform_python_implementation="CPython",
        platform_release="",
        platform_system="Linux",
        platform_version="",
        python_full_version=full,
        python_version=environment.python,
        sys_platform="linux",
    )


def _wheel(package: Package, source: Source, folder: Path, tags: list[Tag]) -> Wheel | None:
    """The wheel behind a source; None when it is none, or none that fits."""
    if not isinstance(source, (PackageWheel, PackageArchive)):
        return None
    url = _without_userinfo(source.url) if source.url else (folder / str(source.path)).as_uri()
    name = source.filename if isinstance(source, PackageWheel) else _last_part(url)
    try:
        _, version, _, offered = parse_wheel_filename(name)
    except InvalidWheelFilename:
        return None
    if offered.isdisjoint(tags):
        return None
    sha256 = source.hashes.get("sha256", "")
    if not _SHA256.fullmatch(sha256):
        raise NotReady(
            f"the lock has no SHA-256 for `{name}`", hints=("take it from an index that gives one",)
        )
    return Wheel(package.name, str(package.version or version), name, url, sha256, source.size or 0)


def _last_part(url: str) -> str:
    return unquote(urlsplit(url).path.rpartition("/")[2])


def _without_userinfo(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(
        (parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, parts.fragment)
    )
