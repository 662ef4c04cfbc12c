"""Where a process's streams go: to us, or to the terminal that we have ourselves."""

from __future__ import annotations

import signal
import subprocess
import sys
from types import FrameType
from typing import TypedDict


class Streams(TypedDict, total=False):
    """The arguments of ``subprocess.Popen`` that decide it."""

    stdin: int
    stdout: int
    stderr: int
    start_new_session: bool


TO_US = Streams(
    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
)
"""Both outputs as one pipe, so that their order stays; a session of its own, so that it can be ended whole."""
OUR_OWN = Streams()


def is_interactive() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def wait_at_terminal(process: subprocess.Popen[bytes]) -> int:
    """Wait for a process that has our terminal: Ctrl-C is for it. Its exit code, as a shell says it."""

    def leave_it(_number: int, _frame: FrameType | None) -> None:
        """The terminal has told the process, too."""

    before = signal.signal(signal.SIGINT, leave_it)
    try:
        code = process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return code if code >= 0 else 128 - code
