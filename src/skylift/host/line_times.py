"""When the lines of a log were printed: a small index beside it.

A log holds what a job printed, byte for byte, and no times. The index says from which byte on something came at or
after which moment: an entry a second at most, so that an eight hours' log has one of a megabyte. Entries are of one width,
to be searched without being read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import BinaryIO

from skylift.host.files import open_source

EXACT_TO = timedelta(seconds=1)
"""How much later than its entry says a line may have been printed."""
_EVERY_BYTES = 64 << 10
_WIDTH = 31
_ENTRY = re.compile(rb"(\d{16}) (\d{13})\n")


class TimesWriter:
    """Notes when a log grew. Whatever happens to it, the log does not suffer: an index that can not be written ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last: tuple[int, int] | None = None

    def note(self, offset: int, at: datetime) -> None:
        """What is going to stand at ``offset`` of the log was printed at ``at``."""
        moment = int(at.timestamp() * 1000)
        if self._last is not None:
            before, then = self._last
            # Clocks go backwards, and several hosts are not heard of in order.
            moment = max(moment, then)
            is_soon = moment - then < EXACT_TO.total_seconds() * 1000
            if offset >= before and offset - before < _EVERY_BYTES and is_soon:
                return
        with suppress(OSError):
            self._write(offset, moment)

    def _write(self, offset: int, moment: int) -> None:
        with self._path.open("ab", buffering=0) as stream:
            if self._last is not None and offset < self._last[0]:
                # Somebody has emptied the log.
                stream.truncate(0)
            self._last = (offset, moment)
            end = stream.seek(0, os.SEEK_END)
            if stream.write(b"%016d %013d\n" % self._last) != _WIDTH:
                stream.truncate(end)


class TimesReader:
    """When the lines of a log were printed, asked for from the first to the last."""

    def __init__(self, path: Path) -> None:
        self._stream: BinaryIO | None = None
        with suppress(OSError):
            self._stream = open_source(path)
        self._now: tuple[int, int] | None = None
        self._next: tuple[int, int] | None = None
        self._is_placed = False

    def __enter__(self) -> TimesReader:  # noqa: PYI034 - typing.Self begins with Python 3.11
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream is not None:
            self._stream.close()

    @property
    def empty(self) -> bool:
        """There is no index: the log was made by somebody who kept none."""
        return self._count() == 0

    def at(self, offset: int) -> datetime | None:
        """When the line that begins there was printed, to the second; None where nobody knows."""
        if not self._is_placed:
            self._place(offset)
        while self._next is not None and self._next[0] <= offset:
            self._now, self._next = self._next, self._read()
        return _moment(self._now)

    def since(self, moment: datetime) -> int | None:
        """Where in the log begins what was printed at a moment or after it; None when nothing was."""
        wanted = (moment - EXACT_TO).timestamp() * 1000
        number = self._search(lambda entry: entry[1] < wanted)
        found = self._entry(number)
        return found[0] if found is not None else None

    def _place(self, offset: int) -> None:
        self._is_placed = True
        number = self._search(lambda entry: entry[0] <= offset)
        self._now = self._entry(number - 1) if number else None
        if self._stream is not None:
            self._stream.seek(number * _WIDTH)
        self._next = self._read()

    def _search(self, is_before: Callable[[tuple[int, int]], bool]) -> int:
        low, high = 0, self._count()
        while low < high:
            middle = (low + high) // 2
            entry = self._entry(middle)
            if entry is not None and is_before(entry):
                low = middle + 1
            else:
                high = middle
        return low

    def _count(self) -> int:
        return os.fstat(self._stream.fileno()).st_size // _WIDTH if self._stream is not None else 0

    def _entry(self, number: int) -> tuple[int, int] | None:
        if self._stream is None:
            return None
        return _parsed(os.pread(self._stream.fileno(), _WIDTH, number * _WIDTH))

    def _read(self) -> tuple[int, int] | None:
        return _parsed(self._stream.read(_WIDTH)) if self._stream is not None else None


def _parsed(data: bytes) -> tuple[int, int] | None:
    found = _ENTRY.fullmatch(data)
    return (int(found[1]), int(found[2])) if found else None


def _moment(entry: tuple[int, int] | None) -> datetime | None:
    # Thirteen digits are no later than the year 2286, which every platform knows.
    return datetime.fromtimestamp(entry[1] / 1000, timezone.utc) if entry is not None else None
