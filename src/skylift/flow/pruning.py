"""Sweeping up what nobody needs: leftovers, and what no run refers to any more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from skylift.errors import SkyliftError
from skylift.flow.disk import leftovers, trash
from skylift.flow.project import Project
from skylift.host.disk_use import Trash
from skylift.host.files import file_lock


def sweep(project: Project, tell: Callable[[str], None]) -> None:
    """Remove what is left over now; what could not be removed is told."""
    away = trash(project.store)
    # Nobody takes over what is looked at.
    with file_lock(project.store.lock):
        for path in leftovers(project.store):
            if path.parent != away.folder:
                _throw(away, path, tell)
    for problem in away.empty():
        tell(f"not removed: {problem}")


def _throw(away: Trash, path: Path, tell: Callable[[str], None]) -> None:
    try:
        away.take(path)
    except (SkyliftError, OSError) as error:
        tell(f"{path} stays: {error}")
