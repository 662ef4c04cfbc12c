"""What lists need of records that are final, in one file: ten thousand records are slow to open, and one is not.

The index is believed as far as the records themselves bear it out: each row names the time and size of the
record that it was made from. A row that is damaged, or does not fit, is not there; its record is read again.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from skylift.host.files import atomic_file, read_source, remove_abandoned

NAME = "index.1"
"""With the version of its form, so that those who write another one do not take this for theirs."""
_HEAD = 4
_LARGEST = 1 << 30
"""Bytes. What is larger is made anew."""


class Stamp(NamedTuple):
    """How a record's file looks from outside."""

    modified_ns: int
    size: int


class Row(NamedTuple):
    """One record that is final."""

    name: str
    stamp: Stamp
    created: str
    body: bytes
    """JSON, which is read only of those that are looked at."""

    def data(self) -> dict[str, Any] | None:
        """The brief record; None for what is none."""
        return next(all_data([self]))


def row(name: str, stamp: Stamp, data: Mapping[str, Any]) -> Row:
    """The row for a brief record."""
    return Row(
        name, stamp, str(data.get("CreationTime", "")), json.dumps(data, separators=(",", ":")).encode()
    )


def all_data(rows: Sequence[Row]) -> Iterator[dict[str, Any] | None]:
    """The brief record of each row; None for what is none."""
    try:
        # One text is read in two thirds of the time that ten thousand take.
        found = json.loads(b"[" + b",".join(one.body for one in rows) + b"]")
    except (ValueError, RecursionError):
        found = []
    if not isinstance(found, list) or len(found) != len(rows):
        found = [_json(one.body) for one in rows]
    for one, data in zip(rows, found, strict=True):
        yield data if isinstance(data, dict) and data.get("TrainingJobName") == one.name else None


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def read(path: Path) -> tuple[dict[str, Row], bool]:
    """The rows by name, and whether all of the file was good; none where there is no index that can be read."""
    try:
        data = read_source(path, _LARGEST)
    except OSError:
        return {}, False
    lines = [line for line in data.split(b"\n") if line]
    found = {one.name: one for one in map(_row, lines) if one is not None}
    return found, bool(lines) and len(found) == len(lines)


def write(path: Path, rows: Iterable[Row]) -> None:
    """Put an index in place of what is there. Where that can not be, nobody needs to know: it is made anew."""
    with suppress(OSError):
        remove_abandoned(path)
        with atomic_file(path) as stream:
            stream.writelines(_line(one) for one in rows)


def add(path: Path, rows: Iterable[Row]) -> None:
    """Write further rows behind those that are there, in one piece: two may do it at once."""
    # A writer that was killed may have left half a line.
    text = b"\n" + b"".join(_line(one) for one in rows)
    with suppress(OSError):
        end = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.write(end, text)
        finally:
            os.close(end)


def _line(one: Row) -> bytes:
    head = f"{one.stamp.modified_ns}\t{one.stamp.size}\t{one.created}\t{one.name}"
    line = head.encode(errors="surrogateescape") + b"\t" + one.body
    if head.count("\t") != _HEAD - 1 or b"\n" in line:
        # No name of a run has such characters; whatever this is, it is read where it lies.
        return b""
    return b"%08x\t%b\n" % (zlib.crc32(line), line)


def _row(line: bytes) -> Row | None:
    said, _, rest = line.partition(b"\t")
    try:
        if int(said, 16) != zlib.crc32(rest):
            return None
        modified, size, created, name, body = rest.split(b"\t", _HEAD)
        return Row(os.fsdecode(name), Stamp(int(modified), int(size)), created.decode(errors="replace"), body)
    except ValueError:
        return None
