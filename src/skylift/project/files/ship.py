"""The files that go with a job (joint 7).

::

    what git tracks and does not ignore      without git: everything
      - .skyliftignore                       in the syntax of .gitignore
      - folders of local channels            they travel as data
      + ship.include
      - what never ships                     .git, .env, environments, caches, .skylift
"""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from skylift.errors import UsageError
from skylift.host.files import is_text, read_source_text
from skylift.project.files.git import git, is_repository, names
from skylift.project.source.walking import DEEPEST
from skylift.values.project import ShippedFile

if TYPE_CHECKING:
    import pathspec

IGNORE_FILE = ".skyliftignore"
_HINT = f"name it in {IGNORE_FILE}, or make it a channel"
_NEVER = frozenset(
    {
        ".DS_Store",
        ".git",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".skylift",
        "__pycache__",
        "node_modules",
        "skylift.local.toml",
        "pylock.skylift-draft.toml",
        # What it says is installed beside the code; with it every renewed lock would change the code too.
        "pylock.skylift.toml",
    }
)


def files_that_ship(
    root: Path, include: Sequence[str] = (), *, without: Sequence[str] = ()
) -> tuple[ShippedFile, ...]:
    """Tracked and untracked-not-ignored files, minus ``.skyliftignore``, plus ``include``; sorted by path.

    :param without: folders that travel otherwise, as channels.
    :raises UsageError: for links that leave the project, and for what is neither file nor link.
    :raises NotReady: when the project is in git, and git can not be asked.
    """
    base = root.resolve()
    ignored = _rules(base)
    channels = _folders(base, without)
    paths = {path for path in _listed(base) if not ignored.match_file(path) and not _is_in(path, channels)}
    paths |= _included(base, include)
    never = NeverShips(base)
    kept = sorted(path for path in paths if not never.covers(path))
    found = [_file(base, path) for path in kept]
    problems = [one for one in found if isinstance(one, str)]
    if problems:
        raise UsageError("\n".join(problems), hints=(_HINT,), problems=problems)
    return tuple(one for one in found if isinstance(one, ShippedFile))


class NeverShips:
    """What stays here whatever the rules say."""

    def __init__(self, root: Path) -> None:
        self._is_environment = cache(lambda folder: _is_environment(root / folder))

    def covers(self, path: str) -> bool:
        return bool(self.because(path))

    def because(self, path: str) -> str:
        """What it is that never ships, for people; empty where it may."""
        parts = path.split("/")
        for part in parts:
            if part in _NEVER or part.startswith(".env"):
                return f"`{part}` never ships"
        folders = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
        environment = next((folder for folder in folders if self._is_environment(folder)), "")
        if environment:
            return f"`{environment}` is an environment, which never ships"
        return "byte-code never ships" if path.endswith(".pyc") else ""


def _is_environment(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").exists() or (folder / "conda-meta").is_dir()


def _rules(root: Path) -> pathspec.GitIgnoreSpec:
    path = root / IGNORE_FILE
    return patterns(read_source_text(path).splitlines() if path.is_file() else [])


def patterns(lines: Sequence[str]) -> pathspec.GitIgnoreSpec:
    """What matches as lines of a ``.gitignore`` do."""
    # Imported here: verbs for which nothing ships would wait for it.
    import pathspec

    return pathspec.GitIgnoreSpec.from_lines(lines)


def _folders(root: Path, folders: Iterable[str]) -> tuple[str, ...]:
    """Folders of the project among these, POSIX and relative; those elsewhere do not ship anyhow."""
    relative = {posixpath.normpath(os.path.relpath(root / folder, root)) for folder in folders}
    # A channel that is the whole project takes no file away from it.
    return tuple(sorted(folder for folder in relative if folder != "." and not folder.startswith("..")))


def _is_in(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders) or any(
        # The folder lies behind this link.
        folder.startswith(f"{path}/")
        for folder in folders
    )


def _listed(root: Path) -> Iterable[str]:
    # A folder that its repository ignores as a whole is a project of its own, outside of git.
    return (_known_to_git(root) if is_repository(root) else []) or _walked(root)


def _known_to_git(folder: Path) -> list[str]:
    found: list[str] = []
    for name in dict.fromkeys(
        names(git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard"))
    ):
        path = folder / name
        if path.is_symlink() or not path.is_dir():
            found.append(name)
        elif (path / ".git").exists():
            # A submodule, or a repository inside this one: git lists it as one name.
            found += [posixpath.join(name.rstrip("/"), inner) for inner in _known_to_git(path)]
    return found


def _walked(root: Path) -> Iterator[str]:
    never = NeverShips(root)
    for folder, folders, files in os.walk(root):
        here = Path(folder).relative_to(root)
        if len(here.parts) > DEEPEST:
            what = f"below {'/'.join(here.parts[:3])} there are more than {DEEPEST} folders in each other"
            raise UsageError(what, hints=("move them out of the project",))
        below = [name for name in folders if not never.covers((here / name / "file").as_posix())]
        links = [name for name in below if (root / here / name).is_symlink()]
        folders[:] = [name for name in below if name not in links]
        yield from ((here / name).as_posix() for name in (*files, *links))


def _included(root: Path, lines: Sequence[str]) -> set[str]:
    if not lines:
        return set()
    spec = patterns(lines)
    return {path for path in _walked(root) if spec.match_file(path)}


def _file(root: Path, path: str) -> ShippedFile | str | None:
    """The file; None for one that is tracked but deleted; a sentence for one that can not ship."""
    full = root / path
    if not _is_utf8(path):
        return f"the name of a file is not UTF-8: {path.encode(errors='backslashreplace').decode()}"
    try:
        mode = full.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(mode):
        return _link(root, full, path)
    if stat.S_ISREG(mode):
        return ShippedFile(path, executable=bool(mode & stat.S_IXUSR))
    return f"{path} is neither a file nor a link"


def _is_utf8(path: str) -> bool:
    # git's output comes with U+FFFD for what is not UTF-8, a walk's with surrogates.
    return "\ufffd" not in path and is_text(path)


def _link(root: Path, full: Path, path: str) -> ShippedFile | str:
    target = os.readlink(full)  # noqa: PTH115 - Path would tidy the text
    reached = os.path.normpath(full.parent / target)
    really = os.path.realpath(full)
    if not all(Path(place).is_relative_to(root) for place in (reached, really)):
        return f"{path} is a link that leaves the project: {target}"
    return ShippedFile(path, link=Path(os.path.relpath(reached, full.parent)).as_posix())
