"""What a project needs to run: its Python, and the packages that it declares."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from skylift.project.config.defaults import USUAL_PYTHON, project_python
from skylift.project.init.findings import Findings
from skylift.project.source.program import Program

_NOT_FOR_TRAINING = re.compile(r"dev|test|doc|lint|ci\b")
_PYTHON_IMAGE = re.compile(r"^\s*FROM\s+(?:\S+/)?python:(3\.\d+)", re.MULTILINE | re.IGNORECASE)


def read_needs(root: Path, pyproject: Mapping[str, Any], programs: Sequence[Program]) -> Findings:  # noqa: ARG001
    """The keys ``python`` and ``requirements``.

    :param programs: of all jobs; what they import has to come from somewhere.
    """
    found = Findings()
    _python(root, pyproject, found)
    _requirements(root, pyproject, found)
    return found


def _python(root: Path, pyproject: Mapping[str, Any], found: Findings) -> None:
    known = project_python(root, pyproject)
    if known is None:
        for path in sorted({*root.glob("Dockerfile*"), *root.glob("*/Dockerfile*")}):
            image = _PYTHON_IMAGE.search(path.read_text(encoding="utf-8", errors="replace"))
            if image:
                known = image[1], path.relative_to(root).as_posix()
                break
    if known is None:
        found.add("python", USUAL_PYTHON, "nothing says which", sure=False)
    else:
        found.add("python", *known)


def _requirements(root: Path, pyproject: Mapping[str, Any], found: Findings) -> None:
    """Requirement files, unless ``[project]`` has the dependencies."""
    declared = (pyproject.get("project") or {}).get("dependencies")
    if declared:
        found.say("requirements", f"{len(declared)} in pyproject.toml", "[project] dependencies")
        return
    files = sorted(
        {
            *root.glob("*requirements*.txt"),
            *root.glob("requirements/*.txt"),
            *root.glob("*/requirements*.txt"),
        }
    )
    named = [path.relative_to(root).as_posix() for path in files]
    fit = [name for name in named if not _NOT_FOR_TRAINING.search(name.lower()) and not name.startswith(".")]
    if fit:
        best = min(
            fit, key=lambda name: ("train" not in name, name.count("/"), name != "requirements.txt", name)
        )
        found.add("requirements", [best], "it is there", sure=len(fit) == 1)
    else:
        found.say("requirements", "none", "no requirements file, no [project] dependencies", sure=False)
