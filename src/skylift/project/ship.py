"""The files that go with a job (joint 7): what git knows and what it does not ignore, less what never travels."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pathspec

from skylift.errors import NotReady, UsageError
from skylift.host.processes import CommandFailed, run
from skylift.values.project import ShippedFile

_IGNORE_FILE = ".skyliftignore"
_NEVER = pathspec.GitIgnoreSpec.from_lines(
    [
        ".git",
        ".env",
        ".env.*",
        ".skylift/",
        "skylift.local.toml",
        "__pycache__/",
        ".mypy_cache/",
        ".pytest_cache/",
        ".ruff_cache/",
        ".ipynb_checkpoints/",
        "node_modules/",
        ".venv/",
        "*.pyc",
        ".DS_Store",
    ]
)


def files_that_ship(
    root: Path, include: Sequence[str] = (), *, without: Sequence[str] = ()
) -> tuple[ShippedFile, ...]:
    """Tracked and untracked-not-ignored files, minus ``.skyliftignore``, plus ``include``; sorted by path.

    ``without`` are folders that travel otherwise, as channels.

    :raises UsageError: for links that leave the project and for what is neither file, folder nor link.
    """
    base = root.resolve()
    ignored = _ignore_rules(root)
    elsewhere = tuple(folder.strip("./").rstrip("/") + "/" for folder in without)
    listed = (path for path in _listed(base) if not ignored.match_file(path))
    wanted = {*listed, *_included(base, include)}
    kept = sorted(path for path in wanted if not _NEVER.match_file(path) and not path.startswith(elsewhere))
    environments = _environments(kept)
    found = [_described(base, path) for path in kept if not path.startswith(environments)]
    return tuple(file for file in found if file is not None)


def _ignore_rules(root: Path) -> pathspec.GitIgnoreSpec:
    path = root / _IGNORE_FILE
    return pathspec.GitIgnoreSpec.from_lines(path.read_text().splitlines() if path.exists() else [])


def _listed(root: Path) -> Iterable[str]:
    try:
        inside = run(["git", "rev-parse", "--is-inside-work-tree"], cwd=root).strip() == "true"
    except (NotReady, CommandFailed):
        inside = False
    if not inside:
        return _walked(root)
    # os.fsdecode's counterpart: names that are not UTF-8 come as surrogates and go back the same way.
    out = run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root)
    return [path for path in out.split("\0") if path]


def _walked(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        kept = [
            name
            for name in folders
            if not _NEVER.match_file((here / name).relative_to(root).as_posix() + "/")
        ]
        links = [name for name in kept if (here / name).is_symlink()]
        folders[:] = [name for name in kept if name not in links]
        yield from ((here / name).relative_to(root).as_posix() for name in (*files, *links))


def _included(root: Path, patterns: Sequence[str]) -> list[str]:
    if not patterns:
        return []
    spec = pathspec.GitIgnoreSpec.from_lines(patterns)
    return [path for path in _walked(root) if spec.match_file(path)]


def _environments(paths: Iterable[str]) -> tuple[str, ...]:
    marked = [path for path in paths if path.rpartition("/")[2] == "pyvenv.cfg"]
    return tuple(path.removesuffix("pyvenv.cfg") for path in marked if "/" in path)


def _described(root: Path, path: str) -> ShippedFile | None:
    full = root / path
    try:
        mode = full.lstat().st_mode
    except FileNotFoundError:
        # Tracked, but deleted in the working tree.
        return None
    if stat.S_ISLNK(mode):
        return ShippedFile(path, link=_link(root, full, path))
    if stat.S_ISREG(mode):
        return ShippedFile(path, executable=bool(mode & 0o100))
    if stat.S_ISDIR(mode):
        # A submodule, or a repository inside this one: git lists it as one name.
        return None
    raise UsageError(
        f"{path} is neither a file nor a folder",
        hints=(f"remove it, or name it in {_IGNORE_FILE}",),
        path=path,
    )


def _link(root: Path, full: Path, path: str) -> str:
    target = str(full.readlink())
    resolved = Path(os.path.normpath(full.parent / target))
    if Path(target).is_absolute() or not resolved.is_relative_to(root):
        raise UsageError(
            f"{path} is a link that leaves the project: {target}",
            hints=(f"copy what it points to, or name it in {_IGNORE_FILE}",),
            path=path,
        )
    return target
