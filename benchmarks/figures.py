"""What system figures cost a job: processor time of the threads that look, beside a family of processes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from skylift_runtime.figures import Figures, Wanted
from skylift_runtime.tee import Tee

BUDGET = 0.5
"""Percent of a core."""
INTERVAL_S = 30.0
FAMILIES = (8, 500)
# Each starts the others and does nothing: what they would use themselves is not ours.
_FAMILY = """
import os, sys, threading, time
for _ in range(int(sys.argv[1]) - 1):
    if os.fork() == 0:
        break
for _ in range(3):
    threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
print("ready", flush=True)
time.sleep(3600)
"""


class _Listening(Tee):
    """Takes lines at once, as at the end of one of the job's."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[bytes] = []

    def say(self, line: Callable[[], bytes]) -> None:
        self.lines.append(line())


def report(seconds: float) -> str:
    lines = [f"\nsystem figures for {seconds:.0f} s, a line every {INTERVAL_S:.0f} s"]
    for count in FAMILIES:
        used, said = _cost(count, seconds)
        share = 100 * used / seconds
        lines.append(
            f"{count:>4} processes in the job, {_everybody()} on the machine: {used * 1000:.0f} ms, "
            f"{share:.3f} % of a core, {said} lines; the budget is {BUDGET} %"
        )
    return "\n".join(lines)


def _cost(count: int, seconds: float) -> tuple[float, int]:
    """Processor seconds of this process, which does nothing else, and how many lines there were."""
    command = [sys.executable, "-S", "-c", _FAMILY, str(count)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as family,
    ):
        assert family.stdout is not None
        for _ in range(count):
            family.stdout.readline()
        tee = _Listening()
        places = dict.fromkeys(("model", "output", "checkpoints", "work"), folder)
        figures = Figures(Wanted(INTERVAL_S, places, os.environ), tee)
        before = time.process_time()
        figures.start()
        time.sleep(seconds)
        last = figures.last()
        used = time.process_time() - before
        os.killpg(family.pid, 9)
    return used, len(tee.lines) + bool(last)


def _everybody() -> int:
    return len(list(Path("/proc").glob("[0-9]*")))
