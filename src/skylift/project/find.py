"""Where a project begins."""

from __future__ import annotations

from pathlib import Path

from skylift.host.toml import NotToml, read_toml


def find_root(start: Path) -> Path:
    """The nearest folder upwards with a config of ours, else with a pyproject.toml or a .git, else ``start``."""
    here = start.resolve()
    upwards = (here, *here.parents)
    for folder in upwards:
        if (folder / "skylift.toml").exists() or _has_table(folder / "pyproject.toml"):
            return folder
    for folder in upwards:
        if (folder / "pyproject.toml").exists() or (folder / ".git").exists():
            return folder
    return here


def _has_table(path: Path) -> bool:
    try:
        tool = (read_toml(path) or {}).get("tool")
    except NotToml:
        # What is wrong with a file is told when it is loaded.
        return False
    return isinstance(tool, dict) and "skylift" in tool
