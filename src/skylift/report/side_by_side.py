"""Runs side by side, as text: runs as columns, what differs as rows; in blocks where the terminal is narrow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from skylift.report.between import between
from skylift.report.cells import hidden
from skylift.report.curves import curves
from skylift.report.text import cut, fields, number, safe, width
from skylift.report.understood import Paint
from skylift.values.comparison import Comparison, Difference, Metric

_HASH = re.compile(r"(?:sha256:)?([0-9a-f]{32,})")
_SHOWN = 8
"""Letters of a hash."""
_WIDEST = 28
"""Columns of a cell, and of a name."""
_NARROWEST = 6
_FEW = 3
"""Runs that may stand in blocks with all that is to be said of their metrics in a row."""
_VERDICTS = ("better", "worse", "same")
_LEAST_SHARE, _MOST_SHARE = 0.0005, 10.0
"""0.1 %, as it is rounded, and 1000 %."""
_CURVES = 3
_POINTS = 2000
_ROWS = 8
_TITLES = {
    "run": "run",
    "parameter": "parameters",
    "code": "code",
    "environment": "environment",
    "secret": "secrets (by reference)",
    "data": "data",
    "best": "metrics: best",
    "last": "metrics: last, where that is not the best",
}

_Row = tuple[str, Sequence[str]]
"""A name and a cell for each run; no cells for a title."""


def comparison(
    found: Comparison, columns: int = 80, *, plain: bool = False, paint: Paint | None = None
) -> str:
    """All of a comparison for people.

    :param columns: the width of the terminal.
    :param plain: curves in nothing but ASCII.
    """
    tags = tags_of(found.runs)
    legend = [
        (tag, run + ("  (baseline)" if at == found.baseline else ""))
        for at, (tag, run) in enumerate(zip(tags, found.runs, strict=True))
    ]
    parts = [fields(legend)]
    if found.why:
        parts.append(safe(found.why))
    parts.append(_grid(found, tags, columns))
    parts += between(found, tags)
    parts += _charts(found, tags, columns, plain=plain, paint=paint)
    return "\n\n".join(parts)


def tags_of(names: Sequence[str]) -> list[str]:
    """The last letters of each run, or the whole names where those are the same."""
    tags = [name.rsplit("-", 1)[-1] for name in names]
    return tags if len(set(tags)) == len(tags) else list(names)


def _grid(found: Comparison, tags: Sequence[str], columns: int) -> str:
    """Full cells where all runs fit beside each other so, or are few; else deltas stand below what they are of."""
    text, blocks = _laid(found, tags, columns, [*_sections(found, _in_a_row)])
    if blocks > 1 and len(tags) > _FEW:
        text, _ = _laid(found, tags, columns, [*_sections(found, _in_two_rows)])
    return text


def _laid(found: Comparison, tags: Sequence[str], columns: int, rows: Sequence[_Row]) -> tuple[str, int]:
    """The text, and how many blocks it has."""
    cells = [row for row in rows if row[1]]
    names = min(max((width(name) for name, _ in cells), default=0), _WIDEST, max(_NARROWEST, columns // 3))
    room = columns - names - 2
    widths = [max([width(tag), *(width(row[at]) for _, row in cells)]) for at, tag in enumerate(tags)]
    # A metric's cell tells what it is against the baseline, which stands beside it.
    widths[found.baseline] = min(widths[found.baseline], max(_NARROWEST, room // 3))
    widest = max(_NARROWEST, min(_WIDEST + 8, room - widths[found.baseline] - 4))
    widths = [min(widest, one) for one in widths]
    blocks = _blocks(widths, found.baseline, room)
    return "\n\n".join(_block(rows, tags, (names, widths), chosen) for chosen in blocks), len(blocks)


def _blocks(widths: Sequence[int], baseline: int, room: int) -> list[list[int]]:
    """Which runs stand together: the baseline first in each block."""
    blocks = [[baseline]]
    for at in range(len(widths)):
        if at == baseline:
            continue
        if len(blocks[-1]) > 1 and sum(widths[one] + 2 for one in [*blocks[-1], at]) > room:
            blocks.append([baseline])
        blocks[-1].append(at)
    return blocks


def _block(
    rows: Sequence[_Row], tags: Sequence[str], sizes: tuple[int, Sequence[int]], chosen: Sequence[int]
) -> str:
    names, widths = sizes
    lines = [_line("", tags, names, widths, chosen)]
    for name, cells in rows:
        lines.append(_line(f"  {name}", cells, names, widths, chosen) if cells else name)
    return "\n".join(lines)


def _line(name: str, cells: Sequence[str], names: int, widths: Sequence[int], chosen: Sequence[int]) -> str:
    parts = [_padded(cut(name, names + 2), names + 2)]
    parts += [_padded(_fitted(cells[at], widths[at]), widths[at]) for at in chosen]
    return "  ".join(parts).rstrip()


def _fitted(text: str, room: int) -> str:
    """A cell that is cut, if need be, in its numbers: whether it is better or worse has to be read.

    >>> _fitted("0.728 @3  +0.003 +0.4% better", 20), _fitted("0.728", 4), _fitted("1 better", 6)
    ('0.728 @3  +0… better', '0.7…', 'better')
    """
    rest, _, verdict = text.rpartition(" ")
    if width(text) <= room or verdict not in _VERDICTS:
        return cut(text, room)
    left = room - len(verdict) - 1
    return f"{cut(rest.rstrip(), left)} {verdict}" if left > 1 else cut(verdict, room)


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def _sections(found: Comparison, metric: Callable[[Metric], Iterable[_Row]]) -> Iterator[_Row]:
    """Titles and rows, all of it safe to show."""
    best = {row.name: row.values for row in found.metrics if row.which == "best"}
    for topic, title in _TITLES.items():
        rows = [
            *(_difference(row) for row in found.differences if row.topic == topic),
            *(
                line
                for row in found.metrics
                if row.which == topic and not _is_told(row, best)
                for line in metric(row)
            ),
        ]
        if rows:
            yield title, ()
            yield from rows


def _is_told(row: Metric, best: Mapping[str, tuple[float | None, ...]]) -> bool:
    return row.which == "last" and row.values == best.get(row.name)


def _difference(row: Difference) -> _Row:
    shown = [_value(row, value) for value in row.values]
    # Nothing and an empty text are both shown as nothing, and need not be told apart.
    meant = [repr(None if value == "" else value) for value in row.values]
    if len(set(shown)) < len(set(meant)):
        # What tells them apart is hidden, or is not in the letters that are shown.
        different = list(dict.fromkeys(meant))
        shown = [f"{text} #{different.index(one) + 1}" for text, one in zip(shown, meant, strict=True)]
    return safe(row.name), shown


def _value(row: Difference, value: Any) -> str:
    if row.topic == "secret":
        return "-" if value is None else safe(value)
    if row.name == "uncommitted changes" and row.topic == "code" and not value:
        return "none"
    if row.name == "again of" and isinstance(value, str):
        return safe(tags_of([value])[0])
    if value == "" or value is None:
        return "-"
    found = _HASH.fullmatch(value) if isinstance(value, str) and row.topic != "parameter" else None
    return found[1][:_SHOWN] if found else safe(hidden(row.name, value))


def _in_a_row(row: Metric) -> Iterator[_Row]:
    """``0.728 @3  -0.003 -0.4% worse``."""
    pairs = ((_measured(row, at), _change(row, at)) for at in range(len(row.values)))
    yield safe(row.name), ["  ".join(filter(None, pair)) for pair in pairs]


def _in_two_rows(row: Metric) -> Iterator[_Row]:
    """The value, and below it ``-0.4% worse``."""
    yield safe(row.name), [_measured(row, at) for at in range(len(row.values))]
    changes = [_change(row, at, short=True) for at in range(len(row.values))]
    if any(changes):
        yield "", changes


def _measured(row: Metric, at: int) -> str:
    step = row.steps[at]
    return number(row.values[at]) + (f" @{step}" if step is not None and row.values[at] is not None else "")


def _change(row: Metric, at: int, *, short: bool = False) -> str:
    delta, share = row.deltas[at], row.relative[at]
    if delta is None or row.verdicts[at] == "same":
        return row.verdicts[at]
    percent = _percent(share) if row.smaller_is_better is not None else ""
    absolute = "" if short and percent else f"{delta:+.3g}"
    return " ".join(filter(None, (absolute, percent, row.verdicts[at])))


def _percent(share: float | None) -> str:
    """Empty where it would say nothing: of what is rounded away, and of what has no common measure.

    >>> _percent(-0.004), _percent(0.25), _percent(-0.00001), _percent(51188.99), _percent(None)
    ('-0.4%', '+25%', '', '', '')
    """
    if share is None or not _LEAST_SHARE <= abs(share) <= _MOST_SHARE:
        return ""
    return f"{share * 100:+.{0 if abs(share) >= 0.1 else 1}f}%"


def _charts(
    found: Comparison, tags: Sequence[str], columns: int, *, plain: bool, paint: Paint | None
) -> Iterator[str]:
    """Curves of what the runs share, that of the objective first; what never moved is only named."""
    flat = {name: value for name, by_run in found.curves.items() if (value := _constant(by_run)) is not None}
    moving = found.curves.keys() - flat.keys()
    names = sorted(moving, key=lambda name: (name != found.objective, name))
    for name in names[:_CURVES]:
        series = {
            tag: _thinned(found.curves[name][run])
            for tag, run in zip(tags, found.runs, strict=True)
            if run in found.curves[name]
        }
        chart = curves(series, min(columns, 100), _ROWS, plain=plain, paint=paint)
        if chart:
            yield f"{safe(name)}\n{chart}"
    more = [f"{safe(', '.join(names[_CURVES:]))}; one of them: --metric NAME"] if len(names) > _CURVES else []
    more += (
        [f"flat: {', '.join(f'{safe(name)} {number(flat[name])}' for name in sorted(flat))}"] if flat else []
    )
    if more:
        yield f"more curves: {'; '.join(more)}"


def _constant(by_run: Mapping[str, Sequence[tuple[float, float]]]) -> float | None:
    """The one value that all runs have at each step; None where it moves."""
    values = {value for points in by_run.values() for _, value in points}
    return values.pop() if len(values) == 1 else None


def _thinned(points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    # More than a terminal has dots for.
    return points[:: len(points) // _POINTS + 1]
