"""The one loop that watches every backend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone

import pytest

from skylift.errors import RemoteError
from skylift.jobs.watch import Pace, watch
from skylift.values.jobs import Described, Event, LogLine, LogPage

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
PACE = Pace(describe_s=1.0, describe_most_s=4.0, logs_s=1.0, drain_s=3.0)


class FakeClock:
    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class ScriptedService:
    """Answers describe and logs from two lists, the last answer for ever; an error in a list is raised."""

    def __init__(
        self,
        descriptions: Sequence[Mapping[str, object] | Exception],
        pages: Sequence[Sequence[str] | Exception],
    ) -> None:
        self._descriptions, self._pages = list(descriptions), list(pages)
        self.asked = 0

    def create(self, request: Mapping[str, object]) -> None:
        raise AssertionError

    def stop(self, name: str, *, kill: bool = False) -> None:
        raise AssertionError

    def describe(self, name: str) -> Mapping[str, object] | None:
        self.asked += 1
        found = self._descriptions.pop(0) if len(self._descriptions) > 1 else self._descriptions[0]
        if isinstance(found, Exception):
            raise found
        return found

    def logs(self, name: str, cursor: object) -> LogPage:
        found = self._pages.pop(0) if self._pages else []
        if isinstance(found, Exception):
            raise found
        return LogPage(tuple(LogLine(NOW, "algo-1", text) for text in found), None)


def state(status: str, secondary: str) -> dict[str, object]:
    return {"TrainingJobStatus": status, "SecondaryStatus": secondary}


RUNNING = state("InProgress", "Training")
DONE = state("Completed", "Completed")


def spoken(events: Sequence[Event]) -> list[str]:
    return [event.secondary if isinstance(event, Described) else event.text for event in events]


def test_lines_and_states_come_in_order_and_unchanged_states_once() -> None:
    service = ScriptedService([RUNNING, RUNNING, DONE], [["a"], ["b"], ["c"]])
    events = list(watch(service, "x", pace=PACE, clock=FakeClock()))
    assert spoken(events) == ["Training", "a", "b", "c", "Completed"]


def test_lines_that_are_delivered_late_are_not_lost() -> None:
    service = ScriptedService([DONE], [["a"], [], ["late"]])
    events = list(watch(service, "x", pace=PACE, clock=FakeClock()))
    assert spoken(events) == ["a", "Completed", "late"]


def test_stopped_is_an_end() -> None:
    service = ScriptedService([state("Stopped", "MaxRuntimeExceeded")], [])
    assert spoken(list(watch(service, "x", pace=PACE, clock=FakeClock()))) == ["MaxRuntimeExceeded"]


def test_a_status_nobody_knows_yet_is_not_an_end() -> None:
    service = ScriptedService([state("InProgress", "Levitating"), DONE], [])
    assert spoken(list(watch(service, "x", pace=PACE, clock=FakeClock()))) == ["Levitating", "Completed"]


def test_temporary_errors_are_waited_out() -> None:
    hiccup = RemoteError("throttled", temporary=True)
    service = ScriptedService([RUNNING, hiccup, hiccup, DONE], [["a"], hiccup, ["b"]])
    assert spoken(list(watch(service, "x", pace=PACE, clock=FakeClock()))) == [
        "Training",
        "a",
        "b",
        "Completed",
    ]


def test_an_error_that_stays_is_raised() -> None:
    service = ScriptedService([RemoteError("throttled", temporary=True)], [])
    with pytest.raises(RemoteError):
        list(watch(service, "x", pace=PACE, clock=FakeClock()))


def test_asking_gets_rarer_while_nothing_changes() -> None:
    service = ScriptedService([*[RUNNING] * 11, DONE], [])
    clock = FakeClock()
    list(watch(service, "x", pace=PACE, clock=clock))
    assert clock.time / service.asked > 2.5
