"""The project's lock: one committed PEP 751 file, made by uv, renewed when its inputs change.

Takes the folder and what it requires, gives a :class:`Lock`; writes ``pylock.skylift.toml`` and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from skylift.errors import LockStale, UsageError
from skylift.host.files import cache_folder, canonical_json, file_lock, read_source, write_text
from skylift.host.redaction import redact_text
from skylift.host.toml import NotToml, parse_toml, read_toml
from skylift.packages.inputs import Inputs, read_inputs
from skylift.packages.neighbours import neighbour_versions
from skylift.packages.uv_program import run_uv
from skylift.values.packages import Asked, Lock, Upgrade
from skylift.values.progress import Progress, Report

LOCK_NAME = "pylock.skylift.toml"
# PEP 751 allows no other pattern, and uv writes local paths relative to the file: it has to lie beside it.
_DRAFT_NAME = "pylock.skylift-draft.toml"
_HEADER = (
    "# Every package of this project, for every platform. Made by `skylift`; commit it, do not edit it.\n"
)


@dataclass(frozen=True)
class _Found:
    """What lies in the project: a lock, none, or one that nobody can read."""

    data: Mapping[str, Any] | None
    fault: str = ""

    @property
    def inputs(self) -> object:
        tool = (self.data or {}).get("tool", {})
        return tool.get("skylift", {}).get("inputs")


def lock_project(
    root: Path,
    asked: Asked,
    *,
    environment: Mapping[str, str],
    report: Report,
    locked: bool = False,
    upgrade: Upgrade | None = None,
) -> Lock:
    """The lock of a project, made or renewed where needed; versions stay where they can.

    :param upgrade: make it anew in any case, with the newest versions of some packages, or of all.
    :raises UsageError: when one of those is not in the lock.
    :raises LockStale: when it would have to be written and ``locked`` forbids that.
    :raises NotReady: when what the project asks for can not be had together, or not at all.
    :raises RemoteError: when an index can not be reached.
    """
    root = root.absolute()
    inputs = read_inputs(root, asked)
    found = _read(root)
    if found.data is not None and found.inputs == inputs.digest and upgrade is None:
        return lock_of(root / LOCK_NAME, found.data)
    if locked:
        raise _stale(found)
    with file_lock(_guard(root, environment)):
        # Somebody else may have made it while we waited.
        found = _read(root)
        if found.inputs != inputs.digest or upgrade is not None:
            start = _Start.of(root, found, upgrade)
            _make(root, inputs, start, environment)
            news = _changes(found.data or {}, _read(root).data or {}) if upgrade else _news(found)
            report(Progress("lock", news + start.said))
        return lock_of(root / LOCK_NAME, _read(root).data or {})


def is_fresh(root: Path, asked: Asked) -> bool:
    """Whether the lock that lies there was made from what is asked for.

    :raises NotReady: when a requirements file is missing, or ``pyproject.toml`` can not be read.
    """
    return _read(root.absolute()).inputs == read_inputs(root.absolute(), asked).digest


def known_lock(root: Path) -> Lock | None:
    """The lock as it lies in the project, fresh or stale; None when there is none that can be read."""
    found = _read(root.absolute())
    return lock_of(root.absolute() / LOCK_NAME, found.data) if found.data is not None else None


def locked_names(lock: Lock) -> frozenset[str]:
    """The names of all packages in a lock, for whatever target."""
    packages = lock.data.get("packages", ())
    return (
        frozenset(str(package["name"]) for package in packages) if isinstance(packages, list) else frozenset()
    )


def lock_of(path: Path, data: Mapping[str, Any]) -> Lock:
    """A lock from its parsed text. The digest covers what was resolved and not where it lies."""
    rows = sorted((_row(package) for package in data.get("packages", ())), key=canonical_json)
    return Lock(path, hashlib.sha256(canonical_json(rows)).hexdigest(), data)


def _row(package: Mapping[str, Any]) -> list[Any]:
    sources = [*package.get("wheels", ()), package.get("sdist", {}), package.get("archive", {})]
    hashes = sorted(
        f"{name}:{value}" for source in sources for name, value in source.get("hashes", {}).items()
    )
    commit = package.get("vcs", {}).get("commit-id", "")
    return [package["name"], package.get("version", ""), package.get("marker", ""), commit, hashes]


def _read(root: Path) -> _Found:
    try:
        return _Found(read_toml(root / LOCK_NAME))
    except NotToml as error:
        return _Found(None, str(error))


def _stale(found: _Found) -> LockStale:
    if found.fault:
        what = f"{LOCK_NAME} is not TOML: {found.fault}"
    elif found.data is None:
        what = f"there is no {LOCK_NAME}"
    else:
        what = f"{LOCK_NAME} was made from other requirements than the project has now"
    return LockStale(what, hints=("make it: skylift lock; then commit it",))


def _news(found: _Found) -> str:
    if found.fault:
        return f"{LOCK_NAME} was not readable and is made anew: commit this"
    if found.data is None:
        return f"{LOCK_NAME} is new: commit this"
    return f"{LOCK_NAME} follows the changed requirements: commit this"


def _guard(root: Path, environment: Mapping[str, str]) -> Path:
    name = hashlib.sha256(str(root).encode(errors="surrogateescape")).hexdigest()[:16]
    return cache_folder(environment) / "locks" / f"project-{name}"


@dataclass(frozen=True)
class _Start:
    """The versions that a new lock keeps where it can."""

    text: str = ""
    """A lock as uv reads it; empty for the newest of everything."""
    upgrade: tuple[str, ...] = ()
    """Names whose versions in it do not count."""
    said: str = ""

    @classmethod
    def of(cls, root: Path, found: _Found, upgrade: Upgrade | None) -> _Start:
        kept = found.data is not None and (upgrade is None or upgrade.names)
        names = tuple(canonicalize_name(name) for name in upgrade.names) if upgrade is not None else ()
        known = {canonicalize_name(str(row.get("name"))) for row in (found.data or {}).get("packages", ())}
        strange = [name for name in names if name not in known]
        if strange:
            raise UsageError(
                f"not in {LOCK_NAME}: {', '.join(strange)}", hints=("all of them: skylift lock --upgrade",)
            )
        if kept:
            return cls(read_source(root / LOCK_NAME).decode(), names)
        name, versions = neighbour_versions(root)
        if not versions:
            return cls()
        rows = (f'[[packages]]\nname = "{name}"\nversion = "{at}"\n' for name, at in versions.items())
        text = 'lock-version = "1.0"\ncreated-by = "skylift"\n' + "".join(rows)
        return cls(text, said=f"; with the versions of {name} where they fit")


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What an upgrade changed, in one line."""
    old, new = (
        {row["name"]: row.get("version", "") for row in data.get("packages", ())} for data in (before, after)
    )
    changed = [f"{name} {old[name]} -> {at}" for name, at in new.items() if old.get(name, at) != at]
    changed += [f"{name} {at} is new" for name, at in new.items() if name not in old]
    changed += [f"{name} is gone" for name in old if name not in new]
    return f"{LOCK_NAME}: {', '.join(changed) or 'nothing newer fits'}"


def _make(root: Path, inputs: Inputs, start: _Start, environment: Mapping[str, str]) -> None:
    body = _empty(inputs.python) if inputs.nothing else _resolve(root, inputs, start, environment)
    write_text(root / LOCK_NAME, f'{_HEADER}{body}\n[tool.skylift]\ninputs = "{inputs.digest}"\n')


def _resolve(root: Path, inputs: Inputs, start: _Start, environment: Mapping[str, str]) -> str:
    draft = root / _DRAFT_NAME
    try:
        # uv keeps the versions of the file it is going to replace.
        if start.text:
            write_text(draft, start.text)
        command = ["pip", "compile", "--universal", "--python-version", inputs.python]
        command += ["--format", "pylock.toml", "--no-header", "--output-file", _DRAFT_NAME, *inputs.options]
        command += [f"--upgrade-package={name}" for name in start.upgrade]
        # What stands in the config goes by stdin: a file beside the project's own would have to be named.
        lines = "".join(f"{line}\n" for line in inputs.lines).encode()
        run_uv(
            [*command, *inputs.files, *(["-"] if lines else [])],
            cwd=root,
            environment=environment,
            doing="locking the project's packages",
            stdin=lines or None,
        )
        return redact_text(_without_itself(draft.read_text(encoding="utf-8")))
    finally:
        draft.unlink(missing_ok=True)


def _without_itself(text: str) -> str:
    """A lock without the project's own folder (``-e .``): its code ships by itself, and no image can build it."""
    head, *packages = text.split("\n[[packages]]\n")
    kept = [package for package in packages if not _is_itself(package)]
    return "\n[[packages]]\n".join([head, *kept]) if kept or not packages else f"{head}packages = []\n"


def _is_itself(package: str) -> bool:
    try:
        folder = parse_toml(package).get("directory")
    except NotToml:
        return False
    return isinstance(folder, Mapping) and folder.get("path") in (".", "./", "")


def _empty(python: str) -> str:
    return f'lock-version = "1.0"\ncreated-by = "skylift"\nrequires-python = ">={python}"\npackages = []\n'
