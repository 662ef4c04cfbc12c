"""The log of a run as somebody asks for it: from a moment on, of one host, what matches, the last lines, as it grows."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from skylift.errors import NotReady, UsageError
from skylift.host.files import open_source
from skylift.host.line_times import EXACT_TO, TimesReader
from skylift.values.jobs import LogLine, hosts_of
from skylift.values.log_lines import Said, states
from skylift.values.run_folder import RunFolder

if TYPE_CHECKING:
    from skylift.flow.running import Run

_BLOCK = 64 << 10
_HOST = re.compile(r"\[(algo-\d+)\] ")


@dataclass(frozen=True)
class Wanted:
    """Which lines; all of them where nothing is said."""

    since: datetime | None = None
    host: str | None = None
    pattern: re.Pattern[str] | None = None
    tail: int | None = None
    """The last so many of those that are there already."""

    def has(self, said: Said) -> bool:
        if self.host is not None and said.host != self.host:
            return False
        # A line may have been printed a little later than is known.
        if self.since is not None and said.at is not None and said.at + EXACT_TO < self.since:
            return False
        return self.pattern is None or any(self.pattern.search(state) for state in states(said))


def read_log(run: Run, wanted: Wanted, *, follow: bool = False) -> Iterator[Said]:
    """The lines of a run's log, oldest first; with ``follow`` until it has ended.

    :raises UsageError: for a host that the run does not have.
    :raises NotReady: when its log was kept without times, and they are asked for.
    """
    record = run.record
    hosts = hosts_of(record.data)
    if wanted.host is not None and wanted.host not in hosts:
        raise UsageError(
            f"run {run.name} has no host {wanted.host!r}", hints=("there are: " + ", ".join(hosts),)
        )
    several = len(hosts) > 1
    if record.terminal or (run.backend.here and not follow):
        found = _stored(run.folder, wanted, several=several, is_foreign=not run.backend.here)
        return _last(filter(wanted.has, found), wanted.tail)
    if run.backend.here:
        _refuse_without_times(run.folder, wanted)
    if not follow:
        return _last(filter(wanted.has, map(_said, run.lines_so_far())), wanted.tail)
    there = _count(run) if wanted.tail is not None else 0
    lines = (_said(event) for event in run.watch() if isinstance(event, LogLine))
    return _followed(lines, wanted, there)


def _said(line: LogLine) -> Said:
    return Said(line.at, line.host, line.text)


def _followed(lines: Iterator[Said], wanted: Wanted, there: int) -> Iterator[Said]:
    """``there``: how many lines there are already, of which the last are wanted, or none of which is special."""
    yield from _last(filter(wanted.has, islice(lines, there)), wanted.tail)
    yield from filter(wanted.has, lines)


def _last(lines: Iterable[Said], count: int | None) -> Iterator[Said]:
    return iter(lines) if count is None else iter(deque(lines, maxlen=count))


def _count(run: Run) -> int:
    if not run.backend.here:
        return sum(1 for _ in run.lines_so_far())
    if not run.folder.log.exists():
        return 0
    with open_source(run.folder.log) as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))


def _stored(folder: RunFolder, wanted: Wanted, *, several: bool, is_foreign: bool) -> Iterator[Said]:
    """From the first byte that can be wanted on: a log may have gigabytes."""
    if not folder.log.exists():
        return
    _refuse_without_times(folder, wanted)
    with open_source(folder.log) as stream, TimesReader(folder.log_times) as times:
        offset = _start(stream, times, wanted)
        if offset is None:
            return
        stream.seek(offset)
        for data in stream:
            text, host = data.decode(errors="surrogateescape").removesuffix("\n"), "algo-1"
            said_by = _HOST.match(text) if several else None
            if said_by:
                host, text = said_by[1], text[said_by.end() :]
            yield Said(times.at(offset), host, text, is_foreign)
            offset += len(data)


def _start(stream: BinaryIO, times: TimesReader, wanted: Wanted) -> int | None:
    size, first = os.fstat(stream.fileno()).st_size, 0
    if wanted.since is not None:
        found = times.since(wanted.since)
        if found is None:
            return None
        # An entry may be in the middle of a very long line.
        first = _line_start(stream, min(found, size), 1)
    if not wanted.tail or wanted.host is not None or wanted.pattern is not None:
        return first
    stream.seek(max(0, size - 1))
    end = size - 1 if stream.read(1) == b"\n" else size
    return max(first, _line_start(stream, end, wanted.tail))


def _line_start(stream: BinaryIO, end: int, newlines: int) -> int:
    """What stands behind the so-and-so-manieth newline before ``end``, counted backwards; 0 where there are fewer."""
    while end > 0:
        begin = max(0, end - _BLOCK)
        stream.seek(begin)
        block = stream.read(end - begin)
        at = len(block)
        while (at := block.rfind(b"\n", 0, at)) >= 0:
            newlines -= 1
            if newlines == 0:
                return begin + at + 1
        end = begin
    return 0


def _refuse_without_times(folder: RunFolder, wanted: Wanted) -> None:
    if wanted.since is None or not folder.log.exists() or folder.log.stat().st_size == 0:
        return
    with TimesReader(folder.log_times) as times:
        if times.empty:
            raise NotReady(
                f"the log of {folder.name} was kept without times, so that nobody knows what was printed since when",
                hints=("all of it: without --since",),
            )
