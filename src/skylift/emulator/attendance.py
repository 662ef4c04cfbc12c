"""Waiting for a container to end, and ending it: by request, or at the limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from skylift.emulator.execution import Running
from skylift.values.ports import Clock

_POLL_S = 0.1
StoppedAs = Literal["", "Stopped", "MaxRuntimeExceeded"]


@dataclass(frozen=True)
class Limits:
    max_run_s: float
    grace_s: float
    """Between SIGTERM and SIGKILL."""


@dataclass(frozen=True)
class End:
    exit_code: int
    stopped_as: StoppedAs
    """The secondary status of a job that was stopped; empty when it ended by itself."""


class Attendance:
    """Attends one container. ``stop`` may come from any thread, or a signal handler: it takes no lock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked = False
        self._kill = False

    def asked(self) -> bool:
        """True once somebody wants the job to stop."""
        return self._asked

    def stop(self, *, kill: bool) -> None:
        self._kill = self._kill or kill
        self._asked = True

    def attend(self, running: Running, limits: Limits, on_stopping: Callable[[], None]) -> End:
        """Wait for the end. ``on_stopping`` is called once, before SIGTERM is sent."""
        time_is_up = self._clock.monotonic() + limits.max_run_s
        while (code := running.wait(_POLL_S)) is None:
            stopped_as = self._reason(time_is_up)
            if stopped_as:
                on_stopping()
                return End(self._end(running, limits.grace_s), stopped_as)
        return End(code, "")

    def _reason(self, time_is_up: float) -> StoppedAs:
        if self._asked:
            return "Stopped"
        return "MaxRuntimeExceeded" if self._clock.monotonic() >= time_is_up else ""

    def _end(self, running: Running, grace_s: float) -> int:
        running.terminate()
        grace_is_up = self._clock.monotonic() + grace_s
        while (code := running.wait(_POLL_S)) is None:
            if self._kill or self._clock.monotonic() >= grace_is_up:
                # Again until it is gone: a container may have been between two states.
                running.kill()
        return code
