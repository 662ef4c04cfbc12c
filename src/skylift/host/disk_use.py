"""What folders take on disk, and removing them without reaching anything that is not in them."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from skylift.errors import NotReady
from skylift.host.files import file_lock, remove_tree

_BLOCK = 512
"""The unit of st_blocks, whatever the file system's own is."""
_MOUNTS = Path("/proc/self/mountinfo")


@dataclass(frozen=True)
class Use:
    """What something takes: allocated bytes, not the lengths of files."""

    files: int = 0
    bytes: int = 0

    def __add__(self, other: Use) -> Use:
        return Use(self.files + other.files, self.bytes + other.bytes)


class Meter:
    """Adds up what paths take. A file of several names counts once; links are not followed, mounts not entered."""

    def __init__(self, without: Iterable[Path] = ()) -> None:
        self._seen: set[tuple[int, int]] = set()
        self._without = frozenset(without)

    def use(self, *paths: Path) -> Use:
        files = taken = 0
        left = list(paths)
        while left:
            path = left.pop()
            if path in self._without:
                continue
            try:
                found = path.lstat()
            except OSError:
                # It has just gone, or is closed to us.
                continue
            key = (found.st_dev, found.st_ino)
            is_folder = _is_folder(found)
            if not is_folder and found.st_nlink > 1:
                if key in self._seen:
                    continue
                self._seen.add(key)
            files += not is_folder
            taken += found.st_blocks * _BLOCK
            if is_folder:
                left += _within(path, found.st_dev)
        return Use(files, taken)


def _is_folder(found: os.stat_result) -> bool:
    return (found.st_mode & 0o170000) == 0o040000


def _within(folder: Path, device: int) -> list[Path]:
    found: list[Path] = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                if entry.stat(follow_symlinks=False).st_dev == device:
                    found.append(Path(entry.path))
    return found


def mounts_below(path: Path, table: Path = _MOUNTS) -> list[Path]:
    """What is mounted at a path or below it; other people's files, as a rule. None known where there is no /proc."""
    root = path.parent.resolve() / path.name
    try:
        lines = table.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return []
    points = (Path(_unescaped(line.split(" ")[4])) for line in lines if line.count(" ") > 4)
    return [point for point in points if point.is_relative_to(root)]


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


class Trash:
    """Where things go before they are removed: at once out of everybody's sight, by a rename, and then bit by bit.

    Whoever dies in between leaves something in the trash, and the next one to empty it removes that as well.
    """

    def __init__(self, folder: Path) -> None:
        """``folder``: on the same file system as what is thrown away."""
        self.folder = folder

    @property
    def content(self) -> list[Path]:
        try:
            return sorted(path for path in self.folder.iterdir() if path.name != ".lock")
        except (FileNotFoundError, NotADirectoryError):
            return []

    def take(self, path: Path) -> bool:
        """Take something away; False when it has gone already. Of a link the link is taken.

        :raises NotReady: when something is mounted in it.
        """
        mounts = mounts_below(path)
        if mounts:
            raise NotReady(
                f"{mounts[0]} is a mount, and what is in it may be somebody's",
                hints=(f"umount '{mounts[0]}'",),
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            path.rename(self.folder / f"{path.name}.{secrets.token_hex(4)}")
        except FileNotFoundError:
            return False
        return True

    def empty(self) -> list[str]:
        """Remove what is in it; what could not be removed, and why. Two that do so at once wait for each other."""
        if not self.content:
            return []
        with file_lock(self.folder / ".lock"):
            return list(_removed(self.content))


def _removed(paths: Iterable[Path]) -> Iterable[str]:
    for path in paths:
        if mounts_below(path):
            yield f"{path}: something is mounted in it"
            continue
        problem = _remove(path)
        if problem:
            yield problem


def _remove(path: Path) -> str:
    try:
        if path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)
        else:
            remove_tree(path)
    except OSError as error:
        return f"{error.filename or path}: {(error.strerror or str(error)).lower()}"
    return ""
