"""The way into Skylift: understand a project that has no config yet, and write it one."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
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
    found = detect(root, entry_point=entry_point, variables=_variables())
    return root, found


def _variables() -> Mapping[str, str]:
    """The environment's, but for a virtual environment that is our own and not the project's."""
    own = Path(os.environ.get("VIRTUAL_ENV", "/")).resolve() == Path(sys.prefix).resolve()
    return {name: value for name, value in os.environ.items() if not (own and name == "VIRTUAL_ENV")}


def initialise(root: Path, found: Detection, *, dry_run: bool) -> tuple[Path, str]:
    """Write the config that was understood; the file and the text that was added."""
    if not found.config.get("entry-point") and not found.config.get("command"):
        names = ", ".join(found.candidates) or "no Python file looks like one"
        raise UsageError(
            f"the entry point is not clear: {names}", hints=("say it: skylift init --entry-point FILE",)
        )
    return write_config(root, found, dry_run=dry_run)
