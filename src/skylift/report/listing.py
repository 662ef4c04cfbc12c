"""Lists of runs as text: for people, as wide as their terminal is, and for other programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from skylift.host.clock import iso
from skylift.report.text import age, cut, duration, number, safe, table, width
from skylift.values.listing import Column, Group, Groups, Listing, Spread
from skylift.values.secrets import unless_secret

_LEAST = 4
"""Columns that stay however narrow the terminal is: run, status, age, and a job or how long it took."""
_WIDEST_CELL = 28
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of something to execute."""


@dataclass(frozen=True)
class Fitted:
    """A table that fits, and the columns that had no room in it."""

    text: str
    left_out: tuple[str, ...] = ()


def runs_table(listing: Listing, columns: int = 0) -> Fitted:
    """One line a run. The last columns give way to a narrow terminal, unless somebody chose them.

    :param columns: width of the terminal; 0 for as wide as it takes.
    """
    rows = [[_cell(*pair) for pair in zip(listing.columns, row, strict=True)] for row in listing.rows]
    return fitted([column.header for column in listing.columns], rows, columns, chosen=listing.chosen)


def fitted(headers: Sequence[str], rows: Sequence[Sequence[str]], columns: int, *, chosen: bool) -> Fitted:
    """A table that is not wider than a terminal."""
    text = table(headers, rows)
    if not columns or _fits(text, columns):
        return Fitted(text)
    if headers and headers[0] == "RUN":
        # The end of a name is a name as well, and what the columns say is not said elsewhere.
        rows = [[_tail(row[0]), *row[1:]] for row in rows]
    for shown in range(len(headers), len(headers) if chosen else min(_LEAST, len(headers)) - 1, -1):
        text = table(headers[:shown], [row[:shown] for row in rows])
        if _fits(text, columns):
            return Fitted(text, tuple(headers[shown:]))
    shown = len(headers) if chosen else min(_LEAST, len(headers))
    return Fitted(table(headers[:shown], [row[:shown] for row in rows]), tuple(headers[shown:]))


def same_in_all(listing: Listing, columns: int = 0) -> str:
    """What has no column, since it is the same in every row; one line, empty for nothing."""
    first, *others = listing.same.values() or [{}]
    everywhere = {n: v for n, v in first.items() if all(n in one and one[n] == v for one in others)}
    parts = [_pairs(everywhere)] if everywhere else []
    for job, values in listing.same.items():
        own = {name: value for name, value in values.items() if name not in everywhere}
        parts += [f"{job}: {_pairs(own)}"] if own else []
    lead = "the same in all: " if len(listing.rows) > 1 else "parameters: "
    text = safe(lead + "; ".join(parts)) if parts else ""
    return cut(text, columns) if columns else text


def groups_table(found: Groups, columns: int = 0) -> Fitted:
    """One line a group, the best first."""
    headers = [column.header for column in found.by]
    headers += ["RUNS", "COMPLETED", "FAILED"]
    for name in found.metrics:
        headers += [name, "BEST", "RUN"]
    rows = [
        [
            *(_cell(*pair) for pair in zip(found.by, group.key, strict=True)),
            *map(str, (group.runs, group.completed, group.failed)),
            *(cell for spread in group.metrics for cell in _spread(spread)),
        ]
        for group in found.groups
    ]
    return fitted(headers, rows, columns, chosen=False)


def as_csv(listing: Listing) -> str:
    """The same for a spreadsheet or a program: a header, a line a run, numbers as they are."""
    return _csv(
        [[column.name for column in listing.columns], *(_plain_row(listing, r) for r in listing.rows)]
    )


def groups_csv(found: Groups) -> str:
    header = [*(column.name for column in found.by), "runs", "completed", "failed"]
    for name in found.metrics:
        header += [f"{name} {what}" for what in ("mean", "sd", "best", "run")]
    rows = [
        [
            *(plain(*pair) for pair in zip(found.by, group.key, strict=True)),
            *(group.runs, group.completed, group.failed),
            *(cell for spread in group.metrics for cell in _figures(spread)),
        ]
        for group in found.groups
    ]
    return _csv([header, *rows])


def as_json(listing: Listing) -> list[dict[str, Any]]:
    """Each run as an object of the columns."""
    names = [column.name for column in listing.columns]
    return [dict(zip(names, _plain_row(listing, row), strict=True)) for row in listing.rows]


def groups_json(found: Groups) -> list[dict[str, Any]]:
    return [_group_json(found, group) for group in found.groups]


def plain(column: Column, value: Any) -> Any:
    """A value for a program: a time in ISO-8601, a duration in seconds, nothing of a secret."""
    if isinstance(value, datetime):
        return iso(value)
    if column.type == "any":
        return unless_secret(column.header, value)
    return value


def _plain_row(listing: Listing, row: Sequence[Any]) -> list[Any]:
    return [plain(*pair) for pair in zip(listing.columns, row, strict=True)]


def _group_json(found: Groups, group: Group) -> dict[str, Any]:
    key = {c.name: plain(c, part) for c, part in zip(found.by, group.key, strict=True)}
    metrics = {
        spread.name: {
            "count": spread.count,
            "mean": spread.mean,
            "sd": spread.deviation,
            "best": spread.best,
            "run": spread.run or None,
        }
        for spread in group.metrics
        if spread is not None
    }
    return {
        "group": key,
        "runs": group.runs,
        "completed": group.completed,
        "failed": group.failed,
        "metrics": metrics,
    }


def _spread(spread: Spread | None) -> tuple[str, str, str]:
    if spread is None:
        return "-", "-", "-"
    around = f" ± {number(spread.deviation)}" if spread.deviation is not None else ""
    return f"{number(spread.mean)}{around}", number(spread.best), spread.run[-4:] or "-"


def _figures(spread: Spread | None) -> tuple[Any, ...]:
    return (spread.mean, spread.deviation, spread.best, spread.run) if spread is not None else ("",) * 4


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return "-"
    if column.name == "age":
        return age(value)
    if column.type == "any":
        return _parameter(column, value)
    shown = _SHOWN.get(column.type, number)(value)
    # The first line of a reason says what happened, and a row has one.
    return shown.lstrip().partition("\n")[0] if column.type == "text" else shown


def _parameter(column: Column, value: Any) -> str:
    return cut(number(unless_secret(column.header, value)), _WIDEST_CELL)


def _hash(value: Any) -> str:
    # An image is no hash alone.
    text = str(value).removeprefix("sha256:")
    return text[:12] if text.isalnum() else text


_SHOWN: Mapping[str, Callable[[Any], str]] = {
    "duration": duration,
    "date": lambda value: str(value.astimezone().strftime("%Y-%m-%d %H:%M")),
    "named": lambda value: f"{value[0]}={number(value[1])}",
    "hash": _hash,
    "truth": lambda value: "yes" if value is True else "no",
}


def _pairs(values: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={number(unless_secret(name, v))}" for name, v in values.items())


def _csv(rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[_harmless(cell) for cell in row] for row in rows])
    return text.getvalue()


def _harmless(value: Any) -> Any:
    """A cell that neither a spreadsheet nor a terminal executes. A number stays one, whatever its sign."""
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return value
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # In the quotes that it stands in, a line may end.
    text = "\n".join(map(safe, said.split("\n")))
    return f"'{text}" if text.startswith(_FORMULA) else text


def _fits(text: str, columns: int) -> bool:
    return max(map(width, text.splitlines())) <= columns


def _tail(name: str) -> str:
    """The end of a run's name, which is enough to name it: the time and the letters."""
    return "-".join(name.rsplit("-", 2)[1:]) or name
