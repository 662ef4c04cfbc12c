"""The project's lock: one committed PEP 751 file, made by uv, renewed when its inputs change.

Takes the folder and what it requires, gives a :class:`Lock`; writes ``pylock.skylift.toml`` and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skylift.errors import LockStale
from skylift.host.files import cache_folder, canonical_json, file_lock, write_text
from skylift.host.redaction import redact_text
from skylift.host.toml import NotToml, read_toml
from skylift.packages.inputs import Inputs, read_inputs
from skylift.packages.uv_program import run_uv
from skylift.values.packages import Lock
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
    *,
    requirements: tuple[str, ...],
    python: str,
    environment: Mapping[str, str],
    report: Report,
    locked: bool = False,
) -> Lock:
    """The lock of a project, made or renewed where needed; versions stay where they can.

    :raises LockStale: when it would have to be written and ``locked`` forbids that.
    :raises NotReady: when what the project asks for can not be had together, or not at all.
    :raises RemoteError: when an index can not be reached.
    """
    root = root.absolute()
    inputs = read_inputs(root, requirements, python)
    found = _read(root)
    if found.data is not None and found.inputs == inputs.digest:
        return lock_of(root / LOCK_NAME, found.data)
    if locked:
        raise _stale(found)
    with file_lock(_guard(root, environment)):
        # Somebody else may have made it while we waited.
        found = _read(root)
        if found.inputs != inputs.digest:
            _make(root, inputs, environment)
            report(Progress("lock", _news(found)))
        return lock_of(root / LOCK_NAME, _read(root).data or {})


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


def _make(root: Path, inputs: Inputs, environment: Mapping[str, str]) -> None:
    body = _resolve(root, inputs, environment) if inputs.files else _empty(inputs.python)
    write_text(root / LOCK_NAME, f'{_HEADER}{body}\n[tool.skylift]\ninputs = "{inputs.digest}"\n')


def _resolve(root: Path, inputs: Inputs, environment: Mapping[str, str]) -> str:
    draft = root / _DRAFT_NAME
    try:
        # uv keeps the versions of the file it is going to replace.
        if _read(root).data is not None:
            write_text(draft, (root / LOCK_NAME).read_text(encoding="utf-8"))
        command = [
            "pip",
            "compile",
            "--universal",
            "--python-version",
            inputs.python,
            "--format",
            "pylock.toml",
        ]
        run_uv(
            [*command, "--no-header", "--output-file", _DRAFT_NAME, *inputs.files],
            cwd=root,
            environment=environment,
            doing="locking the project's packages",
        )
        return redact_text(draft.read_text(encoding="utf-8"))
    finally:
        draft.unlink(missing_ok=True)


def _empty(python: str) -> str:
    return f'lock-version = "1.0"\ncreated-by = "skylift"\nrequires-python = ">={python}"\npackages = []\n'
