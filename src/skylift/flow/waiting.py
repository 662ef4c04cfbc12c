"""A clock that does not wait longer than somebody is ready to wait."""

from __future__ import annotations

from datetime import datetime

from skylift.errors import StillRunning
from skylift.values.ports import Clock


class Deadline:
    """The same clock, until so many seconds have passed: then its ``sleep`` raises StillRunning."""

    def __init__(self, clock: Clock, seconds: float, run: str) -> None:
        self._clock, self._run, self._seconds = clock, run, seconds
        self._until = clock.monotonic() + seconds

    def now(self) -> datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        left = self._until - self._clock.monotonic()
        if left <= 0:
            raise StillRunning(self._run, self._seconds)
        self._clock.sleep(min(seconds, left))
