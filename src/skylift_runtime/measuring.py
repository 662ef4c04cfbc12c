"""Readings to figures: means and maxima of a span of time, as a line of a job's output."""

from __future__ import annotations

import json
import threading
import time

from skylift_runtime.contract import FIGURES_PREFIX
from skylift_runtime.nvml import Gpu, Gpus
from skylift_runtime.usage import Limits, Meter, Reading, highest_memory, room

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Tuple

    from skylift_runtime.figures import Wanted

_IDLE = 0.05
"""A GPU that is less busy than this is idle."""
_LINE_LIMIT = 4096
"""Bytes that a pipe takes in one piece (PIPE_BUF, pipe(7)), so that nothing comes between them."""


class Mean:
    """The mean of a value over time, and its maximum."""

    def __init__(self) -> None:
        self._sum = self._seconds = self.most = 0.0

    def add(self, value: float, seconds: float) -> None:
        self._sum += value * seconds
        self._seconds += seconds
        self.most = max(self.most, value)

    def __bool__(self) -> bool:
        return self._seconds > 0

    @property
    def mean(self) -> float:
        return self._sum / self._seconds


class _OneGpu:
    def __init__(self) -> None:
        self.busy, self.idle, self.memory, self.watts, self.celsius = Mean(), Mean(), Mean(), Mean(), Mean()
        self.of = 0

    def add(self, gpu: Gpu, seconds: float) -> None:
        if gpu.busy is not None:
            self.busy.add(gpu.busy, seconds)
            self.idle.add(float(gpu.busy < _IDLE), seconds)
        for mean, value in ((self.memory, gpu.memory), (self.watts, gpu.watts), (self.celsius, gpu.celsius)):
            if value is not None:
                mean.add(value, seconds)
        self.of = gpu.of or self.of

    def figures(self, number: int) -> Dict[str, Any]:
        found: Dict[str, Any] = {"gpu": number}
        if self.busy:
            found.update(busy=_round(self.busy.mean), max=_round(self.busy.most), idle=_round(self.idle.mean))
        if self.memory:
            found.update(mem=int(self.memory.most), of=self.of)
        if self.watts:
            found["watts"] = round(self.watts.mean)
        if self.celsius:
            found["celsius"] = int(self.celsius.most)
        return found


class Span:
    """What was seen since the last line."""

    def __init__(self, first: Reading) -> None:
        self._first, self._last = first, first
        self._cpu, self._memory, self._waited = Mean(), Mean(), Mean()
        self._gpus: Dict[int, _OneGpu] = {}
        self._looks = 0
        self._moved = dict.fromkeys(("read", "written", "received", "sent"), 0)
        self._known: "set[str]" = set()

    def add(self, reading: Reading, gpus: List[Gpu]) -> None:
        before, seconds = self._last, reading.at - self._last.at
        if seconds <= 0:
            return
        self._looks += 1
        if reading.cpu is not None and before.cpu is not None:
            # It can be less than it was: nobody counts for a parent that does not want to know of its children.
            self._cpu.add(max(0.0, reading.cpu - before.cpu) / seconds, seconds)
        if reading.memory is not None:
            self._memory.add(reading.memory, seconds)
        if reading.waited is not None and before.waited is not None:
            self._waited.add(min(1.0, max(0.0, reading.waited - before.waited) / seconds), seconds)
        elif reading.waits is not None:
            self._waited.add(float(reading.waits), seconds)
        for name in self._moved:
            value, previous = getattr(reading, name), getattr(before, name)
            if value is not None and previous is not None:
                self._known.add(name)
                self._moved[name] += max(0, value - previous)
        for gpu in gpus:
            self._gpus.setdefault(gpu.number, _OneGpu()).add(gpu, seconds)
        self._last = _filled(reading, before)

    def following(self) -> Span:
        return Span(self._last)

    def figures(self, limits: Limits) -> Dict[str, Any]:
        seconds = self._last.at - self._first.at
        found: Dict[str, Any] = {"t": int(time.time()), "s": round(seconds, 1), "n": self._looks}
        if self._cpu:
            mean, most = _round(self._cpu.mean), _round(self._cpu.most)
            found["cpu"] = {"mean": mean, "max": most, "of": _round(limits.cores)}
        if self._memory:
            found["mem"] = {"max": int(self._memory.most), "of": limits.memory}
        if self._waited:
            found["wait"] = _round(self._waited.mean)
        for key, pair in (("disk", ("read", "written")), ("net", ("received", "sent"))):
            if seconds > 0 and self._known.issuperset(pair):
                found[key] = {name: int(self._moved[name] / seconds) for name in pair}
        if self._gpus:
            found["gpus"] = [self._gpus[number].figures(number) for number in sorted(self._gpus)]
        return found


class Measuring:
    """Looks, and says what was seen. Looks are one thread's, lines are any one's."""

    def __init__(
        self,
        wanted: Wanted,
        began: float,
        used_before: float,
        *,
        meter: "Optional[Meter]" = None,
        gpus: "Optional[Gpus]" = None,
    ) -> None:
        self._folders = wanted.folders
        self._meter = meter or Meter.here(wanted.environ)
        self._limits = self._meter.limits()
        self._gpus = gpus or Gpus(wanted.environ)
        self._gpus.start()
        self._turn = threading.Lock()
        self._span = Span(self._meter.first(began, used_before))
        self._room: "Optional[Tuple[str, int, int]]" = None

    def look(self) -> None:
        # What hangs, as a file system that has gone, hangs before anybody waits for us.
        reading, found, gpus = self._meter.read(), room(self._folders), self._gpus.take()
        self._gpus.ask()
        with self._turn:
            self._room = found or self._room
            self._span.add(reading, gpus)

    def line(self) -> bytes:
        """What was seen since the last line; from here on it is another span."""
        with self._turn:
            span, self._span = self._span, self._span.following()
        return _spelled({**span.figures(self._limits), **self._space()})

    def last_line(self) -> bytes:
        self._room = room(self._folders) or self._room
        reading = self._meter.last()
        with self._turn:
            span = self._span
            span.add(reading, self._gpus.take())
        found = {**span.figures(self._limits), **self._space(), "last": 1}
        most = None if "mem" in found else highest_memory()
        if most is not None:
            found["mem"] = {"max": most, "of": self._limits.memory}
        return _spelled(found)

    def _space(self) -> Dict[str, Any]:
        if self._room is None:
            return {}
        name, free, size = self._room
        return {"room": {"at": name, "free": free, "of": size}}


def _spelled(figures: Dict[str, Any]) -> bytes:
    line = (FIGURES_PREFIX + json.dumps(figures, separators=(",", ":")) + "\n").encode()
    if len(line) > _LINE_LIMIT and figures.pop("gpus", None) is not None:
        return _spelled(figures)
    return line


def _filled(reading: Reading, before: Reading) -> Reading:
    """With the sums that could not be read this time as they were, so that nothing is counted twice or not at all."""
    lacking = {
        name: getattr(before, name)
        for name in ("cpu", "read", "written", "waited", "received", "sent")
        if getattr(reading, name) is None
    }
    return reading._replace(**lacking) if lacking else reading


def _round(value: float) -> float:
    return round(value, 3)
