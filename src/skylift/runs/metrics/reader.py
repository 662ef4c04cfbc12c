"""Reads metrics from lines: the project's own patterns first, then what frameworks and scripts print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from skylift.errors import ConfigError, Issue
from skylift.runs.metrics.forms import form
from skylift.runs.metrics.hints import hinted
from skylift.runs.metrics.numbers import Found, whole
from skylift.runs.metrics.pairs import pairs
from skylift.runs.metrics.phrases import phrases
from skylift.runs.metrics.spoken import LONGEST, is_bar, metrics_part, pieces
from skylift.runs.metrics.steps import says_epoch, step_of
from skylift.runs.metrics.tables import Table, heading
from skylift.runs.points import Point
from skylift.values.printed import Printed, escape, last_number, shown, unescape

_HEADING = re.compile(
    r"^\W{0,40}(?:\w{1,10}ing\s+)?epoch\W{0,40}\d+(?:\.0{1,4})?(?:\s{0,4}(?:/|of)\s{0,4}\d+)?\W{0,80}$",
    re.IGNORECASE,
)
_FINISHED = re.compile(r"^\s{0,8}(\d+)/\1\b")
_KERAS = re.compile(r"^\s{0,8}\d+/\d+ .{0,120}? - \w")
# Of the value, and of nothing that follows: `Best val loss: 0.64 at epoch 2`.
_BEST_AT = re.compile(
    r"^(?:(?!epoch).){0,200}\b(?:best|lowest|highest)\b.{0,200}(?:\b(?:at|in|on|from|of) |\(|@ ?)epoch",
    re.IGNORECASE,
)
_OF_ITERATION = re.compile(r"^Validation score: ")
_ITERATION = re.compile(r"^Iteration (\d+), loss = ")


@dataclass
class _Host:
    """What a host's lines so far say of its next ones."""

    epoch: int | None = None
    """From a line of its own: `Epoch 3/10`."""
    spoken_of: int | None = None
    """The epoch that a line with metrics was last of."""
    iteration: int | None = None
    table: Table | None = None
    fitted: bool = False
    """Keras has said an epoch's last line: without a heading, what it says now is of ``evaluate``."""
    parted: set[str] = field(default_factory=set)
    """Names whose epochs are not whole."""
    bars: dict[str, float] = field(default_factory=dict)
    """What progress bars said last."""


class MetricReader:
    """Reads metrics from lines, with the project's own patterns first.

    It remembers of each host's lines what belongs to the next: `Epoch 3/10`, the head of a table.

    :raises ConfigError: for a pattern that does not compile or has no group for the number.

    >>> MetricReader({}).read("epoch=2 train:loss=0.25 validation:auc=0.71")
    [Point(name='train:loss', value=0.25, step=2), Point(name='validation:auc', value=0.71, step=2)]
    >>> MetricReader({}).read("Epoch 3/10 | Train Loss: 0.31 | Val Acc: 91.2%")
    [Point(name='train_loss', value=0.31, step=3), Point(name='val_acc', value=91.2, step=3)]
    """

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self._own = _compiled(patterns)
        self._hosts: dict[str, _Host] = {}

    def find(self, printed: Printed) -> list[Point]:
        """The metrics of all these lines, in order."""
        host = self._hosts.setdefault(printed.host, _Host())
        lines = self._every(printed) if self._own else _worth_a_look(printed.data, host)
        return [point for line in lines for point in self._read(line, host)]

    def read(self, line: str, host: str = "") -> list[Point]:
        """The metrics of a line, as it was printed or as the service stores it.

        Of several values the last counts, or the last of each epoch.
        """
        return self._read(line, self._hosts.setdefault(host, _Host()))

    def _every(self, printed: Printed) -> Iterator[str]:
        """The lines that an own pattern may match, and those that are worth a look without one."""
        host, worth = self._hosts[printed.host], set(hinted(printed.data))
        if not worth and host.table is None:
            yield from printed.candidates([*self._own.values()])
            return
        searches = [pattern.search for pattern in self._own.values()]
        at = 0
        for raw, line in zip(printed.data.removesuffix(b"\n").split(b"\n"), printed.lines(), strict=True):
            looked_at = at in worth or host.table is not None or "#" in line or not line.isprintable()
            if looked_at or any(search(line) is not None for search in searches):
                yield line
            at += len(raw) + 1

    def _read(self, line: str, host: _Host) -> list[Point]:
        kept: list[Point] = []
        latest: dict[str, Point] = {}
        step = None
        for text in pieces(line):
            points, step = self._piece(text, host)
            for point in points:
                before = latest.get(point.name)
                # Of a bar's many steps the last counts, but each of its epochs.
                if before is not None and before.step != point.step and "poch" in text:
                    kept.append(before)
                latest[point.name] = point
        for name, value in self._by_patterns(line) if self._own else ():
            latest[name] = Point(name, value, step)
        return [*kept, *latest.values()]

    def _piece(self, text: str, host: _Host) -> tuple[list[Point], int | None]:
        plain = metrics_part(text)
        said, parted = step_of(plain)
        found, said = self._found(plain, host, said, parted=parted)
        found = [one for one in found if one.name.isprintable()]
        if self._own and found:
            own = list(self._places(text))
            found = [
                one for one in found if not any(one.start < end and start < one.end for start, end in own)
            ]
        bar = is_bar(text)
        evaluated = host.fitted and host.epoch is None and said is None and _KERAS.match(plain) is not None
        if said is not None and not bar and says_epoch(plain) and not _BEST_AT.match(plain):
            host.spoken_of = said
            host.epoch = said if said == host.epoch or _HEADING.match(plain) else None
        step = said if said is not None or parted or evaluated else self._of_before(plain, host, bar=bar)
        found = [one._replace(name=f"evaluate:{one.name}") for one in found] if evaluated else found
        host.parted.update(one.name for one in found if parted)
        points = [Point(one.name, one.value, None if one.name in host.parted else step) for one in found]
        if bar and "%|" in text:
            # A bar repeats what it said; only what changed is news.
            points = [point for point in points if host.bars.get(point.name) != point.value]
            host.bars.update((point.name, point.value) for point in points)
        return points, step

    def _of_before(self, text: str, host: _Host, *, bar: bool) -> int | None:
        if _OF_ITERATION.match(text):
            return host.iteration
        if text.startswith("[CV"):
            return None
        # A bar may be of the epoch that comes; a heading stands above its own.
        step = host.epoch if host.epoch is not None or bar else host.spoken_of
        if _FINISHED.match(text) or text.startswith("Norm: "):
            # What Keras or scikit-learn say behind the last epoch belongs to none.
            host.fitted = host.fitted or host.epoch is not None
            host.epoch = host.spoken_of = None
        return step

    def _found(
        self, text: str, host: _Host, step: int | None, *, parted: bool
    ) -> tuple[list[Found], int | None]:
        if host.table is not None:
            rows = host.table.rows(text)
            if rows is not None:
                if host.table.of_epochs:
                    host.spoken_of = rows[1]
                return rows[0], rows[1] if rows[1] is not None else step
            if host.table.ended:
                host.table = None
        begun = heading(text)
        if begun is not None:
            host.table = begun
            return [], step
        special = form(text)
        found = (
            pairs(text, stepped=step is not None or parted)
            if special is None or special[1] is not None
            else []
        )
        if special is None and (told := phrases(text)):
            starts = {one.start for one in told}
            found = sorted(
                [*(one for one in found if one.start not in starts), *told], key=lambda one: one.start
            )
        if iteration := _ITERATION.match(text):
            host.iteration = whole(iteration[1])
        if special is None:
            return found, step
        names = {one.name for one in special[0]}
        return [one for one in found if one.name not in names] + special[0], special[1] if special[
            1
        ] is not None else step

    def _by_patterns(self, line: str) -> Iterator[tuple[str, float]]:
        texts = [piece for text in shown(unescape(line)) for piece in _ends(text)]
        stored = [escape(text) for text in texts]
        for name, pattern in self._own.items():
            value = last_number(pattern, stored)
            # Or one that is made for what the script prints.
            value = last_number(pattern, texts) if value is None else value
            if value is not None:
                yield name, value

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where own patterns find numbers, in the text as it was printed: they are not read twice."""
        stored = escape(text)
        for pattern in self._own.values():
            for match in pattern.finditer(text):
                yield match.span(1)
            for match in pattern.finditer(stored) if stored != text else ():
                yield len(unescape(stored[: match.start(1)])), len(unescape(stored[: match.end(1)]))


def _worth_a_look(data: bytes, host: _Host) -> Iterator[str]:
    at = 0
    for start in [*hinted(data), len(data)]:
        while at < start and (host.table is not None or at == start):
            end = _end(data, at)
            yield data[at:end].decode(errors="replace")
            at = end + 1
        if at <= start < len(data):
            end = _end(data, start)
            yield data[start:end].decode(errors="replace")
            at = end + 1


def _end(data: bytes, start: int) -> int:
    end = data.find(b"\n", start)
    return len(data) if end < 0 else end


def _ends(text: str) -> Sequence[str]:
    if len(text) <= LONGEST:
        return (text,)
    # Cut between words: half a number is another number.
    return (text[:LONGEST].rpartition(" ")[0], text[-LONGEST:].partition(" ")[2])


def _compiled(patterns: Mapping[str, str]) -> dict[str, re.Pattern[str]]:
    compiled: dict[str, re.Pattern[str]] = {}
    issues = []
    for name, pattern in patterns.items():
        where = f"[metrics] {name}"
        try:
            compiled[name] = re.compile(pattern)
        except re.error as error:
            issues.append(Issue(where, f"not a regular expression: {error}"))
            continue
        if compiled[name].groups < 1:
            issues.append(Issue(where, "has no group", "put the number in parentheses: loss=([-+0-9.eE]+)"))
    if issues:
        raise ConfigError(issues)
    return compiled
