"""Which folders of a project its modules are imported from: what it tells its build backend, read and never run."""

from __future__ import annotations

import ast
import configparser
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from skylift.host.files import read_source_text
from skylift.host.toml import NotToml, read_toml
from skylift.project.source.literals import literal
from skylift.project.source.parsing import parsed
from skylift.project.source.trees import walk

SRC = "src"
_PYPROJECT, _CFG, _SETUP = "pyproject.toml", "setup.cfg", "setup.py"
_ALL = 64
_MOST_BYTES = 1 << 20


def import_folders(root: Path) -> tuple[str, ...]:
    """Folders below the root that go on ``sys.path``, as an editable install would have it; the root itself is implied.

    What an install renames, so that ``lib/x`` is the package ``y``, no folder on a path can give: it is not told.
    """
    stamps = tuple(_stamp(root / name) for name in (_PYPROJECT, _CFG, _SETUP))
    return _declared(root, stamps)


def renamed_packages(root: Path) -> tuple[str, ...]:
    """Packages that an install finds under another name than their folder has: no path can make them importable."""
    try:
        tables = [
            (read_toml(root / _PYPROJECT) or {}).get("tool", {}).get("setuptools", {}).get("package-dir")
        ]
    except (NotToml, OSError, AttributeError):
        tables = []
    tables.append(_cfg_package_dir(_cfg(root / _CFG)))
    named = [
        (str(name), str(folder))
        for table in tables
        if isinstance(table, Mapping)
        for name, folder in table.items()
    ]
    return tuple(name for name, folder in named if name and not list(_package_dir({name: folder})))


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=_ALL)
def _declared(root: Path, stamps: tuple[int, ...]) -> tuple[str, ...]:  # noqa: ARG001 - a key of the cache
    said = [*_pyproject(root / _PYPROJECT), *_setup_cfg(root / _CFG), *_setup_py(root / _SETUP)]
    folders = dict.fromkeys(PurePosixPath(name).as_posix() for name in said if isinstance(name, str))
    return tuple(
        name
        for name in folders
        if name not in (".", "")
        and not name.startswith("/")
        and ".." not in PurePosixPath(name).parts
        and (root / name).is_dir()
    )


def _pyproject(path: Path) -> Iterator[Any]:
    try:
        tool = (read_toml(path) or {}).get("tool")
    except (NotToml, OSError):
        return
    for names, read in _BACKENDS:
        table: Any = tool
        for name in names.split("."):
            table = table.get(name) if isinstance(table, Mapping) else None
        if table is not None:
            yield from read(table)


def _package_dir(table: Any) -> Iterator[Any]:
    """``{"" = "lib", pkg = "lib/pkg"}``"""
    for package, folder in table.items() if isinstance(table, Mapping) else ():
        parts = str(package).split(".") if package else []
        found = PurePosixPath(str(folder))
        if list(found.parts[len(found.parts) - len(parts) :]) == parts:
            yield PurePosixPath(*found.parts[: len(found.parts) - len(parts)]).as_posix()


def _parents(packages: Any) -> Iterator[Any]:
    """``["lib/pkg"]``, or with scikit-build ``{pkg = "lib/pkg"}``"""
    if isinstance(packages, Mapping):
        yield from _package_dir(packages)
    elif isinstance(packages, list):
        yield from (PurePosixPath(name).parent.as_posix() for name in packages if isinstance(name, str))


def _sources(table: Any) -> Iterator[Any]:
    """Hatch: ``["lib"]`` or ``{lib = ""}``."""
    if isinstance(table, Mapping):
        yield from (folder for folder, prefix in table.items() if prefix == "")
    else:
        yield from _list(table)


def _from(packages: Any) -> Iterator[Any]:
    """Poetry: ``[{include = "pkg", from = "lib"}]``"""
    for package in packages if isinstance(packages, list) else ():
        if isinstance(package, Mapping) and isinstance(package.get("from"), str):
            yield package["from"]


def _list(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, list) else (value,)


_BACKENDS: tuple[tuple[str, Callable[[Any], Iterable[Any]]], ...] = (
    ("setuptools.package-dir", _package_dir),
    ("setuptools.packages.find.where", _list),
    ("hatch.build.targets.wheel.packages", _parents),
    ("hatch.build.targets.wheel.sources", _sources),
    ("hatch.build.packages", _parents),
    ("hatch.build.sources", _sources),
    ("hatch.build.dev-mode-dirs", _list),
    ("poetry.packages", _from),
    ("pdm.build.package-dir", _list),
    ("uv.build-backend.module-root", _list),
    ("maturin.python-source", _list),
    ("scikit-build.wheel.packages", _parents),
)


def _cfg(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(read_source_text(path, _MOST_BYTES))
    except (OSError, configparser.Error):
        parser.clear()
    return parser


def _cfg_package_dir(parser: configparser.ConfigParser) -> dict[str, str]:
    lines = parser.get("options", "package_dir", fallback="").splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {name.strip(): folder.strip() for name, _, folder in pairs}


def _setup_cfg(path: Path) -> Iterator[Any]:
    parser = _cfg(path)
    yield from _package_dir(_cfg_package_dir(parser))
    yield parser.get("options.packages.find", "where", fallback="").strip()


def _setup_py(path: Path) -> Iterator[Any]:
    tree = parsed(path)
    if tree is None:
        return
    for node in walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        keywords = {keyword.arg: _value(keyword.value) for keyword in node.keywords if keyword.arg}
        if name == "setup":
            yield from _package_dir(keywords.get("package_dir"))
        elif name in ("find_packages", "find_namespace_packages"):
            yield keywords.get("where") or (_value(node.args[0]) if node.args else None)


def _value(node: ast.expr) -> Any:
    found = literal(node, {})
    return found.value if found is not None else None
