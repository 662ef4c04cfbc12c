"""Which Python runs the user's code (joint 14): said > active environment > .venv > one from the lock."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from skylift.errors import NotReady, UsageError
from skylift.flow.sources import Sources
from skylift.packages.drift import drift, facts, in_words
from skylift.packages.interpreters import look_at, missing_modules
from skylift.packages.isolated import isolated_environment
from skylift.packages.lock import locked_names
from skylift.project.config.package_checks import readable_pyproject
from skylift.project.init.needs.undeclared import required_lines
from skylift.project.init.needs.unmet import unmet
from skylift.values.packages import Installed
from skylift.values.progress import Progress
from skylift.values.settings import TargetSettings
from skylift_runtime.contract import VENV_ROOT
from skylift_runtime.notebook_file import MISSING

_ISOLATED = "isolated, from the lock"
_FOR_NOTEBOOKS = ("nbclient", "ipykernel")


@dataclass(frozen=True)
class Interpreter:
    path: str
    version: str
    """``3.11.7`` here, ``3.11`` for an image that is still to be built."""
    freeze: str
    """SHA-256 over what is installed; the lock's digest for an image."""
    from_lock: bool
    """What is installed there is what the lock says; an environment of the user's own may differ."""
    drift: Mapping[str, object] = field(default_factory=dict)
    """How it differs, for the record; empty when it does not, or nothing is known to compare it with."""
    packages: Mapping[str, str] = field(default_factory=dict)
    """Versions by name, of what is installed there; empty for an image, of which the lock says it."""


UNKNOWN = Interpreter("", "", "", from_lock=False)
"""For a plan, which needs none."""


def interpreter_for(sources: Sources, target: TargetSettings, said: str | None) -> Interpreter:
    """Choose the interpreter of a run. Never Skylift's own, unless it is the one that was named.

    :raises UsageError: when the one that was named is not there.
    """
    if target.backend != "local":
        return Interpreter(
            f"{VENV_ROOT}/bin/python", sources.settings.python, sources.lock.digest, from_lock=True
        )
    path, why = _choose(sources, said)
    installed = look_at(path)
    sources.world.report(Progress("python", f"{path} (Python {installed.python}, {why})"))
    isolated = why == _ISOLATED
    found = {} if isolated else _drift(sources, installed)
    return Interpreter(
        str(path),
        installed.python,
        installed.freeze,
        from_lock=isolated,
        drift=found,
        packages=installed.packages,
    )


def _drift(sources: Sources, installed: Installed) -> dict[str, object]:
    """Say how an environment of the user's own differs from the lock, where there is one."""
    if sources.known_lock is None:
        _say_unmet(sources, installed)
        return {}
    try:
        found = drift(sources.known_lock, installed, root=sources.root, python=sources.settings.python)
    except NotReady as error:
        # A lock that nothing is installed from must not keep a run from starting.
        sources.world.report(Progress("warning", str(error)))
        return {}
    if not found:
        return {}
    # Tools that only people use are nothing to be warned about, but a script may import them unawares.
    step = "warning" if found.changed or found.missing else "python"
    words = f"environment differs from {sources.known_lock.path.name}: {in_words(found)}"
    sources.world.report(Progress(step, words))
    return facts(found)


def _say_unmet(sources: Sources, installed: Installed) -> None:
    """Say how an environment differs from what is required, as long as there is no lock."""
    pyproject = readable_pyproject(sources.root)
    if pyproject is None:
        # Whoever makes the lock says what is wrong with it.
        return
    lines = required_lines(sources.root, pyproject, sources.settings)
    words = unmet(lines, installed.packages, installed.markers)
    if words:
        sources.world.report(Progress("warning", f"environment differs from what is required: {words}"))


def need_for_notebook(sources: Sources, target: TargetSettings, interpreter: Interpreter) -> None:
    """Say before anything starts that notebooks can not be executed there.

    :raises NotReady: when the interpreter on this machine lacks what that takes.
    """
    if target.backend == "local":
        missing = missing_modules(Path(interpreter.path), _FOR_NOTEBOOKS)
        if missing:
            names = " and ".join(f"`{name}`" for name in missing)
            raise NotReady(
                f"{interpreter.path} can not execute notebooks: it has no {names}",
                # One that was made from the lock is shared by all projects with that lock.
                hints=(MISSING,)
                if interpreter.from_lock
                else (MISSING, f"uv pip install --python {interpreter.path} nbconvert ipykernel"),
            )
    elif not set(_FOR_NOTEBOOKS) <= locked_names(sources.lock):
        # The base image may have them; then this is needless.
        sources.world.report(Progress("warning", f"the lock can not execute notebooks: {MISSING}"))


def _choose(sources: Sources, said: str | None) -> tuple[Path, str]:
    environment = sources.world.environment
    candidates = [
        (Path(said) if said else None, "--python"),
        (_python_in(environment.get("VIRTUAL_ENV")), "the active virtual environment"),
        (_python_in(environment.get("CONDA_PREFIX")), "the active conda environment"),
        (_python_in(str(sources.home / ".venv")), "the project's .venv"),
    ]
    for path, why in candidates:
        if path is None:
            continue
        if path.exists() and (why == "--python" or not _is_our_own(path)):
            # The link itself, not what it points to: a virtual environment lives by its path.
            return path.absolute(), why
        if why == "--python":
            raise UsageError(
                f"--python: no such interpreter: {path}", hints=("name the path of a python program",)
            )
    path = isolated_environment(
        sources.lock,
        python=sources.settings.python,
        cache=sources.world.cache,
        environment=environment,
        report=sources.world.report,
    )
    return path, _ISOLATED


def _python_in(folder: str | None) -> Path | None:
    path = Path(folder) / "bin" / "python" if folder else None
    return path if path is not None and path.exists() else None


def _is_our_own(path: Path) -> bool:
    # `uv tool install` and pipx put us into an environment of our own; training does not belong there.
    # A link may lead there, too.
    return path.parent.parent.samefile(sys.prefix)
