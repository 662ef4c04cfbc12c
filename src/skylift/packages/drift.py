"""How an environment of the user's own differs from the lock (joint 14). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from packaging.version import InvalidVersion, Version

from skylift.packages.select import wanted
from skylift.values.packages import Drift, Installed, Lock

_EVERYWHERE = frozenset({"pip", "setuptools", "wheel", "uv"})
"""What environments are made with: nobody's training imports it unless the lock says so."""
_NAMED = 3


def drift(lock: Lock, installed: Installed, *, root: Path, python: str) -> Drift:
    """What an environment has other than the lock wants on that platform.

    :param root: the project's folder: the project itself is in no lock.
    :param python: the minor version that the project asks for. The lock is made for it, and has another
        Python's packages at most by chance.
    """
    right = installed.python.split(".")[:2] == python.split(".")[:2]
    asked = wanted(lock, installed.markers if right else {**installed.markers, **_versions(python)})
    own = {name for name, url in installed.folders.items() if url.rstrip("/") == root.resolve().as_uri()}
    here = {name: version for name, version in installed.packages.items() if name not in own}
    changed = {} if right else {"Python": (installed.python, python)}
    changed |= {
        name: (here[name], version)
        for name, version in sorted(asked.items())
        if name in here and version and not _fulfils(here[name], version)
    }
    return Drift(
        changed,
        missing=tuple(sorted(asked.keys() - here.keys())),
        extra=tuple(sorted(here.keys() - asked.keys() - _EVERYWHERE)),
    )


def _versions(python: str) -> dict[str, str]:
    full = f"{python}.0"
    return {"python_version": python, "python_full_version": full, "implementation_version": full}


def _fulfils(here: str, wanted_version: str) -> bool:
    """As ``==`` in PEP 440: a build of its own, ``2.1.0+cpu``, is 2.1.0 to whoever did not ask for another."""
    try:
        found, asked = Version(here), Version(wanted_version)
    except InvalidVersion:
        return here == wanted_version
    return found == asked or (asked.local is None and Version(found.public) == asked)


def in_words(found: Drift) -> str:
    """The difference in one line.

    >>> in_words(Drift(changed={"numpy": ("1.26.4", "2.1.0")}, missing=("scipy",), extra=("a", "b")))
    'numpy 1.26.4 (lock 2.1.0), 1 missing (scipy), 2 not in the lock (a, b)'
    """
    named = list(found.changed.items())[:_NAMED]
    parts = [f"{name} {here} (lock {locked})" for name, (here, locked) in named]
    if len(found.changed) > _NAMED:
        parts.append(f"{len(found.changed) - _NAMED} more at other versions")
    parts += [_counted(found.missing, "missing")] if found.missing else []
    parts += [_counted(found.extra, "not in the lock")] if found.extra else []
    return ", ".join(parts)


def _counted(names: tuple[str, ...], what: str) -> str:
    shown = f" ({', '.join(names)})" if len(names) <= _NAMED else ""
    return f"{len(names)} {what}{shown}"


def facts(found: Drift, limit: int = 40) -> dict[str, object]:
    """The same for the record, no longer than people want to read."""
    lists: Mapping[str, Iterable[str]] = {"missing": found.missing, "extra": found.extra}
    return {
        "text": in_words(found),
        "changed": {name: list(pair) for name, pair in list(found.changed.items())[:limit]},
        **{key: list(names)[:limit] for key, names in lists.items()},
    }
