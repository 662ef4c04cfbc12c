"""The files of a project that may say what it needs: found by one bounded walk, read whole or not at all."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from skylift.host.files import read_source

_DEPTH = 4
_MOST_ENTRIES = 20_000
_MOST_IN_A_FOLDER = 2_000
_MOST_BYTES = 2_000_000
_HIDDEN = frozenset({".circleci", ".github", ".pip", ".streamlit", ".devcontainer"})
_NOT_THE_PROJECTS = frozenset(
    {"node_modules", "site-packages", "__pycache__", "build", "dist", "wandb", "mlruns"}
)
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


@dataclass(frozen=True)
class Listing:
    """The upper storeys of a project's tree: what declares something lies there, data lies below."""

    root: Path
    files: tuple[str, ...]
    """POSIX, relative to the root; those nearer to it come first."""

    @classmethod
    def of(cls, root: Path, programs: Collection[str] = ()) -> Listing:
        """Walk a project's folders, and those on the way to its programs, however deep these are."""
        ways = {parent.as_posix() for name in programs for parent in PurePosixPath(name).parents}
        return cls(root, tuple(sorted(_walk(root, ways), key=lambda name: (name.count("/"), name))))

    def matching(self, pattern: str) -> list[str]:
        """Files whose name alone, without its folder, is as the pattern says."""
        fits = re.compile(pattern, re.IGNORECASE)
        return [name for name in self.files if fits.fullmatch(name.rpartition("/")[2])]

    def has(self, name: str) -> bool:
        """Whether a file lies there, and within the project."""
        path = self.root / name
        try:
            return path.is_file() and path.resolve().is_relative_to(self.root.resolve())
        except (OSError, RuntimeError, ValueError):
            return False

    def text(self, name: str, most: int = _MOST_BYTES) -> str:
        """A file as text, whatever its encoding; nothing when it can not be read, or is no text of a human's size.

        :param most: characters that are looked at.
        """
        return text_of(self.root / name)[:most]


def text_of(path: Path) -> str:
    """As :meth:`Listing.text`, of any file."""
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return ""
        raw = read_source(path, _MOST_BYTES)
    except OSError:
        return ""
    # What PowerShell writes by `pip freeze > requirements.txt` is UTF-16.
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), "utf-8")
    return raw.decode(encoding, errors="replace").replace("\r\n", "\n").replace("\0", "")


def _walk(root: Path, ways: Collection[str]) -> Iterator[str]:
    waiting, seen = deque([("", 0)]), 0
    while waiting and seen < _MOST_ENTRIES:
        folder, depth = waiting.popleft()
        for entry in _entries(root / folder):
            seen += 1
            name = f"{folder}/{entry.name}".lstrip("/")
            if _is_file(entry):
                yield name
            elif (depth < _DEPTH or name in ways) and _is_the_projects(entry):
                waiting.append((name, depth + 1))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    found: list[os.DirEntry[str]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                found.append(entry)
                if len(found) >= _MOST_IN_A_FOLDER:
                    break
    except OSError:
        return []
    return sorted(found, key=lambda entry: entry.name)


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _is_the_projects(entry: os.DirEntry[str]) -> bool:
    if entry.name in _NOT_THE_PROJECTS or (entry.name.startswith(".") and entry.name not in _HIDDEN):
        return False
    try:
        return entry.is_dir(follow_symlinks=False) and not os.path.exists(f"{entry.path}/pyvenv.cfg")  # noqa: PTH110
    except OSError:
        return False
