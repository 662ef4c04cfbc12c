"""A virtual environment with exactly what the lock says, made once for each lock and Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from skylift.errors import NotReady, RemoteError
from skylift.host.files import file_lock, remove_tree, write_bytes
from skylift.host.toml import read_toml
from skylift.packages.lock import lock_of
from skylift.packages.uv_program import run_uv
from skylift.values.packages import Lock
from skylift.values.progress import Progress, Report

_COMPLETE = "skylift-complete"
_USUAL = ("3.14", "3.13", "3.12", "3.11", "3.10", "3.9")
"""Versions that are looked for where the wanted one is missing."""


def isolated_environment(
    lock: Lock, *, python: str, cache: Path, environment: Mapping[str, str], report: Report
) -> Path:
    """The interpreter of the environment; made when it is not there yet, or not whole.

    :raises NotReady: when there is no such Python, or a package can not be installed here.
    :raises RemoteError: when an index can not be reached.
    """
    folder = cache / "environments" / f"{lock.digest[:16]}-py{python}"
    if not _is_complete(folder):
        with file_lock(cache / "locks" / f"environment-{folder.name}"):
            if not _is_complete(folder):
                report(
                    Progress("python", f"making an environment with Python {python} from {lock.path.name}")
                )
                _make(folder, lock, python, environment)
    return _interpreter(folder)


def _interpreter(folder: Path) -> Path:
    return folder / "bin" / "python"


def _is_complete(folder: Path) -> bool:
    # The interpreter is a link, and what it points to may have been removed since.
    return (folder / _COMPLETE).is_file() and _interpreter(folder).exists()


def _is_here(version: str, root: Path, environment: Mapping[str, str]) -> bool:
    words = ["python", "find", "--no-project", "--no-python-downloads", version]
    try:
        run_uv(words, cwd=root, environment=environment, doing="looking for a Python")
    except (NotReady, RemoteError):
        return False
    return True


def _without_python(python: str, there: Sequence[str]) -> NotReady:
    others = f"; there is {', '.join(there)}" if there else ""
    ways = [f'set python = "{there[0]}" in the config, if the project allows it'] if there else []
    ways.append("name an interpreter: skylift run --python PATH")
    return NotReady(
        f"Python {python} is not on this machine, and could not be fetched{others}",
        hints=(", or ".join(ways),),
    )


def _make(folder: Path, lock: Lock, python: str, environment: Mapping[str, str]) -> None:
    # Whatever lies here has no marker: a process died over it.
    remove_tree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    root = lock.path.parent
    try:
        run_uv(
            ["venv", "--no-project", "--python", python, str(folder)],
            cwd=root,
            environment=environment,
            doing=f"making an environment with Python {python}",
        )
    except (NotReady, RemoteError) as error:
        if _is_here(python, root, environment):
            raise
        others = [version for version in _USUAL if _is_here(version, root, environment)]
        raise _without_python(python, others) from error
    run_uv(
        ["pip", "sync", "--allow-empty-requirements", "--python", str(_interpreter(folder)), str(lock.path)],
        cwd=root,
        environment=environment,
        doing=f"installing {lock.path.name}",
    )
    if lock_of(lock.path, read_toml(lock.path) or {}).digest != lock.digest:
        raise NotReady(f"{lock.path.name} changed while it was installed", hints=("run the command again",))
    write_bytes(folder / _COMPLETE, b"")
