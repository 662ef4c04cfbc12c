"""What ``init`` finds that a project needs, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.functional.project.folder import Folder

from skylift.host.toml import read_toml
from skylift.project.init.findings import Findings
from skylift.project.init.needs import read_needs
from skylift.project.source.program import Program
from skylift.values.project import Understood

KEYS = ("requirements", "dependencies", "extras", "groups")


def needs(
    project: Folder,
    files: Mapping[str, str],
    entry: str = "train.py",
    variables: Mapping[str, str] | None = None,
) -> Findings:
    """Write files, and read what a project of them needs. ``train.py`` imports torch where nothing else is said."""
    project.write_all({**({entry: "import torch\n"} if entry not in files else {}), **files})
    pyproject = read_toml(project.root / "pyproject.toml") or {}
    program = Program.read(project.root, project.root / entry)
    return read_needs(project.root, pyproject, [program] if program else [], variables or {})


def packages(found: Findings) -> dict[str, Any]:
    """The keys about packages."""
    return {key: found.config[key] for key in KEYS if key in found.config}


def rows(found: Findings, topic: str) -> list[Understood]:
    return [row for row in found.understood if row.topic == topic]


def told(found: Findings) -> str:
    """Everything that people get to read."""
    said = [f"{row.topic}: {row.value} ({row.why})" for row in found.understood]
    return "\n".join([*said, *found.left, str(found.config)])
