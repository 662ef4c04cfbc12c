"""The folders of a project, as far as a glance tells: what is there, what is code, what ships."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path

from skylift.errors import SkyliftError
from skylift.project.files.made import Made
from skylift.project.files.ship import files_that_ship
from skylift.project.source.program import Program
from skylift.project.source.walking import paths_matching, walk_folders

_MOST_ENTRIES = 3000
_MARKERS = frozenset({".gitkeep", ".keep", ".gitignore", "readme.md", "readme.txt", "readme", ".ds_store"})
_SETTINGS = frozenset(
    {".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".env", ".gin", ".py", ".sh", ".md"}
)
_PERHAPS_SETTINGS = frozenset({".json", ".txt", ".sql"})
_SMALL = 1 << 20
_MATERIAL = frozenset(
    {".csv", ".tsv", ".parquet", ".feather", ".arrow", ".npy", ".npz", ".pkl", ".pickle", ".joblib", ".pt", ".pth", ".bin", ".h5", ".onnx", ".safetensors"}
)  # fmt: skip
"""What nobody keeps a password in. Text may well be ignored by git for that."""
_TRAVELS_WITH_CODE = 20_000_000
NAMES_OF_DATA = (
    "data",
    "dataset",
    "datasets",
    "input",
    "inputs",
    "raw",
    "corpus",
    "train",
    "test",
    "images",
)


@dataclass
class Ground:
    """The project on disk. Nothing is read but names and sizes, and not without end."""

    program: Program
    made: Sequence[Made] = ()
    """What other jobs make: it counts as if it were here, for whoever runs them in their order has it."""
    glances: dict[str, tuple[int, int, bool]] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.program.root

    def leads(self, text: str) -> str:
        """Where a path leads: ``inside`` the project, ``beside`` it, ``away``; ``off`` for what is no path here."""
        if "://" in text or "\0" in text:
            return "off"
        if "\\" in text or text.startswith(("/", "~")) or text[1:2] == ":":
            return "away"
        parts = posixpath.normpath(text).split("/")
        if parts[:2] == ["..", ".."]:
            return "away"
        if parts[0] == "..":
            return "beside"
        try:
            return "inside" if (self.root / text).resolve().is_relative_to(self.root.resolve()) else "away"
        except (OSError, RuntimeError, ValueError):
            return "off"

    def is_folder(self, text: str) -> bool:
        try:
            there = (self.root / text).is_dir()
        except (OSError, ValueError):
            return False
        return there or any(one.is_folder(posixpath.normpath(text)) for one in self.made)

    def is_file(self, text: str) -> bool:
        try:
            there = (self.root / text).is_file()
        except (OSError, ValueError):
            return False
        return there or any(one.is_file(posixpath.normpath(text)) for one in self.made)

    def matches(self, text: str) -> bool:
        """Whether a path, perhaps with ``*`` in it, is there."""
        if "*" not in text:
            return self.is_folder(text) or self.is_file(text)
        if any(one.matches(posixpath.normpath(text)) for one in self.made):
            return True
        try:
            return bool(paths_matching(self.root, text))
        except (OSError, ValueError, NotImplementedError, RecursionError):
            return False

    def is_code(self, folder: str) -> bool:
        """Whether the program, or a package, lies in a folder: it has to ship, so it can be no channel."""
        if folder in (".", ""):
            return True
        place = self.root / folder
        if (place / "__init__.py").exists():
            return True
        files = [path for path, _ in self.program.modules]
        return any(path.is_relative_to(place) for path in files)

    def started_in(self, text: str) -> str:
        """The folder in which a program has to be started to find a path: its own, or, empty, the project's root."""
        home = posixpath.dirname(self.program.name)
        if not home or self.matches(text):
            return ""
        beside = posixpath.normpath(posixpath.join(home, text))
        return home if not beside.startswith("..") and self.matches(beside) else ""

    def is_settings(self, text: str) -> bool:
        """Whether a file is more likely part of the program than its data; it ships with the code."""
        suffix = posixpath.splitext(text)[1].lower()
        if suffix in _SETTINGS:
            return True
        folders = posixpath.dirname(text).lower().split("/")
        if suffix not in _PERHAPS_SETTINGS or any(name in NAMES_OF_DATA for name in folders):
            return False
        try:
            return (self.root / text).stat().st_size < _SMALL
        except (OSError, ValueError):
            return False

    def may_ship(self, text: str) -> bool:
        """Whether a file that git ignores can go along with the code: data or a model, and not large."""
        if self.maker(text):
            return True
        if not self.is_file(text) or posixpath.splitext(text)[1].lower() not in _MATERIAL:
            return False
        return 0 < _size(str(self.root / text)) <= _TRAVELS_WITH_CODE

    def maker(self, path: str) -> str:
        """The other job that makes a file, or something in a folder; empty where it is here, or nobody does."""
        plain = posixpath.normpath(path)
        if (self.root / plain).exists():
            return ""
        makers = (one.job for one in self.made if one.is_file(plain) or one.is_folder(plain))
        return next(makers, "")

    def holds_programs(self, folder: str) -> bool:
        """Whether there are programs in a folder, or right in the folders there."""
        names = islice(_entries(self.root / folder), _MOST_ENTRIES)
        near = len((self.root / folder).parts) + 2
        return any(name.endswith(".py") and len(Path(path).parts) <= near for name, path in names)

    def holds_something(self, folder: str) -> bool:
        return bool(self.maker(folder)) or self.glance(folder)[0] > 0

    def holds_data(self, folder: str) -> bool:
        """Whether there is more in a folder than settings, and programs that are not part of this one."""
        if self.maker(folder):
            return True
        names = islice(_entries(self.root / folder), _MOST_ENTRIES)
        data = (name for name, _ in names if not _is_marker(name))
        return any(posixpath.splitext(name)[1].lower() not in _SETTINGS for name in data)

    def glance(self, folder: str) -> tuple[int, int, bool]:
        """Files and bytes in a folder, and whether there are more than were looked at."""
        if folder not in self.glances:
            files = size = seen = 0
            for name, path in _entries(self.root / folder):
                seen += 1
                if seen > _MOST_ENTRIES:
                    break
                if not _is_marker(name):
                    files += 1
                    size += _size(path)
            self.glances[folder] = files, size, seen > _MOST_ENTRIES
        return self.glances[folder]

    def amount(self, folder: str) -> str:
        """The size of a folder, for people: ``3 files, 2.0 MB``."""
        maker = self.maker(folder)
        if maker:
            return f"the job `{maker}` makes it"
        files, size, more = self.glance(folder)
        said = f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB" if size >= 1e5 else ""
        return ", ".join(
            [f"{'over ' if more else ''}{files} file{'' if files == 1 else 's'}", *([said] if said else [])]
        )

    @cached_property
    def shipped(self) -> frozenset[str] | None:
        """The files that ship, or None where that can not be said."""
        try:
            return frozenset(file.path for file in files_that_ship(self.root))
        except (SkyliftError, OSError):
            return None

    def ships(self, path: str) -> bool:
        """Whether a file ships, or anything in a folder."""
        if self.shipped is None:
            return True
        below = f"{posixpath.normpath(path)}/"
        return path in self.shipped or any(file.startswith(below) for file in self.shipped)


def _entries(folder: Path) -> Iterator[tuple[str, str]]:
    for parent, folders, names in walk_folders(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from ((name, os.path.join(parent, name)) for name in sorted(names))  # noqa: PTH118 - there may be many


def _is_marker(name: str) -> bool:
    # What dvc keeps of a file stands there in place of it.
    return name.lower() in _MARKERS or name.endswith(".dvc")


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - there may be many
    except OSError:
        return 0
