"""Gzip that says nothing but the bytes: no name, no time, and the same for the same input."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable
from typing import BinaryIO, Protocol

try:
    from isal import isal_zlib
except ImportError:  # there are no wheels for every machine
    isal_zlib = None  # type: ignore[assignment]

_BLOCK = 1 << 20
# RFC 1952: magic, deflate, no flags, no time, no extra flags, unknown system.
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


class Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


def isal_level_2() -> Compressor:
    """ISA-L: as small as zlib's level 1 at six times its speed."""
    return isal_zlib.compressobj(2, isal_zlib.DEFLATED, -15)


def zlib_level_1() -> Compressor:
    return zlib.compressobj(1, zlib.DEFLATED, -15)


FASTEST: Callable[[], Compressor] = zlib_level_1 if isal_zlib is None else isal_level_2


class GzipSink:
    """Takes bytes, writes gzip, and knows the hashes of both in the end."""

    def __init__(self, stream: BinaryIO, compressor: Compressor) -> None:
        self._stream = stream
        self._compressor = compressor
        self._pending = bytearray()
        self._content = hashlib.sha256()
        self._stored = hashlib.sha256()
        self._crc = 0
        self._length = 0
        self.size = 0

    @property
    def digest(self) -> str:
        """SHA-256 of what was written: the layer's digest."""
        return f"sha256:{self._stored.hexdigest()}"

    @property
    def diff_id(self) -> str:
        """SHA-256 of what was given: the layer's diff ID."""
        return f"sha256:{self._content.hexdigest()}"

    def write(self, data: bytes) -> None:
        # Blocks of one size, because what a compressor makes may depend on how it is fed.
        self._pending += data
        while len(self._pending) >= _BLOCK:
            block = bytes(self._pending[:_BLOCK])
            del self._pending[:_BLOCK]
            self._compress(block)

    def finish(self) -> None:
        self._compress(bytes(self._pending))
        self._pending.clear()
        trailer = struct.pack("<II", self._crc, self._length & 0xFFFFFFFF)
        self._store(self._compressor.flush() + trailer)

    def _compress(self, block: bytes) -> None:
        self._content.update(block)
        self._crc = zlib.crc32(block, self._crc)
        self._length += len(block)
        self._store(self._compressor.compress(block))

    def _store(self, data: bytes) -> None:
        if self.size == 0:
            data = _HEADER + data
        self._stored.update(data)
        self._stream.write(data)
        self.size += len(data)
