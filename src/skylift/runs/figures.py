"""System figures of a run: its history, a row each, and its summary for the record.

A job can print whatever it likes, also what looks like figures: what is not a number is left out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from skylift.host.clock import iso
from skylift.host.files import open_source
from skylift.values.figures import Figures

_MOST_GPUS, _MOST_HOSTS = 16, 64
"""So that the record stays small, whatever a job says."""


def row(host: str, at: datetime, figures: Figures) -> str:
    """A line of ``system.jsonl``."""
    return json.dumps({**figures, "host": host, "time": iso(at)}) + "\n"


def history(path: Path) -> Iterator[tuple[str, Figures]]:
    """Host and figures of each line; none where there is no file."""
    if not path.exists():
        return
    with open_source(path) as stream:
        for line in stream:
            try:
                found = json.loads(line.decode(errors="replace"))
            except (ValueError, RecursionError):
                # The last line may be half a line: its writer was killed.
                continue
            if isinstance(found, dict):
                yield str(found.get("host")), found


class System:
    """The summary of a run's figures, by host."""

    def __init__(self, found: Iterable[tuple[str, Figures]] = ()) -> None:
        self._hosts: dict[str, _Host] = {}
        for host, figures in found:
            self.add(host, figures)

    def add(self, host: str, figures: Figures) -> None:
        if host in self._hosts or len(self._hosts) < _MOST_HOSTS:
            self._hosts.setdefault(host, _Host()).add(figures)

    def as_json(self) -> dict[str, Any]:
        """Empty where there were no figures. Sizes are bytes, rates bytes a second, shares from 0 to 1."""
        hosts = {host: found.as_json() for host, found in sorted(self._hosts.items())}
        return {"hosts": hosts} if hosts else {}


class _Means:
    """Values by name: their means, by the seconds that each stood for, and their maxima."""

    def __init__(self) -> None:
        self._sums: dict[str, tuple[float, float]] = {}
        self._most: dict[str, float] = {}

    def add(self, name: str, value: object, seconds: float) -> None:
        found = _number(value)
        if found is not None:
            before, so_far = self._sums.get(name, (0.0, 0.0))
            self._sums[name] = (before + found * seconds, so_far + seconds)
            self._most[name] = max(found, self._most.get(name, found))

    def mean(self, name: str) -> float | None:
        total, seconds = self._sums.get(name, (0.0, 0.0))
        return round(total / seconds, 3) if seconds > 0 else None

    def most(self, name: str) -> float | None:
        return self._most.get(name)


class _Host:
    def __init__(self) -> None:
        self._seconds, self._samples = 0.0, 0.0
        self._means = _Means()
        self._gpus: dict[int, _Means] = {}
        self._room: Mapping[str, Any] = {}

    def add(self, figures: Figures) -> None:
        seconds = _number(figures.get("s")) or 0.0
        self._seconds += seconds
        self._samples += _number(figures.get("n")) or 0
        for table in ("cpu", "mem", "disk", "net"):
            for name, value in _table(figures.get(table)).items():
                self._means.add(f"{table}.{name}", value, seconds)
        self._means.add("wait", figures.get("wait"), seconds)
        self._room = _table(figures.get("room")) or self._room
        gpus = figures.get("gpus")
        for gpu in map(_table, gpus if isinstance(gpus, list) else ()):
            number = _number(gpu.get("gpu"))
            if number is not None and (number in self._gpus or len(self._gpus) < _MOST_GPUS):
                means = self._gpus.setdefault(int(number), _Means())
                for name, value in gpu.items():
                    means.add(name, value, seconds)

    def as_json(self) -> dict[str, Any]:
        mean, most = self._means.mean, self._means.most
        found: dict[str, Any] = {"seconds": round(self._seconds, 1), "samples": int(self._samples)}
        tables = {
            "cpu": {"mean": mean("cpu.mean"), "max": most("cpu.max"), "of": most("cpu.of")},
            "memory": {"max": most("mem.max"), "of": most("mem.of")},
            "io-wait": {"share": mean("wait")},
            "disk": {"read": mean("disk.read"), "written": mean("disk.written"), **self._left()},
            "network": {"received": mean("net.received"), "sent": mean("net.sent")},
        }
        for name, table in tables.items():
            known = {key: value for key, value in table.items() if value is not None}
            found |= {name: known} if known else {}
        if self._gpus:
            found["gpus"] = [_gpu(number, self._gpus[number]) for number in sorted(self._gpus)]
        return found

    def _left(self) -> dict[str, Any]:
        free, size = _number(self._room.get("free")), _number(self._room.get("of"))
        return {"free": free, "of": size, "at": str(self._room.get("at"))[:20]} if free is not None else {}


def _gpu(number: int, means: _Means) -> dict[str, Any]:
    values = {
        "busy": means.mean("busy"),
        "max": means.most("max"),
        "idle": means.mean("idle"),
        "memory": means.most("mem"),
        "of": means.most("of"),
        "watts": means.mean("watts"),
        "celsius": means.most("celsius"),
    }
    return {"gpu": number, **{name: value for name, value in values.items() if value is not None}}


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return value if math.isfinite(value) and 0 <= value < 1e21 else None
    except OverflowError:
        return None


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
