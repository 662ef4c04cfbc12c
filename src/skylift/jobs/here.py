"""The service that runs jobs on this machine: its state is the run's folder.

A supervisor of its own process owns the job (see ``flow.supervise``); this only starts it, reads
what it writes and asks it to stop.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from skylift.host.files import open_source, read_json, write_json
from skylift.host.line_times import TimesReader
from skylift.values.jobs import TERMINAL, LogLine, LogPage, hosts_of
from skylift.values.ports import Clock
from skylift.values.run_folder import RunFolder

_CHUNK = 1 << 20
_LONGEST = 1 << 13
"""Bytes of an unfinished line; who writes it keeps less."""


_HOST = re.compile(r"\[(algo-\d+)\] ")


@dataclass(frozen=True)
class _Position:
    """Bytes of the log that were read, and the unfinished line at their end."""

    several: bool
    """The job has several hosts, and its log says who speaks."""
    offset: int = 0
    rest: bytes = b""


class HereService:
    """TrainingService for the targets ``local`` and ``docker``."""

    def __init__(
        self,
        folder_of: Callable[[str], RunFolder],
        launch: Callable[[RunFolder], None],
        settle: Callable[[RunFolder], None],
        clock: Clock,
    ) -> None:
        self._folder_of = folder_of
        self._launch = launch
        self._settle = settle
        self._clock = clock

    def create(self, request: Mapping[str, object]) -> None:
        self._launch(self._folder_of(str(request["TrainingJobName"])))

    def describe(self, name: str) -> Mapping[str, object] | None:
        folder = self._folder_of(name)
        # Gives a run whose supervisor died its end, so that nobody waits for it forever.
        self._settle(folder)
        return read_json(folder.record)

    def stop(self, name: str, *, kill: bool = False) -> None:
        folder = self._folder_of(name)
        # Asking again changes nothing; only an explicit kill ends the grace.
        before = read_json(folder.stop_request) or {}
        write_json(folder.stop_request, {"kill": kill or bool(before.get("kill"))})

    def logs(self, name: str, cursor: object) -> LogPage:
        folder = self._folder_of(name)
        position = cursor if isinstance(cursor, _Position) else _Position(_has_several_hosts(folder))
        if not folder.log.exists():
            return LogPage((), position, unfinished=_unfinished(folder))
        # Asked for first: what is written after that would belong to the line.
        ended = self._has_printed_all(folder)
        with open_source(folder.log) as stream:
            if os.fstat(stream.fileno()).st_size < position.offset:
                # Somebody has emptied it; what comes now stands at its beginning.
                position = replace(position, offset=0, rest=b"")
            stream.seek(position.offset)
            data = stream.read(_CHUNK)
        *lines, rest = (position.rest + data).split(b"\n")
        if rest and len(data) < _CHUNK and ended:
            lines, rest = [*lines, rest], b""
        with TimesReader(folder.log_times) as times:
            found = tuple(self._lines(lines, times, position))
        after = replace(position, offset=position.offset + len(data), rest=rest)
        more = len(data) == _CHUNK
        # What is still being written stands behind all that was.
        return LogPage(found, after, more=more, unfinished="" if more else _unfinished(folder))

    def _lines(self, lines: list[bytes], times: TimesReader, position: _Position) -> Iterator[LogLine]:
        offset, now = position.offset - len(position.rest), self._clock.now()
        for line in lines:
            text = line.decode(errors="replace")
            yield _line(text, times.at(offset) or now, several=position.several)
            offset += len(line) + 1

    def _has_printed_all(self, folder: RunFolder) -> bool:
        record = read_json(folder.record) or {}
        return record.get("TrainingJobStatus") in TERMINAL or record.get("SecondaryStatus") == "Uploading"


def _line(text: str, at: datetime, *, several: bool) -> LogLine:
    said_by = _HOST.match(text) if several else None
    host, text = (said_by[1], text[said_by.end() :]) if said_by else ("algo-1", text)
    return LogLine(at, host, text)


def _unfinished(folder: RunFolder) -> str:
    try:
        with open_source(folder.unfinished) as stream:
            return stream.read(_LONGEST).decode(errors="replace")
    except OSError:
        return ""


def _has_several_hosts(folder: RunFolder) -> bool:
    request = (read_json(folder.intent) or {}).get("request")
    return isinstance(request, Mapping) and len(hosts_of(request)) > 1
