"""Logs of real frameworks, with what must be read from each: tests/corpus/metrics."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from skylift.runs.metrics import MetricReader
from skylift.runs.points import Point
from skylift.values.printed import Printed, escape

FOLDER = Path(__file__).parent / "corpus" / "metrics"
_NOON = datetime(2026, 1, 2, 12, tzinfo=timezone.utc)
Value = tuple[str, float | str]


@dataclass(frozen=True)
class Log:
    name: str
    data: bytes
    rows: tuple[Point, ...]

    def read(self, *, chunk: int = 0) -> list[Point]:
        """What the reader finds, in one piece or in pieces of so many bytes, cut where lines end."""
        reader = MetricReader({})
        parts = _parts(self.data, chunk) if chunk else [self.data]
        return [point for part in parts for point in reader.find(Printed(_NOON, "algo-1", part))]

    @property
    def lines(self) -> list[str]:
        return self.data.decode(errors="replace").split("\n")


@dataclass(frozen=True)
class Score:
    """Of the rows of a log: how many were read, how often something else was, how many were not."""

    right: int
    wrong: int
    missed: int

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)


def logs() -> list[Log]:
    return [Log(path.stem, path.read_bytes(), tuple(_rows(path))) for path in sorted(FOLDER.glob("*.log"))]


def _rows(path: Path) -> Iterator[Point]:
    expected = path.with_suffix(".json")
    if expected.exists():
        for row in json.loads(expected.read_text()):
            yield Point(row["name"], float(row["value"]), row["step"])


def _parts(data: bytes, size: int) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        end = data.find(b"\n", at + size) + 1 or len(data)
        yield data[at:end]
        at = end


def of_reader(log: Log) -> Score:
    read, expected = [_key(point) for point in log.read()], [_key(point) for point in log.rows]
    right = sum(key in expected for key in read)
    return Score(right, len(read) - right, sum(key not in read for key in expected))


def of_patterns(log: Log, form: str) -> Score:
    """What patterns of a form find in the log as the service keeps it.

    :param form: a pattern with ``{name}`` as the log spells it, and ``{sep}`` for what stands behind that.
    """
    stored = [escape(line) for line in log.lines]
    read: set[Value] = set()
    wrong: set[Value] = set()
    for name in dict.fromkeys(point.name for point in log.rows):
        for spelled, separator in _spelled(name, log):
            pattern = re.compile(form.format(name=re.escape(spelled), sep=re.escape(separator)))
            for line in stored:
                for match in pattern.finditer(line):
                    value = _number(match[1])
                    if value is not None and _is_whole(line, match):
                        read.add((name, value))
                    else:
                        wrong.add((name, match[1]))
    right = sum((point.name, _same(point.value)) in read for point in log.rows)
    return Score(right, len(wrong), len(log.rows) - right)


def _spelled(name: str, log: Log) -> list[tuple[str, str]]:
    """How the log spells a name, and what stands between it and its first number."""
    words = r"(?:'s |[_ :-]|\. )".join(map(re.escape, re.split(r"[_:]", name)))
    spelled = re.compile(
        rf"(?<![\w/:-])(?P<name>{words})(?P<sep>['\"]?[ \t]*[:=]?[ ]*['\"]?)(?=[-+\d.n])", re.IGNORECASE
    )
    match = next((found for line in log.lines if (found := spelled.search(line))), None)
    return [(match["name"], match["sep"])] if match else []


def _is_whole(line: str, match: re.Match[str]) -> bool:
    """Whether a pattern found the whole number behind the whole name."""
    before, behind = line[: match.start()][-1:], line[match.end(1) :][:1]
    if re.match(r"[\w/.-]", before) and not line[: match.start()].endswith(("#011", "#015")):
        return False
    return re.match(r"[\w.]", behind) is None


def _number(text: str) -> float | str | None:
    try:
        return _same(float(text))
    except ValueError:
        return None


def _same(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def _key(point: Point) -> tuple[str, int | None, float | str]:
    return point.name, point.step, _same(point.value)


def total(scores: Iterable[Score]) -> Score:
    return sum(scores, Score(0, 0, 0))
