"""Where a project begins."""

from __future__ import annotations

import re
from pathlib import Path

from skylift.errors import NotReady
from skylift.host.files import read_source_text
from skylift.host.toml import NotToml, read_toml

_OUR_TABLE = re.compile(r"^\s*\[tool\.skylift[.\]]", re.MULTILINE)


def find_root(start: Path) -> Path:
    """The nearest folder upwards with a config of ours, else with a pyproject.toml or a .git, else ``start``.

    :raises NotReady: when ``start`` is not there.
    """
    here = start.resolve()
    if not here.exists():
        raise NotReady(f"no such folder: {start}")
    here = here if here.is_dir() else here.parent
    upwards = (here, *here.parents)
    for folder in upwards:
        if (folder / "skylift.toml").is_file() or has_config(folder / "pyproject.toml"):
            return folder
    for folder in upwards:
        if (folder / "pyproject.toml").is_file() or (folder / ".git").exists():
            return folder
    return here


def has_config(pyproject: Path) -> bool:
    """Whether ``pyproject.toml`` holds ``[tool.skylift]``; what else is wrong with it is told when it is loaded."""
    try:
        tool = (read_toml(pyproject) or {}).get("tool")
    except NotToml:
        return bool(_OUR_TABLE.search(read_source_text(pyproject)))
    except OSError:
        return False
    return isinstance(tool, dict) and "skylift" in tool
