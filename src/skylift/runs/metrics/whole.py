"""Whole lines for the reader, of what comes in pieces: of a progress bar only a line's last value counts."""

from __future__ import annotations

import re
from itertools import pairwise

_MOST = 1 << 20
"""Bytes that are held of a line; a bar that goes on for hours is thinned out."""
_KEPT = 1 << 18
_HEAD = 1 << 14
_EPOCH = re.compile(rb"poch\D{0,4}(\d{1,9})")


class WholeLines:
    r"""Keeps what has no end yet back: a line of system figures may have cut it, or its length.

    >>> lines = WholeLines()
    >>> lines.feed(b"a\n10%"), lines.feed(b"\r20%"), lines.feed(b"\r30%\nb"), lines.rest()
    (b'a\n', b'', b'10%\r20%\r30%\n', b'b')
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size, self._most = 0, _MOST

    def feed(self, data: bytes) -> bytes:
        """The lines that have their end by now."""
        if not self._parts and data.endswith(b"\n"):
            return data
        end = data.rfind(b"\n") + 1
        whole = self.rest() + data[:end] if end else b""
        if end < len(data):
            self._parts.append(data[end:])
            self._size += len(data) - end
        if self._size > self._most:
            self._parts = [_thinned(b"".join(self._parts))]
            self._size = len(self._parts[0])
            # What can not be made much shorter is not tried again with each of its bytes.
            self._most = max(_MOST, 2 * self._size)
        return whole

    def rest(self) -> bytes:
        """What is left: at the end of all, the last line where it has no end."""
        left = b"".join(self._parts)
        self._parts, self._size, self._most = [], 0, _MOST
        return left


def _thinned(line: bytes) -> bytes:
    """Both ends of a line, and of each epoch that a bar counted between them the last that was shown."""
    first, *shown, last = line[_HEAD:-_KEPT].split(b"\r") if b"\r" in line[_HEAD:-_KEPT] else (b"", b"")
    if not first and not last and not shown:
        # Cut between words: half a number is another number.
        return line[:_HEAD].rpartition(b" ")[0] + b" " + line[-_KEPT:].partition(b" ")[2]
    found = [(piece, _EPOCH.search(piece)) for piece in shown]
    kept = [
        piece
        for (piece, epoch), (_, following) in pairwise(found)
        if epoch is not None and following is not None and epoch[1] != following[1]
    ]
    return b"\r".join([line[:_HEAD] + first, *kept, last + line[-_KEPT:]])
