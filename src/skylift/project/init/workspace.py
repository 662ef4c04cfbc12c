"""Which folder is the project: the one the user stands in, in a repository or a workspace of several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from skylift.errors import NotReady, UsageError
from skylift.project.config.find import find_root, has_config
from skylift.project.source.walking import paths_matching

MARKS = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "environment.yml",
    "environment.yaml",
    "conda.yaml",
    "Pipfile",
    "MLproject",
    "dvc.yaml",
    "requirements.in",
    "pixi.toml",
)
_SOURCES = ("*.py", "*.ipynb")


def project_folder(start: Path, *, home: Path | None = None) -> Path:
    """The folder that ``init`` is about: the nearest one upwards that is a project by itself.

    An example of a repository of examples is one, where its requirements lie beside it, and also where the
    repository as a whole is none.

    :param home: the user's home, which is never a project by accident.
    :raises NotReady: when ``start`` is not there.
    :raises UsageError: in the home folder and in ``/``, whose files are not one project.
    """
    if not start.exists():
        raise NotReady(f"no such folder: {start}")
    here = start.resolve()
    here = here if here.is_dir() else here.parent
    own = (home or Path.home()).resolve()
    configured = find_root(here)
    if (configured / "skylift.toml").is_file() or has_config(configured / "pyproject.toml"):
        return configured
    if here == Path(here.anchor) or here == own:
        where = "the home folder" if here == own else "the whole machine"
        hint = "go to your project first: cd my-project && skylift init"
        raise UsageError(f"{here} is {where}, not a project", hints=(hint,))
    return _nearest(here, own)


def _nearest(here: Path, home: Path) -> Path:
    top = None
    for folder in (here, *here.parents):
        if folder == home or folder == Path(folder.anchor):
            break
        if _is_marked(folder):
            return folder
        if (folder / ".git").exists():
            top = folder
            break
    # No folder says that it is a project: a repository of scripts is one, and so is a folder of a collection.
    return here if top is None or _is_apart(here, top) else top


def _is_marked(folder: Path) -> bool:
    return any((folder / name).is_file() for name in MARKS)


def _is_apart(here: Path, top: Path) -> bool:
    """Whether a folder has programs of its own, and its repository has none in its root."""
    if here == top or (here / "__init__.py").exists():
        return False
    beside = any(next(top.glob(pattern), None) is not None for pattern in _SOURCES)
    return not beside and any(next(here.glob(pattern), None) is not None for pattern in _SOURCES)


def members(root: Path, pyproject: Mapping[str, Any]) -> list[str]:
    """The projects of a workspace, as its root declares them; with their own pyproject.toml or setup.py."""
    found: set[str] = set()
    for pattern, excluded in _patterns(pyproject):
        for path in paths_matching(root, pattern):
            name = path.relative_to(root).as_posix() if path.is_relative_to(root) else ""
            is_project = any((path / mark).is_file() for mark in ("pyproject.toml", "setup.py"))
            if name not in ("", ".") and is_project and not any(path.match(one) for one in excluded):
                found.add(name)
    return sorted(found)


def _patterns(pyproject: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    tool = pyproject.get("tool")
    uv = _at(tool, "uv", "workspace")
    for pattern in _texts(uv.get("members")):
        yield pattern, _texts(uv.get("exclude"))
    hatch = _at(tool, "hatch", "workspace").get("members") or _at(
        tool, "hatch", "envs", "default", "workspace"
    ).get("members")
    for member in hatch if isinstance(hatch, list) else ():
        text = member.get("path") if isinstance(member, Mapping) else member
        yield from [(text, [])] if isinstance(text, str) else []
    groups = _at(tool, "poetry", "group")
    tables = [
        _at(tool, "poetry", "dependencies"),
        *(_at(groups, str(name), "dependencies") for name in groups),
    ]
    for table in (*tables, _at(tool, "uv", "sources")):
        for entry in table.values():
            path = entry.get("path") if isinstance(entry, Mapping) else None
            if isinstance(path, str):
                yield path.removeprefix("./"), []
    for line in _development(_at(tool, "pdm", "dev-dependencies")):
        yield line, []


def _development(groups: Mapping[str, Any]) -> Iterator[str]:
    """PDM: ``-e file:///${PROJECT_ROOT}/packages/a``."""
    for lines in groups.values():
        for line in _texts(lines):
            _, found, path = line.partition("${PROJECT_ROOT}/")
            if found:
                yield path.partition("#")[0].strip()


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _at(table: Any, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        table = table.get(key) if isinstance(table, Mapping) else None
    return table if isinstance(table, Mapping) else {}
