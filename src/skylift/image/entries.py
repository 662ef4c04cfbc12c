"""What a layer holds: files and links, as something that can be streamed into a tar."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

_TOLD_EVERY = 1 << 20


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


def counted(opened: Callable[[], BinaryIO], told: Callable[[int], None]) -> Callable[[], BinaryIO]:
    """The same bytes; ``told`` hears at each megabyte how many of them were read. Each opening begins anew."""
    return lambda: cast("BinaryIO", _Counted(opened(), told))


class _Counted(io.RawIOBase):
    def __init__(self, stream: BinaryIO, told: Callable[[int], None]) -> None:
        self._stream, self._told = stream, told
        self._count = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        data = self._stream.read(-1 if size is None else size)
        before, self._count = self._count, self._count + len(data)
        if self._count // _TOLD_EVERY != before // _TOLD_EVERY:
            self._told(self._count)
        return data

    def close(self) -> None:
        self._stream.close()
        super().close()


def link_entry(path: str, target: str) -> Entry:
    return Entry(path, link=target)
