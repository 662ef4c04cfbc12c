"""What a job prints: bytes as they come, and lines with their time of arrival."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import IO

from skylift.emulator.unfinished import Unfinished

_CHUNK = 1 << 16
_POLL_MS = 50
LINE_LIMIT = 256 * 1024
"""Bytes of a line; longer ones come in parts, as CloudWatch Logs takes no longer event."""
_LONGEST_WORD = 4096
_DRAIN_S = 5.0
_NONE = -1
"""No descriptor."""


class LineSplitter:
    r"""Bytes in, whole lines out, with their end. ``\r`` stays inside a line."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> list[bytes]:
        lines = []
        *ended, rest = data.split(b"\n")
        for part in (*(line + b"\n" for line in ended), rest):
            self._parts.append(part)
            self._size += len(part)
            if part.endswith(b"\n"):
                lines += self.flush()
            elif self._size >= LINE_LIMIT:
                lines += self._cut()
        return lines

    def _cut(self) -> list[bytes]:
        """What is there of a line that is too long, up to where nothing is torn: half a bar says half a number."""
        left = b"".join(self._parts)
        at = left.rfind(b"\r")
        if at <= 0:
            at = left.rfind(b" ", len(left) - _LONGEST_WORD)
        if at <= 0:
            at = len(left)
        rest = left[at:]
        self._parts, self._size = [rest] if rest else [], len(rest)
        return [left[:at]]

    def rest(self, most: int) -> bytes:
        """The end of the line that has no end yet, at most so many bytes of it."""
        parts, size = [], 0
        for part in reversed(self._parts):
            parts.append(part)
            size += len(part)
            if size >= most:
                break
        found = b"".join(reversed(parts))[-most:]
        # Of a bar that was cut, what stands before a carriage return is half of something.
        return found[max(0, found.find(b"\r")) :] if size > most else found

    def flush(self) -> list[bytes]:
        """What is left: at the end, the last line where it has no end."""
        left = b"".join(self._parts)
        self._parts, self._size = [], 0
        return [left] if left else []


class Pump(threading.Thread):
    """Reads streams to their end, or until the writer is known to be dead and nothing more comes.

    The second matters: a daemon that a job left behind may hold a pipe open forever. ``printed`` gets
    every byte, in whole lines, so that two streams do not break into each other's: as many at once as
    have come, for what is done once for each line is what a fast log waits for. ``unfinished`` gets the end
    of a line that has been without an end for a while.
    """

    def __init__(
        self,
        streams: Sequence[IO[bytes]],
        printed: Callable[[bytes], None],
        unfinished: Callable[[bytes], None],
    ) -> None:
        super().__init__(name="output", daemon=True)
        self._unfinished = Unfinished(unfinished)
        self._streams = streams
        self._printed = printed
        self._writer_ended = threading.Event()
        self._failure: BaseException | None = None

    def run(self) -> None:
        try:
            self._pass_on()
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
        for stream in self._streams:
            stream.close()
        if self._failure is not None:
            raise self._failure

    def _pass_on(self) -> None:
        splitters = {stream.fileno(): LineSplitter() for stream in self._streams}
        for descriptor, data in self._chunks():
            if descriptor == _NONE:
                self._unfinished.look(time.monotonic())
                continue
            splitter = splitters[descriptor]
            lines = splitter.feed(data)
            self._tell(lines)
            self._unfinished.fed(splitter, time.monotonic(), ended=bool(lines))
        for splitter in splitters.values():
            self._tell(splitter.flush())
        self._unfinished.end()

    def _tell(self, lines: list[bytes]) -> None:
        if lines:
            self._printed(b"".join(lines))

    def _chunks(self) -> Iterator[tuple[int, bytes]]:
        """What comes from which stream; from ``_NONE`` where nothing has come for a moment."""
        poll, left = select.poll(), len(self._streams)
        for stream in self._streams:
            poll.register(stream, select.POLLIN)
        deadline: float | None = None
        while left and (deadline is None or time.monotonic() < deadline):
            ended = self._writer_ended.is_set()
            ready = poll.poll(0 if ended else _POLL_MS)
            if not ready:
                yield _NONE, b""
            for descriptor, _ in ready:
                data = os.read(descriptor, _CHUNK)
                if data:
                    yield descriptor, data
                else:
                    poll.unregister(descriptor)
                    left -= 1
            if ended:
                if not ready:
                    return
                deadline = deadline or time.monotonic() + _DRAIN_S
