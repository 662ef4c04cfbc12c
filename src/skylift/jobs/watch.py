"""Watching a job: the same loop for every service.

Takes a service, gives events in order. Ends after the terminal description and the last line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from skylift.errors import RemoteError
from skylift.jobs.phases import Phases, split_at_lines
from skylift.values.jobs import Described, Event, Pause, Unfinished
from skylift.values.ports import Clock, TrainingService


@dataclass(frozen=True)
class Pace:
    """How often to ask, in seconds."""

    describe_s: float
    """At first; the pause grows by half while nothing changes."""
    describe_most_s: float
    logs_s: float
    drain_s: float
    """How long to go on listening after the end: delivery of log lines lags behind."""


HERE = Pace(describe_s=0.1, describe_most_s=0.1, logs_s=0.1, drain_s=0.0)
SERVICE = Pace(describe_s=1.0, describe_most_s=20.0, logs_s=1.0, drain_s=2.0)
"""DescribeTrainingJob is throttled for the whole account; the official SDK asks every 30 s."""

_PATIENCE = 6


def watch(
    service: TrainingService, name: str, *, pace: Pace, clock: Clock, cursor: object = None
) -> Iterator[Event]:
    """Yield what happens to a job until it has ended and its log is read to the end.

    Every phase that the job entered comes as an event of its own, those too that no description was asked
    for in. Between two looks comes a ``Pause``. Temporary errors of the service are waited out, with growing pauses.
    """
    watcher = _Watcher(service, name, pace, clock, cursor)
    while not watcher.ended:
        yield from watcher.round()
        if not watcher.ended and not watcher.behind:
            yield Pause()
            clock.sleep(pace.logs_s)
    yield from watcher.drain()


class _Watcher:
    def __init__(self, service: TrainingService, name: str, pace: Pace, clock: Clock, cursor: object) -> None:
        self._service, self._name, self._pace, self._clock = service, name, pace, clock
        self._cursor = cursor
        self._seen: object = None
        self._phases = Phases()
        self._asked: float | None = None
        self._pause = pace.describe_s
        self._last: Described | None = None
        self._failures = 0
        self._unfinished = ""
        self.behind = False
        """There is more of the log than was read in the last round."""

    @property
    def ended(self) -> bool:
        return self._last is not None and self._last.terminal

    def round(self) -> Iterator[Event]:
        try:
            described = self._describe()
            lines = list(self._lines())
        except RemoteError as error:
            self.behind = False
            self._wait_out(error)
            return
        self._failures = 0
        news = self._news(described)
        if news is None:
            yield from lines
            return
        entered = self._phases.news(news.description)
        # The description was asked for first: lines that came since belong behind it, unless nothing is said any more.
        silent = news.terminal or news.secondary == "Uploading"
        before, behind = split_at_lines(entered) if silent else (entered, ())
        yield from before
        if not silent:
            yield news
        yield from lines
        yield from behind
        if silent:
            yield news

    def _news(self, described: Described | None) -> Described | None:
        if described is None or dict(described.description) == self._seen:
            return None
        self._seen = dict(described.description)
        self._last = described
        self._pause = self._pace.describe_s
        return described

    def drain(self) -> Iterator[Event]:
        until = self._clock.monotonic() + self._pace.drain_s
        while True:
            found = list(self._lines())
            yield from found
            if not found and self._clock.monotonic() >= until:
                return
            if not found:
                self._clock.sleep(min(1.0, self._pace.logs_s))

    def _describe(self) -> Described | None:
        now = self._clock.monotonic()
        if self._asked is not None and now - self._asked < self._pause:
            return None
        self._asked = now
        self._pause = min(self._pace.describe_most_s, self._pause * 1.5)
        found = self._service.describe(self._name)
        return Described(found) if found is not None else None

    def _lines(self) -> Iterator[Event]:
        page = self._service.logs(self._name, self._cursor)
        self._cursor, self.behind = page.cursor, page.more
        yield from page.lines
        if page.unfinished != self._unfinished:
            self._unfinished = page.unfinished
            yield Unfinished(page.unfinished)

    def _wait_out(self, error: RemoteError) -> None:
        self._failures += 1
        if not error.temporary or self._failures > _PATIENCE:
            raise error
        self._clock.sleep(min(30.0, 2.0**self._failures))
