"""Curves in text: a sparkline for a line of its own, and a chart with axes for one series or several."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from skylift.report.text import number, safe, width
from skylift.report.understood import Paint

Point = tuple[float, float]
"""Where on x, how much on y."""

SERIES = 6
"""How many series are told apart by colour: ``paint`` is asked for the roles ``series0`` to ``series5``."""
_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII_BLOCKS = "_.:-=+*#"
_MARKERS = "*+ox#%@="
"""What points are where there is no colour to tell series apart, or nothing but ASCII."""
_BRAILLE = 0x2800
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bits of the dots of a braille character, row by row."""
_LOG_FROM = 1000.0
"""Largest by smallest, from which on a linear axis would show nothing but the largest."""
_LEAST_COLUMNS, _LEAST_ROWS = 16, 2


def sparkline(values: Sequence[float], columns: int, *, plain: bool = False) -> str:
    """A curve of at most ``columns`` characters, one line high; what is not finite is a gap.

    More values than columns are averaged, fewer take a column each. The lowest is the lowest block and the highest
    the highest; equal values are in the middle.

    :param plain: nothing but ASCII.

    >>> sparkline([1, 2, 3, 4, 5, 6, 7, 8], 8), sparkline([0.5, float("nan"), 0.5], 9)
    ('▁▂▃▄▅▆▇█', '▄ ▄')
    """
    blocks = _ASCII_BLOCKS if plain else _BLOCKS
    means = _averaged([_finite(value) for value in values], columns)
    known = [mean for mean in means if mean is not None]
    if not known:
        return " " * len(means)
    scale, top = _Scale(min(known), max(known), log=False), len(blocks) - 1
    heights = [
        None if mean is None else round(scale.at(mean) * top) if scale.wide else top // 2 for mean in means
    ]
    return "".join(" " if height is None else blocks[height] for height in heights)


def curves(
    series: Mapping[str, Sequence[Point]],
    columns: int = 72,
    rows: int = 12,
    *,
    plain: bool = False,
    paint: Paint | None = None,
) -> str:
    """A chart of one or several series over the same axes, with a legend below it where there are several.

    The text has at most ``columns`` columns, and ``rows`` rows of curves besides two of the x axis and the legend.
    Points are connected in the order of x; a y that is not finite (or not a number) is a gap. Where all of y is
    positive and spans a factor of a thousand, its axis is logarithmic and says so. Empty where there is no point.

    :param series: by name, which may be hostile: (x, y) of each point, at most eight series told apart.
    :param plain: nothing but ASCII.
    :param paint: colours for up to ``SERIES`` series, by the roles ``series0``, ``series1``, …. Without them several
        series are told apart by markers, and their curves are coarser.
    """
    found = {name: sorted(_points(points), key=_x) for name, points in series.items()}
    shown = [point for points in found.values() for point in points]
    heights = [y for _, y in shown if y is not None]
    if not heights:
        return ""
    log = min(heights) > 0 and max(heights) / min(heights) >= _LOG_FROM
    y_axis = _Scale(min(heights), max(heights), log=log)
    x_axis = _Scale(min(map(_x, shown)), max(map(_x, shown)), log=False)
    rows = max(_LEAST_ROWS, rows)
    labels = _labels(y_axis, rows)
    margin = max(map(width, labels)) + 2
    room = max(_LEAST_COLUMNS, columns - margin)
    fine = not plain and (len(found) == 1 or (paint is not None and len(found) <= SERIES))
    canvas = _Canvas(room, rows, fine=fine)
    for index, points in enumerate(found.values()):
        _draw(canvas, index, points, x_axis, y_axis)
    bar, corner, dash = ("|", "+", "-") if plain else ("┤", "└", "─")
    lines = [
        f"{' ' * (margin - 2 - width(label))}{label} {bar}{line}".rstrip()
        for label, line in zip(labels, canvas.lines(paint), strict=True)
    ]
    first, last = number(x_axis.low), number(x_axis.high)
    between = " " * (room - len(first) - len(last))
    lines.append(" " * (margin - 1) + corner + dash * room)
    lines.append((" " * margin + first + (between + last if x_axis.wide else "")).rstrip())
    if len(found) > 1:
        lines += _legend(list(found), canvas, columns, paint)
    return "\n".join(lines)


@dataclass(frozen=True)
class _Scale:
    """From values to 0…1."""

    low: float
    high: float
    log: bool

    @property
    def wide(self) -> bool:
        return self.high > self.low

    def at(self, value: float) -> float:
        low, high, value = self._of(self.low), self._of(self.high), self._of(value)
        # Halves: the whole span of what a float can hold is more than a float can hold.
        span = high / 2 - low / 2
        return (value / 2 - low / 2) / span if span > 0 else 0.5

    def value(self, at: float) -> float:
        low, high = self._of(self.low), self._of(self.high)
        between = low * (1 - at) + high * at
        return float(10**between) if self.log else between

    def _of(self, value: float) -> float:
        return math.log10(value) if self.log else value


def _finite(value: float) -> float | None:
    try:
        found = float(value)
    except (OverflowError, TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def _averaged(values: Sequence[float | None], columns: int) -> list[float | None]:
    columns = max(1, columns)
    if len(values) <= columns:
        return list(values)
    means: list[float | None] = []
    for column in range(columns):
        part = values[column * len(values) // columns : (column + 1) * len(values) // columns]
        known = [value for value in part if value is not None]
        means.append(sum(value / len(known) for value in known) if known else None)
    return means


def _points(points: Sequence[Point]) -> Iterator[tuple[float, float | None]]:
    for x, y in points:
        at = _finite(x)
        if at is not None:
            yield at, _finite(y)


def _x(point: tuple[float, float | None]) -> float:
    return point[0]


def _labels(axis: _Scale, rows: int) -> list[str]:
    """What stands at the y axis: its ends, and the middle where there is room for it."""
    labels = [""] * rows
    if not axis.wide:
        labels[rows // 2] = number(axis.low)
        return labels
    labels[0], labels[-1] = number(axis.high), number(axis.low)
    if rows >= 7:
        labels[rows // 2] = number(axis.value(1 - (rows // 2 + 0.5) / rows))
    if axis.log and rows >= 3:
        labels[1] = "log"
    return labels


def _legend(names: Sequence[str], canvas: _Canvas, columns: int, paint: Paint | None) -> list[str]:
    lines, used = [""], 0
    for index, name in enumerate(names):
        item = f"{canvas.marker(index)} {safe(name)}"
        if used and used + 3 + width(item) > columns:
            lines, used = [*lines, ""], 0
        painted = paint(item, f"series{index}") if paint and index < SERIES else item
        lines[-1] += ("   " if used else "") + painted
        used += (3 if used else 0) + width(item)
    return [f"  {line}" for line in lines]


class _Canvas:
    """Characters to draw into: eight dots each in braille, else one marker each."""

    def __init__(self, columns: int, rows: int, *, fine: bool) -> None:
        self._fine = fine
        self._columns, self._rows = columns, rows
        self._dots = [[0] * columns for _ in range(rows)]
        self._last = [[-1] * columns for _ in range(rows)]
        self.columns, self.rows = (columns * 2, rows * 4) if fine else (columns, rows)

    def marker(self, series: int) -> str:
        return "━" if self._fine else _MARKERS[series % len(_MARKERS)]

    def set(self, x: int, y: int, series: int) -> None:
        """``y`` counts from below."""
        y = self.rows - 1 - y
        column, row = (x // 2, y // 4) if self._fine else (x, y)
        self._dots[row][column] |= _DOTS[y % 4][x % 2] if self._fine else 1
        self._last[row][column] = series

    def lines(self, paint: Paint | None) -> Iterator[str]:
        for dots, last in zip(self._dots, self._last, strict=True):
            characters = []
            for bits, series in zip(dots, last, strict=True):
                text = " " if series < 0 else chr(_BRAILLE + bits) if self._fine else self.marker(series)
                painted = paint and 0 <= series < SERIES
                characters.append(paint(text, f"series{series}") if paint and painted else text)
            yield "".join(characters)


def _draw(
    canvas: _Canvas, series: int, points: Sequence[tuple[float, float | None]], x_axis: _Scale, y_axis: _Scale
) -> None:
    before: tuple[int, int] | None = None
    for x, y in points:
        if y is None:
            before = None
            continue
        at = (round(x_axis.at(x) * (canvas.columns - 1)), round(y_axis.at(y) * (canvas.rows - 1)))
        if at == before:
            continue
        for dot in _between(before or at, at):
            canvas.set(*dot, series)
        before = at


def _between(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The dots of a straight line, both ends among them."""
    wide, high = end[0] - start[0], end[1] - start[1]
    steps = max(abs(wide), abs(high), 1)
    for step in range(steps + 1):
        yield start[0] + round(wide * step / steps), start[1] + round(high * step / steps)
