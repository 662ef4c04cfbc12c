"""The way into Skylift: understand a project that has no config yet, and write it one."""

from __future__ import annotations

from pathlib import Path

from skylift.errors import UsageError
from skylift.project.init.detect import detect
from skylift.project.init.workspace import project_folder
from skylift.project.init.write import write_config
from skylift.values.project import Detection


def understand(path: Path | str = ".", *, entry_point: str | None = None) -> tuple[Path, Detection]:
    """Read a project that has no config yet. Nothing of it is imported or run.

    :raises UsageError: when several files could be the entry point, or none.
    """
    root = project_folder(Path(path))
    found = detect(root, entry_point=entry_point)
    return root, found


def initialise(root: Path, found: Detection, *, dry_run: bool) -> tuple[Path, str]:
    """Write the config that was understood; the file and the text that was added."""
    if not found.config.get("entry-point") and not found.config.get("command"):
        names = ", ".join(found.candidates) or "no Python file looks like one"
        raise UsageError(
            f"the entry point is not clear: {names}", hints=("say it: skylift init --entry-point FILE",)
        )
    return write_config(root, found, dry_run=dry_run)
