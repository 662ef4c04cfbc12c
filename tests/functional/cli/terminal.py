"""A command on a terminal, and somebody who answers its questions."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import sys
import time
from pathlib import Path

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
