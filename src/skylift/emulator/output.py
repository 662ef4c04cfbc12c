"""What a job prints: bytes as they come, and lines with their time of arrival."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable, Iterator
from typing import IO

_CHUNK = 1 << 16
_POLL_MS = 50
LINE_LIMIT = 256 * 1024
"""Bytes of a line; longer ones come in parts, as CloudWatch Logs takes no longer event."""
_DRAIN_S = 5.0


class LineSplitter:
    r"""Bytes in, whole lines out. ``\r`` stays inside a line; what is not UTF-8 is replaced."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> Iterator[str]:
        *ended, rest = data.split(b"\n")
        for part in ended:
            self._keep(part)
            yield self._take()
        self._keep(rest)
        if self._size >= LINE_LIMIT:
            yield self._take()

    def flush(self) -> Iterator[str]:
        """The last line, where it has no end."""
        if self._size:
            yield self._take()

    def _keep(self, part: bytes) -> None:
        if part:
            self._parts.append(part)
            self._size += len(part)

    def _take(self) -> str:
        line = b"".join(self._parts)
        self._parts, self._size = [], 0
        return line.decode(errors="replace")


class Pump(threading.Thread):
    """Reads a stream to its end, or until its writer is known to be dead and nothing more comes.

    The second matters: a daemon that a job left behind may hold the pipe open forever.
    """

    def __init__(self, stream: IO[bytes], raw: Callable[[bytes], None], line: Callable[[str], None]) -> None:
        super().__init__(name="output", daemon=True)
        self._stream = stream
        self._raw = raw
        self._line = line
        self._lines = LineSplitter()
        self._writer_ended = threading.Event()
        self._failure: BaseException | None = None

    def run(self) -> None:
        try:
            for data in self._chunks():
                self._raw(data)
                for line in self._lines.feed(data):
                    self._line(line)
            for line in self._lines.flush():
                self._line(line)
        except BaseException as error:  # noqa: BLE001 - raised again by finish(), in the job's own thread
            self._failure = error
            # A reader that failed must not stop the job by a full pipe.
            for _ in self._chunks():
                pass

    def finish(self) -> None:
        """Say that the writer has ended, and wait until all it wrote has been read.

        Raises what an observer raised.
        """
        self._writer_ended.set()
        self.join()
        self._stream.close()
        if self._failure is not None:
            raise self._failure

    def _chunks(self) -> Iterator[bytes]:
        descriptor = self._stream.fileno()
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        deadline: float | None = None
        while deadline is None or time.monotonic() < deadline:
            ended = self._writer_ended.is_set()
            if poll.poll(0 if ended else _POLL_MS):
                data = os.read(descriptor, _CHUNK)
                if not data:
                    return
                yield data
            elif ended:
                return
            if ended and deadline is None:
                deadline = time.monotonic() + _DRAIN_S
