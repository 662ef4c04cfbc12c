"""Waiting for a container to end, and ending it: by request, or at the limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from skylift.emulator.faults import NO_FAULTS, Faults
from skylift.values.ports import Clock

_POLL_S = 0.1
StoppedAs = Literal["", "Stopped", "MaxRuntimeExceeded"]


class Attended(Protocol):
    """The containers of one attempt, taken as one."""

    def terminate(self) -> None: ...
    def kill(self) -> None: ...
    def wait(self, timeout_s: float) -> int | None:
        """The exit code; None while it runs."""


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
    interrupted: bool = False
    """Its instance was taken away: the job starts again."""


class Attendance:
    """Attends a job's containers, one after the other.

    ``stop`` may come from any thread, or a signal handler: it takes no lock.
    """

    def __init__(self, clock: Clock, faults: Faults = NO_FAULTS) -> None:
        self._clock = clock
        self._faults = faults
        self._asked = False
        self._kill = False
        self._broken = False
        self._interrupted = False
        self._stopped_by_fault = False
        self._spent_s = 0.0
        """In attempts that were interrupted: the limits are those of the job, not of an attempt."""

    def asked(self) -> bool:
        """True once somebody wants the job to stop."""
        return self._asked

    def stop(self, *, kill: bool) -> None:
        self._kill = self._kill or kill
        self._asked = True

    def give_up(self) -> None:
        """Kill the job, from any thread: what it needs can not be had. Whoever says so knows the reason."""
        self._kill = self._broken = True

    @property
    def missed(self) -> tuple[str, ...]:
        """Warnings for the faults that never came."""
        return self._faults.missed(interrupted=self._interrupted, stopped=self._stopped_by_fault)

    def attend(self, crew: Attended, limits: Limits, on_stopping: Callable[[], None]) -> End:
        """Wait for the end. ``on_stopping`` is called once, before SIGTERM is sent."""
        began = self._clock.monotonic() - self._spent_s
        while (code := crew.wait(_POLL_S)) is None:
            if self._broken:
                return End(self._kill_at_once(crew), "")
            trained_s = self._clock.monotonic() - began
            stopped_as = self._reason(trained_s, limits.max_run_s)
            if stopped_as:
                on_stopping()
                return End(self._end(crew, limits.grace_s), stopped_as)
            if not self._interrupted and _is_due(self._faults.interrupt_after_s, trained_s):
                self._interrupted, self._spent_s = True, trained_s
                return End(self._kill_at_once(crew), "", interrupted=True)
        return End(code, "")

    def _reason(self, trained_s: float, max_run_s: float) -> StoppedAs:
        if self._asked:
            return "Stopped"
        if trained_s >= max_run_s:
            return "MaxRuntimeExceeded"
        self._stopped_by_fault = _is_due(self._faults.stop_after_s, trained_s)
        return "Stopped" if self._stopped_by_fault else ""

    def _kill_at_once(self, crew: Attended) -> int:
        crew.kill()
        while (code := crew.wait(_POLL_S)) is None:
            crew.kill()
        return code

    def _end(self, crew: Attended, grace_s: float) -> int:
        crew.terminate()
        grace_is_up = self._clock.monotonic() + grace_s
        while (code := crew.wait(_POLL_S)) is None:
            if self._kill or self._clock.monotonic() >= grace_is_up:
                # Again until it is gone: a container may have been between two states.
                crew.kill()
        return code


def _is_due(after_s: float | None, trained_s: float) -> bool:
    return after_s is not None and trained_s >= after_s
