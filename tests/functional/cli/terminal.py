"""A command on a terminal, and somebody who answers its questions."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pyte

CTRL_C, CTRL_D = "\x03", "\x04"
_PATIENCE_S = 60.0


def converse(folder: Path, arguments: list[str], answers: list[str], **variables: str) -> tuple[int, str]:
    """Run ``skylift`` in a terminal; each question is given the next answer. Its exit code, and all it showed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", **variables}
        os.execve(sys.executable, [sys.executable, "-m", "skylift", *arguments], environment)
    try:
        shown = _talk(terminal, list(answers))
    finally:
        # What still waits for an answer is hung up on.
        os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown


def _talk(terminal: int, answers: list[str]) -> str:
    shown, answered, until = b"", 0, time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        ready, _, _ = select.select([terminal], [], [], 0.05)
        if ready:
            data = b""
            # On Linux a terminal that nobody holds any more is an error to read.
            with contextlib.suppress(OSError):
                data = os.read(terminal, 1 << 16)
            if not data:
                break
            shown += data
        elif shown.endswith(b": ") and len(shown) > answered and answers:
            answered = len(shown)
            os.write(terminal, answers.pop(0).encode())
        elif shown.endswith(b": ") and len(shown) > answered:
            break
    return shown.decode()


class Window:
    """A command in a terminal with a size, and what stands on its screen: ``pyte`` is that terminal."""

    def __init__(
        self,
        folder: Path,
        arguments: list[str],
        columns: int = 80,
        rows: int = 24,
        *,
        python: tuple[str, ...] = ("-m", "skylift"),
        **variables: str,
    ):
        self.screen = pyte.HistoryScreen(columns, rows, history=10_000, ratio=1)
        self._stream = pyte.ByteStream(self.screen)
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            environment = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", **variables}
            environment.pop("COLUMNS", None)
            time.sleep(0.05)
            os.execve(sys.executable, [sys.executable, *python, *arguments], environment)
        self._set_size(columns, rows)
        self.bytes = b""

    @property
    def lines(self) -> list[str]:
        """What stands on the screen, without the empty lines at its end."""
        shown = [line.rstrip() for line in self.screen.display]
        while shown and not shown[-1]:
            shown.pop()
        return shown

    @property
    def all_lines(self) -> list[str]:
        """The same, with what has scrolled away."""
        gone = [
            "".join(row[column].data for column in range(self.screen.columns)).rstrip()
            for row in self.screen.history.top
        ]
        return [*gone, *self.lines]

    def until(self, there: Callable[[list[str]], bool]) -> list[str]:
        """Wait until the screen shows something; its lines."""
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            if there(self.lines):
                return self.lines
            if not self._read():
                break
        raise AssertionError("\n".join(self.lines))

    def type(self, text: str) -> None:
        os.write(self._terminal, text.encode())

    def resize(self, columns: int, rows: int) -> None:
        self._set_size(columns, rows)
        self.screen.resize(rows, columns)

    def signal(self, number: int) -> None:
        os.kill(self._pid, number)

    def end(self) -> int:
        """Read all there is to come; the exit code."""
        while self._read():
            pass
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    def _read(self) -> bool:
        data = b""
        if not select.select([self._terminal], [], [], 0.1)[0]:
            return True
        with contextlib.suppress(OSError):
            data = os.read(self._terminal, 1 << 16)
        self.bytes += data
        self._stream.feed(data)
        return bool(data)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
