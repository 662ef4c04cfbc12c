"""When a container is ended, and as what: limits, requests, and faults on demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import IO

from skylift.emulator.attendance import Attendance, End, Limits
from skylift.emulator.faults import Faults

NOON = datetime(2026, 1, 2, 12, tzinfo=timezone.utc)


class FakeClock:
    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


@dataclass
class FakeRunning:
    """Ends by itself after ``lasts_s``, at once when it is told to."""

    clock: FakeClock
    lasts_s: float = 1000.0
    began: float = 0.0
    said: list[str] = field(default_factory=list)

    @property
    def outputs(self) -> Sequence[IO[bytes]]:
        return ()

    @property
    def owned(self) -> Mapping[str, object]:
        return {}

    def terminate(self) -> None:
        self.said.append("TERM")

    def kill(self) -> None:
        self.said.append("KILL")

    def wait(self, timeout_s: float) -> int | None:
        if self.said:
            return 137 if "KILL" in self.said else 143
        self.clock.sleep(timeout_s)
        return 0 if self.clock.time - self.began >= self.lasts_s else None

    def close(self) -> tuple[str, ...]:
        return ()


class Desk:
    """An attendance and what it said."""

    def __init__(self, faults: Faults, max_run_s: float = 500) -> None:
        self.clock = FakeClock()
        self.attendance = Attendance(self.clock, faults)
        self.limits = Limits(max_run_s, grace_s=30)
        self.stopping = 0

    def attend(self, lasts_s: float = 1000.0) -> tuple[End, FakeRunning]:
        running = FakeRunning(self.clock, lasts_s, self.clock.time)
        return self.attendance.attend(running, self.limits, self._on_stopping), running

    def _on_stopping(self) -> None:
        self.stopping += 1


def test_an_interruption_kills_without_a_warning() -> None:
    desk = Desk(Faults(interrupt_after_s=20))
    end, running = desk.attend()
    assert end == End(137, "", interrupted=True)
    assert running.said == ["KILL"]
    assert desk.stopping == 0
    assert 20 <= desk.clock.time < 21


def test_an_interruption_comes_once() -> None:
    desk = Desk(Faults(interrupt_after_s=20))
    desk.attend()
    assert desk.attend(lasts_s=100)[0] == End(0, "")
    assert desk.attendance.missed == ()


def test_the_limit_is_that_of_all_attempts() -> None:
    desk = Desk(Faults(interrupt_after_s=40), max_run_s=60)
    desk.attend()
    # What lies between two attempts is not training.
    desk.clock.sleep(1000)
    began = desk.clock.time
    end, running = desk.attend()
    assert end.stopped_as == "MaxRuntimeExceeded"
    assert running.said == ["TERM"]
    assert 19 <= desk.clock.time - began <= 21


def test_a_stop_on_demand_is_a_stop_as_others_are() -> None:
    desk = Desk(Faults(stop_after_s=20))
    end, running = desk.attend()
    assert end.stopped_as == "Stopped"
    assert running.said == ["TERM"]
    assert desk.stopping == 1
    assert desk.attendance.missed == ()


def test_a_request_comes_before_an_interruption() -> None:
    desk = Desk(Faults(interrupt_after_s=0.05))
    desk.attendance.stop(kill=False)
    assert desk.attend()[0] == End(143, "Stopped")


def test_a_job_that_ends_before_its_faults_is_told() -> None:
    desk = Desk(Faults(interrupt_after_s=20, stop_after_s=30))
    assert desk.attend(lasts_s=10)[0] == End(0, "")
    assert desk.attendance.missed == (
        "the job ended before --interrupt-after 20s",
        "the job ended before --stop-after 30s",
    )
