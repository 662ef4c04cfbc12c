"""What the job says passes through here, so that its last words are known when it ends badly."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
import time

from skylift_runtime.contract import FIGURES_JOINT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Dict, List, Optional, Tuple

_KEPT = 64 * 1024
"""Bytes of the end of the output that are kept: the tracebacks of a torchrun with eight workers."""
_CHUNK = 1 << 16
_STDOUT, _STDERR = 1, 2
_SMALL = 4096
_PAUSE_S = 0.001
"""After little has come: a job that prints line by line is read a few hundred lines at a time, and goes on meanwhile."""
_ROOM = 1 << 20
"""Bytes that it may be ahead of us; the most that anybody may ask for (pipe(7))."""
_F_SETPIPE_SZ = 1031
_JOINT = FIGURES_JOINT.encode() + b"\n"


class Tee(threading.Thread):
    """Copies what the user's process writes to stderr to our own, and keeps the end of it.

    Where stdout and stderr are one pipe, both go through, so that their order stays what it was; where
    stderr is a terminal nothing does, and no last words are known.
    """

    def __init__(self) -> None:
        super().__init__(name="tee", daemon=True)
        self._reading, self._writing = os.pipe()
        _widen(self._writing)
        self._wake_reading, self._wake_writing = os.pipe()
        self._kept = bytearray()
        self._writes = threading.Lock()
        self._line: "Optional[Callable[[], bytes]]" = None
        """Of ours: it waits until it cuts none of the job's in two."""
        self._at_start = True

    @classmethod
    def if_wanted(cls) -> "Optional[Tee]":
        try:
            return None if os.isatty(_STDERR) else cls()
        except OSError:
            return None

    def streams(self) -> Dict[int, int]:
        """Which of the child's streams come here."""
        streams = {_STDERR: self._writing}
        return {**streams, _STDOUT: self._writing} if _same_file(_STDOUT, _STDERR) else streams

    def start(self) -> None:
        """To be called when the child holds its end: ours is closed, so that its end is seen."""
        os.close(self._writing)
        # A signal that this thread took would not wake the main one, which alone can do something about it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def say(self, line: "Callable[[], bytes]") -> None:
        """Put a line of ours between two of the job's: now, or when there is a place for it.

        Places are ends of lines, and where a progress bar begins to write over itself. ``line`` is asked for it
        only then; it is short enough for one write. The job's last words are never ours.
        """
        with self._writes:
            self._line = line
            if self._at_start:
                self._speak(b"")

    def run(self) -> None:
        poll = select.poll()
        poll.register(self._reading, select.POLLIN)
        poll.register(self._wake_reading, select.POLLIN)
        while True:
            ready: List[int] = [descriptor for descriptor, _ in poll.poll()]
            if self._reading in ready:
                data = os.read(self._reading, _CHUNK)
                if not data:
                    return
                self._pass_on(data)
                if len(data) < _SMALL:
                    time.sleep(_PAUSE_S)
            elif ready:
                # The job has ended, and nothing more is in the pipe; somebody else may hold it forever.
                return

    def finish(self, line: "Optional[Callable[[], bytes]]" = None) -> str:
        """The end of what was said. To be called when the job has ended.

        :param line: of ours, to be said last.
        """
        with contextlib.suppress(OSError):
            os.write(self._wake_writing, b"\0")
        self.join()
        with self._writes:
            self._line = line
            if line is not None:
                self._speak(b"" if self._at_start else _JOINT)
        for descriptor in (self._reading, self._wake_reading, self._wake_writing):
            os.close(descriptor)
        return bytes(self._kept[-_KEPT:]).decode("utf-8", "replace")

    def _pass_on(self, data: bytes) -> None:
        self._kept += data
        if len(self._kept) > 4 * _KEPT:
            del self._kept[:-_KEPT]
        with self._writes:
            if self._line is not None:
                data = self._let_in(data)
            if data:
                self._at_start = data.endswith(b"\n")
                _write(data)

    def _let_in(self, data: bytes) -> bytes:
        """Say our line where the job's output lets us; what of it is still to be written."""
        place, joint = _place(data)
        if place < 0:
            return data
        self._speak(joint, data[:place])
        return data[place:]

    def _speak(self, joint: bytes, before: bytes = b"") -> None:
        line, self._line = self._line, None
        said = line() if line is not None else b""
        if said:
            self._at_start = True
            _write(before)
            _write(joint + said)
        elif before:
            self._at_start = before.endswith(b"\n")
            _write(before)


def _place(data: bytes) -> "Tuple[int, bytes]":
    """Where a line of ours cuts nothing in two, and what has to stand before it there; -1 for nowhere.

    A carriage return makes a place only where something follows that writes over what was there.
    """
    newline, bar = data.find(b"\n"), data.find(b"\r")
    if newline < 0:
        newline = len(data)
    while 0 <= bar < newline and data[bar + 1 : bar + 2] in (b"\r", b"\n", b""):
        bar = data.find(b"\r", bar + 1)
    if 0 <= bar < newline:
        return bar, _JOINT
    return (newline + 1, b"") if newline < len(data) else (-1, b"")


def _write(data: bytes) -> None:
    view = memoryview(data)
    # Where nobody listens any more the job goes on: what it says is lost as it was before.
    with contextlib.suppress(OSError):
        while view:
            view = view[os.write(_STDERR, view) :]


def _widen(pipe: int) -> None:
    # Linux only, and not where a user has too many of them: then it holds what pipes hold.
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        fcntl.fcntl(pipe, _F_SETPIPE_SZ, _ROOM)


def _same_file(one: int, other: int) -> bool:
    try:
        return os.path.sameopenfile(one, other)
    except OSError:
        return False
