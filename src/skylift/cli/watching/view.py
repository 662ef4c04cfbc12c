"""What somebody sees of a run: events in, lines out, and a footer that says how it stands. No terminal in here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from skylift.report.curves import sparkline
from skylift.report.measured import arrow, importance
from skylift.report.screen import Screen
from skylift.report.text import cut, duration, number, safe, width
from skylift.values.jobs import TERMINAL, Described, Entered, Event, LogLine, Measured, Unfinished, hosts_of
from skylift.values.printed import unescape

_LONGEST = 20_000
"""Characters of a line that a terminal is given; the log has all of it."""
_HISTORY = 256
"""Values of a metric that its small curve is made of, at least half as many."""
_SPARK = 12
_ENDS = TERMINAL | {"MaxRuntimeExceeded", "MaxWaitTimeExceeded"}
_QUIET_S = 60.0
"""Silence that is worth a word."""


@dataclass
class Metric:
    """One metric, as far as it was seen."""

    last: float
    best: float | None = None
    values: list[float] = field(default_factory=list)
    every: int = 1
    seen: int = 0

    def take(self, value: float, *, smaller: bool | None) -> None:
        self.last = value
        better = self.best is None or (value < self.best if smaller else value > self.best)
        if smaller is not None and value == value and better:  # noqa: PLR0124 - nan is never the best
            self.best = value
        if self.seen % self.every == 0:
            self.values.append(value)
        self.seen += 1
        if len(self.values) > _HISTORY:
            # Half of them, and from now on every second: a curve of a million values costs as much as one of many.
            self.values, self.every = self.values[::2], self.every * 2


class Phase(str):
    """A line that is ours, and not the job's."""

    __slots__ = ()


@dataclass(frozen=True)
class Metrics:
    """What is known of a run's metrics before it has printed one."""

    smaller: Callable[[str], bool | None] = lambda _: None
    """Whether one is better when it is smaller; None where nobody says."""
    objective: str = ""
    """The one that the run is about."""
    likeliest: Callable[[Iterable[str]], str] = lambda _: ""
    """Which of some that is, where nobody says."""


@dataclass(frozen=True)
class Standing:
    """What is shown below the log: lines of the job that may still change, and how the run stands."""

    rows: tuple[str, ...]
    status: tuple[str, ...]


class View:
    """Takes the events of a run, and says what is to be shown.

    A watch that was taken up again repeats nothing: neither phases nor, with ``lines`` skipped, the log.
    """

    def __init__(
        self,
        tag: str,
        about: Metrics | None = None,
        *,
        here: bool = True,
        plain: bool = False,
        times: bool = True,
    ) -> None:
        """
        :param about: what is known of the metrics beforehand.
        :param here: the log is what was printed; the service spells it its way.
        :param plain: nothing but ASCII.
        :param times: phases are told with their time when they are over; otherwise when they begin.
        """
        self._tag, self._here, self._plain, self._times = tag, here, plain, times
        self._about = about or Metrics()
        self._began: datetime | None = None
        self._screen = Screen()
        self._unfinished = ""
        self._several = False
        self._entered: list[Entered] = []
        self._phase_since: datetime | None = None
        self._heard: datetime | None = None
        self._metrics: dict[str, Metric] = {}
        self._passing: dict[str, float] = {}
        self._step: int | None = None
        self._held: list[str] = []
        """Phases that wait for the end of the line that the job is in the middle of."""
        self.lines = 0
        """How many lines of the log were taken."""
        self.asked = ""
        """What was asked of the run: shown until it ends."""

    @property
    def phase(self) -> str:
        return self._entered[-1].secondary if self._entered else ""

    def take(self, event: Event, now: datetime) -> list[str]:
        """The lines that are now to stay, in order."""
        if isinstance(event, LogLine):
            self.lines += 1
            self._heard = now
            text = event.spoken(several=True) if self._several else event.text
            if len(text) > _LONGEST or not self._here:
                text = self._fitting(text)
            return self._behind(self._screen.line(text)) if self._held else self._screen.line(text)
        if isinstance(event, Unfinished):
            self._heard = now
            self._unfinished = event.text if self._here else unescape(event.text)
            self._passing = {} if not event.text else self._passing
            return self._behind([]) if self._held and not event.text else []
        if isinstance(event, Measured):
            self._measured(event)
        elif isinstance(event, Described):
            self._several = len(hosts_of(event.description)) > 1
        elif isinstance(event, Entered) and event.number >= len(self._entered):
            return self._enter(event, now)
        return []

    def _behind(self, lines: list[str]) -> list[str]:
        """What the job has printed, and behind it the phases that had to wait for that."""
        held, self._held = self._held, []
        return [*lines, *self._screen.end(), *held]

    def _fitting(self, text: str) -> str:
        text = text if self._here else unescape(text)
        if len(text) > _LONGEST and "\r" not in text:
            text = f"{text[: _LONGEST // 2]} […{len(text) - _LONGEST // 2} more characters]"
        return text

    def _measured(self, event: Measured) -> None:
        self._step = event.step if event.step is not None else self._step
        if event.passing:
            self._passing |= dict(event.values)
            return
        for name, value in event.values:
            self._passing.pop(name, None)
            self._metrics.setdefault(name, Metric(value)).take(value, smaller=self._about.smaller(name))

    def _enter(self, event: Entered, now: datetime) -> list[str]:
        before, since = self.phase, event.since or now
        self._began = self._began or since
        waits = bool(self._unfinished)
        told = [] if waits else self.end()
        if not self._times and event.secondary in _ENDS:
            # What comes behind the log says more of the end.
            pass
        elif not self._times:
            told.append(phase_line(event.secondary, (since - self._began).total_seconds(), after=True))
        elif before and self._phase_since is not None:
            told.append(phase_line(before, (since - self._phase_since).total_seconds()))
        self._entered.append(event)
        self._phase_since = since
        self._heard = now
        self._held += told if waits else []
        return [] if waits else told

    def end(self) -> list[str]:
        """Lines that were thought to change, and now stay as they are."""
        self._unfinished = ""
        return self._behind([])

    def silent_s(self, now: datetime) -> float:
        """How long nothing was heard of the job."""
        return max(0.0, (now - self._heard).total_seconds()) if self._heard else 0.0

    def phase_s(self, now: datetime) -> float:
        return max(0.0, (now - self._phase_since).total_seconds()) if self._phase_since else 0.0

    def rows(self) -> list[str]:
        """The lines of the job that may still change: bars, mostly."""
        return self._screen.standing(self._unfinished)

    def standing(self, columns: int, height: int, now: datetime) -> Standing:
        """What is shown below the log, each line narrower than the terminal."""
        room = max(1, columns - 1)
        status = [cut(text, room, plain=self._plain) for text in self._status(room, now)]
        status = status[: max(1, min(2, height - 2))]
        most = max(0, min(8, height - 1 - len(status)))
        rows = [cut(row, room, plain=self._plain) for row in self.rows()]
        return Standing(tuple(rows[len(rows) - min(most, len(rows)) :]), tuple(status))

    def _status(self, room: int, now: datetime) -> list[str]:
        if not self._entered:
            return [f"waiting  {self._tag}"]
        parts = [f"{safe(self.phase)} {whole(self.phase_s(now))}", *([self.asked] if self.asked else [])]
        if self._step is not None:
            parts.append(f"step {self._step}")
        silent = self.silent_s(now)
        if silent >= _QUIET_S and self.phase == "Training":
            parts.append(f"nothing printed for {whole(silent)}")
        dot = " - " if self._plain else " · "
        return [dot.join([*parts, self._tag]), *self._metric_line(room)]

    def _metric_line(self, room: int) -> list[str]:
        names = {*self._metrics, *self._passing}
        smaller = {name: self._about.smaller(name) for name in names}
        judged = [name for name, way in smaller.items() if way is not None]
        objective = self._about.objective or self._about.likeliest(judged)
        line = ""
        for name in sorted(names, key=lambda one: importance(one, objective, smaller=smaller[one])):
            more = self._one_metric(name)
            joined = f"{line}   {more}" if line else more
            if line and width(joined) > room:
                break
            line = joined
        return [line] if line else []

    def _one_metric(self, name: str) -> str:
        metric = self._metrics.get(name)
        last = self._passing.get(name, metric.last if metric else 0.0)
        text = f"{safe(name)} {number(float(last))}"
        if metric is None:
            return text
        if metric.best is not None:
            best, way = (
                number(float(metric.best)),
                arrow(smaller=self._about.smaller(name), plain=self._plain),
            )
            text += f" best{way}" + ("" if best == number(float(last)) else best)
            text = text.rstrip()
        if len(metric.values) > 1:
            text += " " + sparkline(metric.values, _SPARK, plain=self._plain)
        return text


def phase_line(phase: str, seconds: float, *, after: bool = False) -> Phase:
    """A phase and how long it took, or how long after the first one it began."""
    time = (
        f"  after {duration(seconds)}" if after and seconds > 0 else "" if after else f"  {duration(seconds)}"
    )
    return Phase(f"     job  {safe(phase)}{time}")


def whole(seconds: float) -> str:
    """A time that goes on: without the tenths that would make it flicker."""
    return f"{int(seconds)}s" if seconds < 60 else duration(int(seconds))
