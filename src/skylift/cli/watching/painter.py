"""The one who writes on a terminal: lines scroll past, and below them stands a footer that is never left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

PACE_S = 0.125
"""Between two times that a footer is drawn."""
_ERASE_BELOW = "\x1b[J"
_ERASE_REST = "\x1b[K"


class Painter:
    """Between two calls the cursor stands at the beginning of the footer's first line.

    So whatever a terminal makes of the footer when its size changes, erasing all from the cursor on takes it away.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._footer: tuple[str, ...] = ()
        self._painted_s = float("-inf")
        self._busy = False
        self._stopping = False
        self._echoes = True

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows, now."""
        try:
            found = os.get_terminal_size(self._stream.fileno())
        except (OSError, ValueError):
            return 80, 24
        # Some that have no window say that they have no size.
        return found.columns or 80, found.lines or 24

    @property
    def due(self) -> bool:
        return self._clock() - self._painted_s >= PACE_S

    @property
    def in_front(self) -> bool:
        """Nobody else is at the terminal: after `bg` the shell's prompt is where our footer would stand."""
        try:
            return os.tcgetpgrp(self._stream.fileno()) == os.getpgrp()
        except OSError:
            return True

    def paint(self, lines: Sequence[str], footer: Sequence[str]) -> None:
        """Write lines that stay, and a footer below them. Each line of it is narrower than the terminal."""
        self._painted_s = self._clock()
        below = tuple(footer) if self.in_front else ()
        if not lines and below == self._footer:
            return
        text = "".join(f"{line}\n" for line in lines)
        if lines or len(below) != len(self._footer):
            text = ("\r" + _ERASE_BELOW if self._footer else "") + text
        if below:
            up = f"\x1b[{len(below) - 1}A" if len(below) > 1 else ""
            drawn = "\n".join(line + _ERASE_REST for line in below)
            text += f"{drawn}{_ERASE_BELOW}{up}\r"
        self._footer = below
        self._write(text)

    def clear(self) -> None:
        """Take the footer away; the cursor is where the next line belongs."""
        if self._footer:
            self._footer = ()
            self._write("\r" + _ERASE_BELOW)

    def _write(self, text: str) -> None:
        self._stream.flush()
        data = text.encode(self._stream.encoding or "utf-8", errors="backslashreplace")
        view = memoryview(data)
        self._busy = True
        try:
            while view:
                view = view[os.write(self._stream.fileno(), view) :]
        finally:
            self._busy = False
        if self._stopping:
            self._stopping = False
            self._stop()

    @contextlib.contextmanager
    def holding(self) -> Iterator[None]:
        """Until the end of the block what is typed is not shown, for it would stand in the footer.

        At its end, however it comes, and while we are stopped (Ctrl-Z), the terminal is as it was.
        """
        with contextlib.suppress(termios.error, OSError):
            self._echoes = bool(termios.tcgetattr(self._stream.fileno())[3] & termios.ECHO)
        before = signal.signal(signal.SIGTSTP, self._on_stop)
        self._echo(on=False)
        try:
            yield
        finally:
            signal.signal(signal.SIGTSTP, before)
            self.clear()
            self._echo(on=True)

    def _on_stop(self, *_: object) -> None:
        if self._busy:
            # Half of an escape sequence may have been written.
            self._stopping = True
        else:
            self._stop()

    def _stop(self) -> None:
        self.clear()
        self._echo(on=True)
        ours = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        # Here we go on after SIGCONT, perhaps in the background.
        signal.signal(signal.SIGTSTP, ours)
        self._echo(on=False)

    def _echo(self, *, on: bool) -> None:
        # Whoever changes a terminal from the background is stopped.
        if not self._echoes or not self.in_front:
            return
        with contextlib.suppress(termios.error, OSError):
            modes = termios.tcgetattr(self._stream.fileno())
            modes[3] = modes[3] | termios.ECHO if on else modes[3] & ~termios.ECHO
            termios.tcsetattr(self._stream.fileno(), termios.TCSADRAIN, modes)
