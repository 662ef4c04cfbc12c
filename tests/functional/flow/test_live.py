"""What somebody who looks on is told besides the log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path

from skylift.flow.backends import Backend
from skylift.flow.live import with_metrics
from skylift.flow.running import Run
from skylift.flow.world import Cloud, World
from skylift.host.files import write_json
from skylift.jobs.watch import Pace
from skylift.runs.metrics import MetricReader
from skylift.runs.points import Point, row
from skylift.runs.store import RunStore
from skylift.values.jobs import Event, LogLine, LogPage, Measured, Pause, Unfinished
from skylift.values.settings import AwsSettings

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


class FakeClock:
    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        self.time += 1.0
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class OneJob:
    """A service whose job prints some lines and completes."""

    def __init__(self, pages: Sequence[LogPage]) -> None:
        self._pages, self._asked = list(pages), 0

    def create(self, request: Mapping[str, object]) -> None:
        raise AssertionError

    def stop(self, name: str, *, kill: bool = False) -> None:
        raise AssertionError

    def describe(self, name: str) -> Mapping[str, object] | None:
        ended = not self._pages
        status, phase = ("Completed", "Completed") if ended else ("InProgress", "Training")
        return {"TrainingJobName": name, "TrainingJobStatus": status, "SecondaryStatus": phase}

    def logs(self, name: str, cursor: object) -> LogPage:
        return self._pages.pop(0) if self._pages else LogPage((), cursor)


def watched(tmp_path: Path, *, live: bool) -> list[Event]:
    pages = [
        LogPage((LogLine(NOW, "algo-1", "epoch=1 val_loss=0.5"),), None),
        LogPage((), None, unfinished="\r 50% loss=0.25"),
        LogPage((LogLine(NOW, "algo-1", "epoch=2 val_loss=0.25"),), None),
    ]
    store = RunStore(tmp_path)
    write_json(store.folder("a-1").intent, {"executor": "service", "ours": {}})
    service = OneJob(pages)
    backend = Backend("sagemaker", lambda: service, Pace(0, 0, 0, 0), FakeClock(), here=False)
    cloud = Cloud(AwsSettings(), World({}, tmp_path))
    return list(Run("a-1", store, backend, cloud).watch(live=live))


def values(events: Iterable[Event]) -> list[tuple[tuple[tuple[str, float], ...], bool]]:
    return [(event.values, event.passing) for event in events if isinstance(event, Measured)]


def test_metrics_of_a_job_elsewhere_are_read_from_its_lines(tmp_path: Path) -> None:
    assert values(watched(tmp_path, live=True)) == [
        ((("val_loss", 0.5),), False),
        ((("loss", 0.25),), True),
        ((("val_loss", 0.25),), False),
    ]


def test_who_does_not_look_on_is_told_what_happened_and_no_more(tmp_path: Path) -> None:
    events = watched(tmp_path, live=False)
    assert not any(isinstance(event, Measured | Unfinished | Pause) for event in events)
    assert [event.text for event in events if isinstance(event, LogLine)] == [
        "epoch=1 val_loss=0.5",
        "epoch=2 val_loss=0.25",
    ]


def test_metrics_of_a_job_here_are_read_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    rows = [row(Point("loss", 1 / (number + 1), number), "2026-01-01T00:00:00Z") for number in range(3)]

    def happening() -> Iterator[Event]:
        yield Pause()
        path.write_text(rows[0] + rows[1][:7])
        yield Pause()
        with path.open("a") as stream:
            stream.write(rows[1][7:] + "not a row\n")
        yield Pause()
        # Nothing comes twice, and nothing that stands in the log is read once more.
        yield LogLine(NOW, "algo-1", "loss=9")
        with path.open("a") as stream:
            stream.write(rows[2])

    found = values(with_metrics(happening(), path, MetricReader({}), FakeClock()))
    assert found == [((("loss", 1.0),), False), ((("loss", 0.5),), False), ((("loss", 1 / 3),), False)]
