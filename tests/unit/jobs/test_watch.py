"""The one loop that watches every backend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone

import pytest

from skylift.errors import RemoteError
from skylift.jobs.watch import Pace, watch
from skylift.values.jobs import Entered, Event, LogLine, LogPage, Pause, Unfinished

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
        self.knows_of_more = False

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
        whole = [text for text in found if not text.startswith("\r")]
        return LogPage(
            tuple(LogLine(NOW, "algo-1", text) for text in whole),
            None,
            more=self.knows_of_more and bool(self._pages),
            unfinished="".join(text for text in found if text.startswith("\r")),
        )


def state(status: str, secondary: str) -> dict[str, object]:
    return {"TrainingJobStatus": status, "SecondaryStatus": secondary}


def after(*phases: str, status: str = "InProgress") -> dict[str, object]:
    """The description of a job that has gone through these phases."""
    transitions = [{"Status": phase, "StatusMessage": phase} for phase in phases]
    return {**state(status, phases[-1]), "SecondaryStatusTransitions": transitions}


RUNNING = state("InProgress", "Training")
DONE = state("Completed", "Completed")


def spoken(events: Sequence[Event]) -> list[str]:
    """What a terminal would show."""
    return [
        event.secondary if isinstance(event, Entered) else event.text
        for event in events
        if isinstance(event, (Entered, LogLine))
    ]


def watched(descriptions: Sequence[Mapping[str, object]], *pages: Sequence[str]) -> list[str]:
    service = ScriptedService(descriptions, pages)
    return spoken(list(watch(service, "x", pace=PACE, clock=FakeClock())))


def test_lines_and_states_come_in_order_and_unchanged_states_once() -> None:
    service = ScriptedService([RUNNING, RUNNING, DONE], [["a"], ["b"], ["c"]])
    events = list(watch(service, "x", pace=PACE, clock=FakeClock()))
    assert spoken(events) == ["Training", "a", "b", "c", "Completed"]


def test_nobody_waits_for_lines_that_are_there_already() -> None:
    service = ScriptedService(
        [state("InProgress", "Training")] * 2 + [state("Completed", "Completed")], [["a"]] * 50
    )
    service.knows_of_more = True
    clock = FakeClock()
    for number, _ in enumerate(watch(service, "x", pace=PACE, clock=clock), 1):
        if number == 50:
            break
    assert clock.time == 0.0


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


FIRST = ("Starting", "Downloading", "Training")


def test_a_phase_that_was_shorter_than_a_look_is_told() -> None:
    looks = [
        after(*FIRST),
        after(*FIRST, "Interrupted", *FIRST),
        after(*FIRST, "Interrupted", *FIRST, "Uploading"),
    ]
    done = after(*FIRST, "Interrupted", *FIRST, "Uploading", "Completed", status="Completed")
    assert watched([*looks, done]) == [*FIRST, "Interrupted", *FIRST, "Uploading", "Completed"]


def test_a_job_that_was_over_at_the_first_look_is_told_from_the_beginning() -> None:
    done = after(*FIRST, "Uploading", "Completed", status="Completed")
    assert watched([done], ["a", "b"]) == [*FIRST, "a", "b", "Uploading", "Completed"]


def test_what_a_job_printed_stands_before_its_results_are_uploaded() -> None:
    looks = [
        after(*FIRST),
        after(*FIRST, "Uploading"),
        after(*FIRST, "Uploading", "Completed", status="Completed"),
    ]
    assert watched(looks, ["a"], ["b"], ["c"]) == [*FIRST, "a", "b", "Uploading", "c", "Completed"]


def test_a_phase_is_told_once_whatever_else_changes() -> None:
    launching = after("Starting")
    preparing = {**after("Starting", "Starting"), "LastModifiedTime": "later"}
    # The list may be a moment behind the status.
    behind = {**after("Starting"), "SecondaryStatus": "Downloading"}
    done = after("Starting", "Downloading", "Failed", status="Failed")
    assert watched([launching, preparing, behind, done]) == ["Starting", "Downloading", "Failed"]


def test_a_history_that_was_rewritten_tells_only_what_is_now() -> None:
    looks = [after("Starting", "Downloading"), after("Pending", "Training"), DONE]
    assert watched(looks) == ["Starting", "Downloading", "Training", "Completed"]


def test_phases_are_numbered_alike_for_whoever_watches_again() -> None:
    done = after(*FIRST, "Uploading", "Completed", status="Completed")
    for looks in ([done], [after("Starting"), after(*FIRST), done]):
        events = watch(ScriptedService(looks, []), "x", pace=PACE, clock=FakeClock())
        assert [event.number for event in events if isinstance(event, Entered)] == [0, 1, 2, 3, 4]


def test_an_unfinished_line_is_told_when_it_changes_and_before_the_next_look() -> None:
    pages = [["a", "\r1%"], ["\r1%"], ["\r2%"], ["\r2%\r3%"], ["b"], []]
    service = ScriptedService([RUNNING] * 7 + [DONE], pages)
    events = list(watch(service, "x", pace=PACE, clock=FakeClock()))
    told = [
        event.text if isinstance(event, Unfinished | LogLine) else "-"
        for event in events
        if isinstance(event, Unfinished | LogLine | Pause)
    ]
    assert "".join(told).startswith("a\r1%--\r2%-\r2%\r3%-b-")


def test_a_phase_comes_with_the_time_at_which_it_began() -> None:
    transitions = [
        {"Status": "Starting", "StartTime": "2026-01-01T00:00:00.000Z"},
        {"Status": "Starting", "StartTime": "2026-01-01T00:00:09.000Z"},
        {"Status": "Training", "StartTime": "2026-01-01T00:01:00+00:00"},
        {"Status": "Uploading", "StartTime": "some day"},
    ]
    done = {**state("Completed", "Completed"), "SecondaryStatusTransitions": transitions}
    events = watch(ScriptedService([done], []), "x", pace=PACE, clock=FakeClock())
    since = [event.since for event in events if isinstance(event, Entered)]
    assert since == [NOW, NOW.replace(minute=1), None, None]
