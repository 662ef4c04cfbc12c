"""How runs look in a notebook: small tables of HTML in which nothing of the user's is obeyed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from skylift.report.cells import hidden, took
from skylift.report.text import number, safe
from skylift.values.record import Record


def run_html(record: Record) -> str:
    """One run: what it was given, how it did.

    >>> run_html(Record({"TrainingJobName": "<b>"}))[:62]
    '<table><caption>&lt;b&gt;</caption><tr><th>status</th><td>Star'
    """
    given = record.at("Skylift.given") or {}
    best, last = record.at("Skylift.metrics.best") or {}, record.at("Skylift.metrics.last") or {}
    rows = [("status", record.state), ("target", record.at("Skylift.target")), ("took", took(record))]
    rows += [("reason", record.reason)] if record.failure_reason else []
    rows += [(name, hidden(name, value)) for name, value in given.items()]
    rows += [(name, _with_best(value, best.get(name))) for name, value in sorted(last.items())]
    return _table(record.name, (), rows)


def rows_html(caption: str, rows: Sequence[dict[str, object]]) -> str:
    """Rows with the same columns each, or some of them."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return _table(caption, columns, [[_shown(row.get(name)) for name in columns] for row in rows])


def _with_best(last: object, best: object) -> str:
    found = best.get("value") if isinstance(best, dict) else None
    return number(last) + (f" (best {number(found)})" if found is not None else "")


def _shown(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else number(value)


def _table(caption: str, headers: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    head = "".join(f"<th>{_cell(name)}</th>" for name in headers)
    lines = [f"<tr>{head}</tr>"] if headers else []
    for row in rows:
        first, *rest = [_cell(cell) for cell in row]
        tag = "td" if headers else "th"
        lines.append(f"<tr><{tag}>{first}</{tag}>" + "".join(f"<td>{cell}</td>" for cell in rest) + "</tr>")
    return f"<table><caption>{_cell(caption)}</caption>{''.join(lines)}</table>"


def _cell(value: object) -> str:
    return escape(safe("-" if value is None else value))
