"""One command inside a sandbox that lives as long as the command."""

from __future__ import annotations

import itertools
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from skylift.errors import UsageError
from skylift.sandbox.world import Sandbox
from skylift.values.progress import Report

_PATIENCE = 3
"""This many Ctrl-C end a command that does not listen."""


def run(command: Sequence[str], *, environment: Mapping[str, str], folder: Path, report: Report) -> int:
    """Run a command with its terminal in a fresh sandbox, and return its exit code.

    Jobs that still run when it ends are stopped. A command that a signal ended gives 128 and the
    signal's number, as in a shell.

    :raises UsageError: when there is no such command.
    :raises NotReady: when the sandbox can not be.
    """
    if not command or shutil.which(command[0], path=environment.get("PATH")) is None:
        raise UsageError(
            f"no such command: {command[0] if command else ''}",
            hints=("write it as `skylift sandbox run -- COMMAND`",),
        )
    with (
        Sandbox(folder, environment, report) as sandbox,
        subprocess.Popen(list(command), env=sandbox.environment()) as process,
        _signals_for(process),
    ):
        code = process.wait()
    return code if code >= 0 else 128 - code


@contextmanager
def _signals_for(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """While the command runs, signals are its affair: nothing must end us before the sandbox is taken down."""
    if threading.current_thread() is not threading.main_thread():
        # Only there may handlers be set; and only there do signals arrive.
        yield
        return
    interrupts = itertools.count(1)

    def interrupted(*_: object) -> None:
        # The terminal told the command as well, and the command knows what that means.
        if next(interrupts) >= _PATIENCE:
            process.kill()

    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, interrupted),
        signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: process.terminate()),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
