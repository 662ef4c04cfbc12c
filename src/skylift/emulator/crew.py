"""The containers of one attempt, one a host: started together, attended as one, ended together."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from skylift.emulator.execution import Container, Executor, Running
from skylift.emulator.output import Pump

_GRACE_S = 30.0
"""What the other hosts have left when one has failed: the service says nothing of it, so it is not much."""


@dataclass
class _Member:
    host: str
    running: Running
    pump: Pump
    code: int | None = None

    def close(self, warnings: list[str]) -> None:
        """Warnings are added to those that there are."""
        warnings += self.running.close()
        # By now all output is written, and nothing writes any more.
        self.pump.finish()


class Crew:
    """A job's hosts while it trains. With one of them it is that one."""

    def __init__(self, make_pump: Callable[[str, Running], Pump]) -> None:
        self._make_pump = make_pump
        self._members: list[_Member] = []
        self._failed: _Member | None = None
        self._told_to_end = False
        self._others_end_at = math.inf

    def start(self, executor: Executor, containers: Sequence[Container]) -> None:
        """Start all of them, or as many as there can be before one fails to start; ``close`` ends those."""
        for container in containers:
            running = executor.start(container)
            pump = self._make_pump(container.host, running)
            pump.start()
            self._members.append(_Member(container.host, running, pump))

    @property
    def failed(self) -> str:
        """The host that failed first; empty when none has."""
        return self._failed.host if self._failed is not None else ""

    @property
    def owned(self) -> Mapping[str, object]:
        """What ``orphans.end`` needs to know, as JSON."""
        return {"hosts": [dict(member.running.owned) for member in self._members]}

    def terminate(self) -> None:
        self._told_to_end = True
        for member in self._at_work():
            member.running.terminate()

    def kill(self) -> None:
        self._told_to_end = True
        for member in self._at_work():
            member.running.kill()

    def wait(self, timeout_s: float) -> int | None:
        """The exit code when all have ended: that of the first that failed, else 0. None while one runs.

        A job fails with its first host: the others are then told to end, and have little time for it.

        :raises JobFault: when one could not be started as the request wants it.
        """
        at_work = self._at_work()
        for member in at_work:
            member.code = member.running.wait(timeout_s / len(at_work))
            if member.code and self._failed is None:
                self._failed = member
                self._end_the_others()
        if not self._at_work():
            return self._failed.code if self._failed is not None else 0
        if time.monotonic() > self._others_end_at:
            self.kill()
        return None

    def _end_the_others(self) -> None:
        # Who was told already has its grace from whoever told it; a second SIGTERM would take that away.
        if not self._told_to_end:
            self.terminate()
            self._others_end_at = time.monotonic() + _GRACE_S

    def close(self) -> tuple[str, ...]:
        """End whatever is left and take back what was lent; warnings."""
        warnings: list[str] = []
        with ExitStack() as closing:
            # Each is closed, whatever becomes of the others; what went wrong is raised after that.
            for member in self._members:
                closing.callback(member.close, warnings)
        return tuple(warnings)

    def _at_work(self) -> list[_Member]:
        return [member for member in self._members if member.code is None]
