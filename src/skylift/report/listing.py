"""The list of runs: one line each."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime

from skylift.report.cells import hidden, status, time, took
from skylift.report.text import age, number, table, width
from skylift.values.record import Record

_LEAST = 4
"""Columns that stay however narrow the terminal is: run, target, status, age."""


def runs_table(records: Sequence[Record], now: datetime, columns: int = 0) -> str:
    """One line a run: what people ask for first. The last columns give way to a narrow terminal.

    :param columns: width of the terminal; 0 for as wide as it takes.
    """
    rows = [
        (
            record.name,
            record.at("Skylift.target") or "-",
            status(record),
            age(time(record, "CreationTime") or now, now),
            _best(record),
            took(record),
            _parameters(record),
        )
        for record in records
    ]
    headers = ("RUN", "TARGET", "STATUS", "AGE", "BEST", "TOOK", "PARAMETERS")
    text = table(headers, rows)
    if not columns or _fits(text, columns):
        return text
    # The end of a name is a name as well, and what the columns say is not said elsewhere.
    rows = [(_tail(row[0]), *row[1:]) for row in rows]
    room = columns - max(map(width, table(headers[:-1], [row[:-1] for row in rows]).splitlines())) - 2
    if room >= len(headers[-1]):
        return table(headers, [(*row[:-1], _cut(row[-1], room)) for row in rows])
    for shown in range(len(headers) - 1, _LEAST, -1):
        text = table(headers[:shown], [row[:shown] for row in rows])
        if _fits(text, columns):
            return text
    return table(headers[:_LEAST], [row[:_LEAST] for row in rows])


def _fits(text: str, columns: int) -> bool:
    return max(map(width, text.splitlines())) <= columns


def _tail(name: str) -> str:
    """The end of a run's name, which is enough to name it: the time and the letters."""
    return "-".join(name.rsplit("-", 2)[1:]) or name


def _best(record: Record) -> str:
    best = record.at("Skylift.metrics.best") or {}
    # What was held out says more than what was trained on.
    names = sorted(best, key=lambda name: (not name.startswith(("val", "test")), "loss" in name, name))
    return f"{names[0]}={number(best[names[0]].get('value'))}" if names else "-"


def _parameters(record: Record, limit: int = 40) -> str:
    given = record.at("Skylift.given") or {}
    text = " ".join(f"{name}={hidden(name, value)}" for name, value in given.items())
    raw = record.at("Skylift.raw")
    text = f"{text} -- {shlex.join(raw)}".lstrip() if raw else text
    return _cut(text, limit)


def _cut(text: str, limit: int) -> str:
    if width(text) <= limit:
        return text
    text = text[: limit - 1]
    while width(text) >= limit:
        text = text[:-1]
    return text + "…"
