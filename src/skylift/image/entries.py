"""What a layer holds: files and links, as something that can be streamed into a tar."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True)
class Entry:
    """One file, symlink or folder of a layer."""

    path: str
    """POSIX, from the image's root, without a leading slash; a trailing slash makes it a folder."""
    size: int = 0
    opened: Callable[[], BinaryIO] = io.BytesIO
    """Opens the content; called once, when it is the entry's turn."""
    executable: bool = False
    link: str = ""
    """Target of a symlink; such an entry has no content."""
    sha256: str = ""
    """What the content must hash to, where that was said beforehand."""


def file_entry(path: str, data: bytes, *, executable: bool = False) -> Entry:
    return Entry(path, len(data), lambda: io.BytesIO(data), executable=executable)


def reader(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def link_entry(path: str, target: str) -> Entry:
    return Entry(path, link=target)
