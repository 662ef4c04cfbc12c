"""Entry points: what people write, and the file of the project behind it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from skylift.project.source.folders import SRC, import_folders
from skylift.project.source.walking import walk_folders

_FUNCTION = re.compile(r"([\w.]+):([\w.]+)")
_NOT_SOURCES = frozenset({"build", "dist", "node_modules", "__pycache__", "site-packages"})
_MOST_FILES = 5000


def entry_file(root: Path, entry_point: str) -> Path | None:
    """The file of a script, a notebook, ``-m module`` or ``pkg.mod:function``; None when the project has none."""
    text = entry_point.strip()
    if text.startswith("-m "):
        return module_file(root, text[3:].strip())
    function = _FUNCTION.fullmatch(text)
    if function:
        return module_file(root, function[1])
    path = root / text
    inside = not Path(text).is_absolute() and ".." not in Path(text).parts
    return path if inside and path.is_file() else None


def function_name(entry_point: str) -> str:
    """The function of ``pkg.mod:function``; empty for other forms.

    >>> function_name("a.b:main"), function_name("a/b.py")
    ('main', '')
    """
    function = _FUNCTION.fullmatch(entry_point.strip())
    return function[2] if function else ""


def module_file(root: Path, module: str) -> Path | None:
    """The source of a module of the project, in a folder that it imports from; a package is its ``__main__``."""
    return module_in(module_folders(root), module)


def module_folders(root: Path) -> list[Path]:
    """Where the modules of a project are looked for."""
    return [root, root / SRC, *(root / folder for folder in import_folders(root))]


def module_in(folders: Iterable[Path], module: str) -> Path | None:
    """The source of a module in the first folder that has it. Most are in none, which is why this is plain text."""
    parts = module.split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    for base in folders:
        stem = "/".join([str(base), *parts])
        for path in (f"{stem}.py", f"{stem}/__main__.py", f"{stem}/__init__.py"):
            if os.path.isfile(path):  # noqa: PTH113 - a path object for each would take most of the time
                return Path(path)
    return None


def python_files(root: Path, suffix: str = ".py") -> list[str]:
    """The Python sources of a project, POSIX and sorted; without environments and what is built."""
    found: list[str] = []
    for folder, folders, files in walk_folders(root):
        folders[:] = sorted(name for name in folders if is_source_folder(Path(folder), name))
        here = Path(folder).relative_to(root)
        found += [(here / name).as_posix() for name in sorted(files) if name.endswith(suffix)]
        if len(found) > _MOST_FILES:
            break
    return sorted(found)


def is_template(name: str) -> bool:
    """Whether a name is only filled in when a project is made of it, by cookiecutter, copier, or their kin.

    >>> is_template("{{ cookiecutter.name }}"), is_template("{% if x %}src{% endif %}"), is_template("{x}")
    (True, True, False)
    """
    return ("{{" in name and "}}" in name) or ("{%" in name and "%}" in name)


def is_source_folder(folder: Path, name: str) -> bool:
    """Whether a folder may hold code of the project: no cache, no environment, no template, nothing that is built."""
    if name.startswith(".") or name in _NOT_SOURCES or name.endswith(".egg-info") or is_template(name):
        return False
    # Asking costs a look at the disk for each folder.
    return not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))  # noqa: PTH110, PTH118
