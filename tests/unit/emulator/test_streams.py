"""What a job reads from a pipe, byte for byte."""

from __future__ import annotations

import gzip
import io
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

import pytest

from skylift.emulator.job_fault import JobFault
from skylift.emulator.objects import Found
from skylift.emulator.storage import SOLE, Share
from skylift.emulator.streams import chunks, in_epoch

NAMES = [Found(f"{number:02}", number) for number in range(20)]


class InMemory:
    def __init__(self, *contents: bytes) -> None:
        self._contents = contents

    @contextmanager
    def open(self, found: Found[Any]) -> Iterator[BinaryIO]:
        yield io.BytesIO(self._contents[found.where])


class Endless(io.RawIOBase):
    """A terabyte of zeros, that nobody has to hold."""

    def __init__(self, size: int) -> None:
        self._left = size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        size = min(size, self._left)
        self._left -= size
        return bytes(size)


def read(channel: Mapping[str, Any], *contents: bytes, sized: bool = True) -> bytes:
    found = [Found(str(number), number, len(data) if sized else None) for number, data in enumerate(contents)]
    return b"".join(chunks(channel, found, InMemory(*contents)))


def records(data: bytes) -> list[bytes]:
    """As the official toolkit reads them."""
    found = []
    while data:
        magic, length = struct.unpack("=II", data[:8])
        assert magic == 0xCED7230A
        padded = (length + 3) // 4 * 4
        found.append(data[8 : 8 + length])
        assert data[8 + length : 8 + padded] == bytes(padded - length)
        data = data[8 + padded :]
    return found


def test_objects_follow_each_other_without_anything_between() -> None:
    assert read({}, b"one", b"", b"two\n") == b"onetwo\n"


@pytest.mark.parametrize("sized", [True, False])
def test_each_object_is_one_record(*, sized: bool) -> None:
    contents = (b"", b"a", b"ab", b"abc", b"abcd", b"abcde" * 100_000)
    assert records(read({"RecordWrapperType": "RecordIO"}, *contents, sized=sized)) == list(contents)


def test_compressed_objects_are_read_uncompressed() -> None:
    two_members = gzip.compress(b"one") + gzip.compress(b"two")
    assert read({"CompressionType": "Gzip"}, two_members, gzip.compress(b"")) == b"onetwo"
    wrapped = read({"CompressionType": "Gzip", "RecordWrapperType": "RecordIO"}, two_members)
    assert records(wrapped) == [b"onetwo"]


@pytest.mark.parametrize(
    "content", [b"not gzip", gzip.compress(b"x" * 1000)[:-9], b"\x1f\x8b\x08\x00rubbish"]
)
@pytest.mark.parametrize("wrapper", ["None", "RecordIO"])
def test_what_is_not_compressed_is_told(content: bytes, wrapper: str) -> None:
    with pytest.raises(JobFault, match="'0': not a whole gzip file"):
        read({"CompressionType": "Gzip", "RecordWrapperType": wrapper}, content)


@pytest.mark.parametrize("size", [2, 4])
def test_an_object_that_has_another_size_than_its_record_says_is_told(size: int) -> None:
    with pytest.raises(JobFault, match="changed while"):
        list(chunks({"RecordWrapperType": "RecordIO"}, [Found("a", 0, size)], InMemory(b"123")))


def test_an_object_that_is_too_long_for_a_record_is_told() -> None:
    with pytest.raises(JobFault, match="do not fit"):
        list(chunks({"RecordWrapperType": "RecordIO"}, [Found("a", 0, 1 << 32)], InMemory(b"")))


def test_no_chunk_is_long_however_long_the_object_is() -> None:
    class Long:
        @contextmanager
        def open(self, found: Found[Any]) -> Iterator[Any]:
            yield Endless(1 << 40)

    data = chunks({}, [Found("a", 0)], Long())
    assert max(len(next(data)) for _ in range(20)) <= 1 << 20
    data.close()


def test_without_a_seed_every_epoch_is_the_same() -> None:
    assert in_epoch(sharded(None), NAMES, SOLE, 0) == in_epoch(sharded(None), NAMES, SOLE, 5) == NAMES


def test_with_a_seed_every_epoch_has_its_own_order_and_the_same_one_again() -> None:
    orders = [[one.path for one in in_epoch(sharded(7), NAMES, SOLE, epoch)] for epoch in (0, 1, 0)]
    assert orders[0] == orders[2] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1]) == [one.path for one in NAMES]
    assert [one.path for one in in_epoch(sharded(8), NAMES, SOLE, 0)] != orders[0]


def test_hosts_that_shuffle_still_share_everything_and_anew_each_epoch() -> None:
    shares = [
        [frozenset(one.path for one in in_epoch(sharded(7), NAMES, Share(host, 2), epoch)) for host in (0, 1)]
        for epoch in (0, 1)
    ]
    for first, second in shares:
        assert first | second == {one.path for one in NAMES}
        assert not first & second
    assert shares[0] != shares[1]


def sharded(seed: int | None) -> dict[str, Any]:
    shuffle = {} if seed is None else {"ShuffleConfig": {"Seed": seed}}
    return {"DataSource": {"S3DataSource": {"S3DataDistributionType": "ShardedByS3Key"}}, **shuffle}
