"""Checks of the environment on this machine, and of what the code imports."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skylift.host.files import read_source_text
from skylift.project.checks.subject import Subject
from skylift.project.config.package_checks import readable_pyproject
from skylift.project.init.needs.installed import find_environment
from skylift.project.init.needs.undeclared import required_lines, undeclared_imports
from skylift.project.init.needs.unmet import unmet
from skylift.values.finding import Finding, Severity

_VERSION = re.compile(r"^version(?:_info)?\s*=\s*(3\.\d+)", re.MULTILINE)


def python_version(subject: Subject) -> Iterator[Finding]:
    """A ``.venv`` of another Python than the config names: here it runs on the one, elsewhere on the other."""
    file = subject.root / ".venv" / "pyvenv.cfg"
    try:
        found = _VERSION.search(read_source_text(file))
    except OSError:
        return
    wanted = subject.settings.python
    if found and found[1] != wanted:
        what = f".venv has Python {found[1]}, and jobs in an image run on {wanted}"
        remedy = f'set python = "{found[1]}", or make the environment anew'
        yield Finding("python", "warning", subject.where(None, "python"), what, remedy)


def environment(subject: Subject) -> Iterator[Finding]:
    """A ``.venv`` that has other packages than are required, where no lock says it yet: a run here uses it."""
    here = find_environment(subject.root, {})
    if here.name != ".venv" or subject.locked or not here.python:
        return
    pyproject = readable_pyproject(subject.root)
    if pyproject is None:
        return
    lines = required_lines(subject.root, pyproject, subject.settings)
    markers = {"python_version": here.python, "python_full_version": f"{here.python}.0"}
    words = unmet(lines, here.versions, markers)
    if words:
        what = f".venv differs from what is required: {words}"
        remedy = "install it there: a run on this machine uses .venv, one in an image does not"
        yield Finding("environment", "warning", ".venv", what, remedy)


def undeclared(subject: Subject) -> Iterator[Finding]:
    """A package that the code imports, and that nothing declares."""
    settings = subject.settings
    pyproject = readable_pyproject(subject.root)
    if pyproject is None:
        # Whoever makes the lock says so.
        return
    programs = list(subject.programs.values())
    for one in undeclared_imports(subject.root, pyproject, programs, settings, subject.locked):
        name = one.package or one.top
        what = f"`{one.top}` is imported, and no requirement is known to bring it"
        if one.implied:
            what = f"what is called here needs `{name}`, and no requirement is known to bring it"
        package = f"`{name}`" if one.package else "its package"
        remedy = f"add {package} to {_home(subject)}"
        severity: Severity = "warning"
        if settings.image.base:
            severity, remedy = "note", f"{remedy}, unless {settings.image.base} has it"
        yield Finding("undeclared", severity, one.where, what, remedy)


def _home(subject: Subject) -> str:
    """Where a project says what it requires."""
    files = subject.settings.requirements
    own = "pyproject.toml" if (subject.root / "pyproject.toml").is_file() else ""
    return next((name for name in files if name.endswith((".txt", ".in"))), "") or own or "`dependencies`"
