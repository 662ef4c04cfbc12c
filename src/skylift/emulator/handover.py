"""What a job is handed through its stdin, and nowhere else: no file, command line or ``docker inspect`` has it."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Mapping

from skylift_runtime.contract import HANDED_VARIABLE


def announced(handed: bytes) -> Mapping[str, str]:
    """The variable that has the runtime read its stdin."""
    return {HANDED_VARIABLE: "stdin"} if handed else {}


def stdin_for(handed: bytes) -> int:
    return subprocess.PIPE if handed else subprocess.DEVNULL


def hand_over(process: subprocess.Popen[bytes], handed: bytes) -> None:
    """Write to the stdin of a process that was started with :func:`stdin_for`, and close it.

    In a thread: a job that does not read is not waited for.
    """
    stream = process.stdin
    if stream is None:
        return

    def write() -> None:
        # Where it has ended without reading, nobody misses it.
        with contextlib.suppress(OSError), stream:
            stream.write(handed)

    threading.Thread(target=write, name="handing over", daemon=True).start()
