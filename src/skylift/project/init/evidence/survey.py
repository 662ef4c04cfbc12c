"""One look over a project's files, bounded, from which everything else is asked."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from skylift.host.files import read_source
from skylift.project.source.documents import parse_yaml
from skylift.project.source.entry import is_source_folder, is_template
from skylift.project.source.walking import walk_folders

_MOST_FILES = 20_000
_MOST_BYTES = 512 * 1024
_MOST_NOTEBOOK_BYTES = 2 << 20
"""Pictures stand in it, as text."""
_DEEPEST = 12
_HIDDEN = frozenset({".github", ".circleci", ".vscode", ".gitlab", ".sagemaker"})


@dataclass
class Survey:
    """The files of a project, and the text of those that were asked for."""

    root: Path
    files: tuple[str, ...]
    """POSIX, relative, sorted."""
    closed: tuple[str, ...] = ()
    """Folders that could not be read."""
    whole: bool = True
    """False when there was more than is looked at."""
    templates: tuple[str, ...] = ()
    """Folders and files that only a project made of them will have."""
    _texts: dict[str, str] = field(default_factory=dict)
    _names: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path) -> Survey:
        """Walk the project once. Links to folders are not followed: they may lead out, or in circles."""
        found: list[str] = []
        closed: list[str] = []
        templates: list[str] = []
        whole = True
        failed = lambda error: closed.append(_shown(root, error.filename))  # noqa: E731
        for folder, folders, files in walk_folders(root, onerror=failed):
            here = Path(folder).relative_to(root)
            deep = len(here.parts) >= _DEEPEST
            templates += [(here / name).as_posix() for name in (*folders, *files) if is_template(name)]
            folders[:] = sorted(name for name in folders if not deep and _is_looked_into(Path(folder), name))
            room = _MOST_FILES - len(found)
            found += [(here / name).as_posix() for name in sorted(files)[:room] if not is_template(name)]
            if len(files) >= room:
                whole = False
                break
        return cls(root, tuple(sorted(found)), tuple(closed), whole, tuple(sorted(templates)))

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(self.files)

    @property
    def is_template(self) -> bool:
        """Whether projects are made of this one: what they will have stands in a folder of its root."""
        return any("/" not in path for path in self.templates)

    def with_suffix(self, suffix: str) -> list[str]:
        return [path for path in self.files if path.endswith(suffix)]

    def named(self, *names: str, deep: bool = False) -> list[str]:
        """Files of these names in the root, or anywhere."""
        wanted = set(names)
        return [
            path
            for path in self.files
            if (deep or "/" not in path) and PurePosixPath(path).name.lower() in wanted
        ]

    def text(self, path: str) -> str:
        """A file's text; empty for what is too long, or can not be read."""
        if path not in self._texts:
            self._texts[path] = _text(self.root / path)
        return self._texts[path]

    def yaml(self, path: str) -> Any:
        """The value of a YAML file; None when it is none."""
        return parse_yaml(self.text(path))

    def ending(self, tail: str) -> list[str]:
        """Files whose path ends like this: ``src/train.py`` is ``code/src/train.py``, too."""
        if not self._names:
            for path in self.files:
                self._names.setdefault(PurePosixPath(path).name, []).append(path)
        wanted = PurePosixPath(tail)
        among = self._names.get(wanted.name, [])
        return [path for path in among if PurePosixPath(path).parts[-len(wanted.parts) :] == wanted.parts]


def _is_looked_into(folder: Path, name: str) -> bool:
    if (folder / name).is_symlink():
        return False
    return name in _HIDDEN or is_source_folder(folder, name)


def _shown(root: Path, path: object) -> str:
    try:
        return Path(str(path)).relative_to(root).as_posix()
    except ValueError:
        return str(path)


def _text(path: Path) -> str:
    try:
        found = path.stat()
        # What is no file, a pipe for one, might never answer.
        most = _MOST_NOTEBOOK_BYTES if path.suffix == ".ipynb" else _MOST_BYTES
        if not stat.S_ISREG(found.st_mode) or found.st_size > most:
            return ""
        return read_source(path, most).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""
