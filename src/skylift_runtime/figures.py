"""System figures: what a job uses of its machine, looked at every few seconds and said now and then, in one line.

Nothing here is worth a job: what can not be read is left out, and nobody waits for it. See decision 0029.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time

from skylift_runtime.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping, Optional

    from skylift_runtime.tee import Tee

_QUIET_S = 0.2
"""Nothing is imported before: a job that has ended by then has nothing to tell, and waits for nothing."""
_PERIOD_S = 5.0
_FIRST_S = 1.0
"""Until the second look, so that a job of a few seconds has some."""
_LOOKS = 4
"""At least so many in a line, where lines come fast."""
_SHARE = 0.003
"""Of a core, at most: where a look takes long, as among thousands of processes, there are fewer."""
_HARMLESS = (OSError, ValueError, LookupError, ArithmeticError, ImportError, MemoryError)


class Wanted(NamedTuple):
    """What of the job's figures is wanted."""

    interval_s: float
    folders: Mapping[str, str]
    """Places that the job writes to, by name."""
    environ: Mapping[str, str]


class Figures(threading.Thread):
    """Looks at the job from its start to its end, and hands lines to ``tee``."""

    def __init__(self, wanted: Wanted, tee: Tee) -> None:
        super().__init__(name="figures", daemon=True)
        self._wanted, self._tee = wanted, tee
        self._ended = threading.Event()
        self._began = time.monotonic()
        times = os.times()
        self._used_before = times[2] + times[3]
        self._measuring: "Optional[Any]" = None

    def start(self) -> None:
        # A signal that this thread took would not wake the main one, which alone can do something about it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            # Where there can be no further thread there are no figures.
            with contextlib.suppress(RuntimeError):
                super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def run(self) -> None:
        if self._ended.wait(_QUIET_S):
            return
        with contextlib.suppress(*_HARMLESS):
            # The user's code may have removed us.
            from skylift_runtime.measuring import Measuring

            measuring = Measuring(self._wanted, self._began, self._used_before)
            self._measuring = measuring
            self._go_on(measuring)

    def _go_on(self, measuring: Any) -> None:
        period = min(_PERIOD_S, self._wanted.interval_s / _LOOKS)
        pause, said = min(_FIRST_S, period), time.monotonic()
        while True:
            before = time.thread_time()
            measuring.look()
            if time.monotonic() - said >= self._wanted.interval_s:
                said = time.monotonic()
                self._tee.say(measuring.line)
            cost = time.thread_time() - before
            if self._ended.wait(max(pause, cost / _SHARE)):
                return
            pause = period

    def last(self) -> bytes:
        """The last line, when the job has ended; empty for a job that was over at once."""
        self._ended.set()
        measuring = self._measuring
        with contextlib.suppress(*_HARMLESS):
            return b"" if measuring is None else bytes(measuring.last_line())
        return b""
