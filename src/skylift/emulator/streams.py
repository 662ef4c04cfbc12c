"""The bytes of a Pipe channel: its objects one after the other, as the request wants them wrapped."""

from __future__ import annotations

import gzip
import random
import struct
import tempfile
import zlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, BinaryIO, Protocol, cast

from skylift.emulator.job_fault import JobFault
from skylift.emulator.objects import Found
from skylift.emulator.storage import Share

_CHUNK = 256 * 1024
_IN_MEMORY = 4 << 20
"""Bytes of an unpacked object; a longer one goes through a file."""
RECORD_MAGIC = 0xCED7230A
_RECORD_ALIGNMENT = 4
_RECORD_LIMIT = (1 << 32) - 1
"""Bytes; the length of a record has 32 bits."""


class Opener(Protocol):
    def open(self, found: Found[Any]) -> AbstractContextManager[BinaryIO]: ...


def in_epoch(
    channel: Mapping[str, Any], found: Sequence[Found[Any]], share: Share, epoch: int
) -> Sequence[Found[Any]]:
    """What a host reads in an epoch, in order.

    With a ShuffleConfig all hosts shuffle in the same way, each epoch anew, and then take their share: which
    host gets what changes, too.
    """
    seed = (channel.get("ShuffleConfig") or {}).get("Seed")
    if seed is not None:
        shuffled = list(found)
        random.Random(f"{seed}/{epoch}").shuffle(shuffled)  # noqa: S311 - to be repeatable, not secret
        found = shuffled
    return share.of(channel, found)


def chunks(
    channel: Mapping[str, Any], objects: Sequence[Found[Any]], opener: Opener
) -> Generator[bytes, None, None]:
    """The bytes of the objects. A chunk may be empty: then there will be more, but not yet.

    :raises JobFault: when an object is not what the request says.
    """
    as_records = channel.get("RecordWrapperType") == "RecordIO"
    compressed = channel.get("CompressionType") == "Gzip"
    for one in objects:
        with _opened(one, opener, compressed=compressed) as stream:
            if not as_records:
                yield from _read(stream)
            elif compressed or one.size is None:
                yield from _spooled_record(one, stream)
            else:
                yield from _record(one, stream, one.size)


@contextmanager
def _opened(one: Found[Any], opener: Opener, *, compressed: bool) -> Iterator[BinaryIO]:
    with opener.open(one) as stream:
        if not compressed:
            yield stream
            return
        try:
            with gzip.GzipFile(fileobj=stream) as unpacked:
                yield cast("BinaryIO", unpacked)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise _fault(one, f"not a whole gzip file: {error}") from error


def _read(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def _record(one: Found[Any], stream: BinaryIO, size: int) -> Iterator[bytes]:
    if size > _RECORD_LIMIT:
        raise _fault(one, f"its {size} bytes do not fit into one RecordIO record")
    yield struct.pack("=II", RECORD_MAGIC, size)
    left = size
    for chunk in _read(stream):
        left -= len(chunk)
        if left < 0:
            break
        yield chunk
    if left:
        raise _fault(one, "it changed while it was read")
    yield bytes(-size % _RECORD_ALIGNMENT)


def _spooled_record(one: Found[Any], stream: BinaryIO) -> Iterator[bytes]:
    # The length stands before the data, and here it is known only after it.
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
        for chunk in _read(stream):
            spool.write(chunk)
            yield b""
        size = spool.tell()
        spool.seek(0)
        yield from _record(one, cast("BinaryIO", spool), size)


def _fault(one: Found[Any], what: str) -> JobFault:
    return JobFault(f"ClientError: Data download failed: {one.path!r}: {what}")
