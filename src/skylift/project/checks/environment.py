"""Checks of the environment on this machine, and of what the code imports."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skylift.errors import SkyliftError
from skylift.project.checks.subject import Subject
from skylift.project.init.detect import detect
from skylift.values.finding import Finding

_VERSION = re.compile(r"^version(?:_info)?\s*=\s*(3\.\d+)", re.MULTILINE)
_UNDECLARED = "undeclared"
"""The row of ``init``'s report about imports that nothing declares."""


def python_version(subject: Subject) -> Iterator[Finding]:
    """A ``.venv`` of another Python than the config names: here it runs on the one, elsewhere on the other."""
    file = subject.root / ".venv" / "pyvenv.cfg"
    try:
        found = _VERSION.search(file.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return
    wanted = subject.settings.python
    if found and found[1] != wanted:
        what = f".venv has Python {found[1]}, and jobs in an image run on {wanted}"
        remedy = f'set python = "{found[1]}", or make the environment anew'
        yield Finding("python", "warning", subject.where(None, "python"), what, remedy)


def undeclared(subject: Subject) -> Iterator[Finding]:
    """A package that the code imports, and that nothing declares."""
    entry = subject.jobs[0].entry_point if subject.jobs else None
    try:
        found = detect(subject.root, entry_point=entry)
    except SkyliftError:
        # What keeps init from reading the project is told by the checks of the config.
        return
    for row in found.understood:
        if row.topic == _UNDECLARED:
            yield Finding(
                "undeclared", "warning", row.value, row.why, "add the package to what the project requires"
            )
