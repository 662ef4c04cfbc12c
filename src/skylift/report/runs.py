"""Runs as text: the list, one run, several side by side."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from skylift.report.text import age, duration, fields, number, safe, table, width
from skylift.values.comparison import Comparison
from skylift.values.record import Left, Record
from skylift.values.secrets import is_secret
from skylift.values.words import counted

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
            _status(record),
            age(_time(record, "CreationTime") or now, now),
            _best(record),
            _took(record),
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


def _status(record: Record) -> str:
    return record.secondary if not record.terminal or record.status == "Stopped" else record.status


def _time(record: Record, key: str) -> datetime | None:
    found = record.data.get(key)
    return datetime.fromisoformat(str(found).replace("Z", "+00:00")) if found else None


def _took(record: Record) -> str:
    start, end = _time(record, "CreationTime"), _time(record, "TrainingEndTime")
    return duration(max(0.0, (end - start).total_seconds())) if start and end else "-"


def _best(record: Record) -> str:
    best = record.at("Skylift.metrics.best") or {}
    # What was held out says more than what was trained on.
    names = sorted(best, key=lambda name: (not name.startswith(("val", "test")), "loss" in name, name))
    return f"{names[0]}={number(best[names[0]].get('value'))}" if names else "-"


def _parameters(record: Record, limit: int = 40) -> str:
    given = record.at("Skylift.given") or {}
    text = " ".join(f"{name}={_hidden(name, value)}" for name, value in given.items())
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


def _hidden(name: str, value: Any) -> str:
    """A value as it is shown: who looks on need not see what is a secret by its name."""
    return "***" if isinstance(value, str) and is_secret(name, value) else number(value)


def show(record: Record, left: Left) -> str:
    """Everything worth knowing of one run."""
    ours = record.ours
    rows: list[tuple[str, object]] = [
        ("run", record.name),
        ("status", _status(record)),
        ("target", f"{ours.get('target')} ({ours.get('backend')})"),
        ("created", record.data.get("CreationTime", "-")),
        ("took", _took(record)),
    ]
    if record.failure_reason:
        rows.append(("reason", record.reason))
    if record.hint:
        rows.append(("hint", record.hint))
    rows += [
        ("code", _code(ours.get("revision") or {})),
        ("python", _python(ours.get("interpreter") or {})),
        ("lock", str(ours.get("lock") or "-")[:16]),
        ("image", (ours.get("image") or {}).get("reference", "-")),
        ("model", left.model or ("none" if record.terminal else "-")),
        *([("output", left.output)] if left.output else []),
    ]
    channels = ours.get("channels") or {}
    rows += [(f"channel {name}", _channel(value)) for name, value in sorted(channels.items())]
    transitions = record.at("SecondaryStatusTransitions") or []
    rows.append(("phases", "  ".join(_phase(item) for item in transitions) or "-"))
    blocks = [fields(rows)]
    arguments = ours.get("arguments") or {}
    if arguments:
        blocks.append(
            table(("PARAMETER", "VALUE"), [(name, _hidden(name, value)) for name, value in arguments.items()])
        )
    if ours.get("raw"):
        blocks.append(f"behind `--`, as it was given: {safe(shlex.join(ours['raw']))}")
    blocks.extend(_metrics(record))
    return "\n\n".join(blocks)


def _phase(item: dict[str, Any]) -> str:
    start, end = item.get("StartTime"), item.get("EndTime")
    if not (start and end):
        return str(item.get("Status"))
    seconds = datetime.fromisoformat(end.replace("Z", "+00:00")) - datetime.fromisoformat(
        start.replace("Z", "+00:00")
    )
    return f"{item.get('Status')} {duration(max(0.0, seconds.total_seconds()))}"


def _python(interpreter: dict[str, Any]) -> str:
    drift = (interpreter.get("drift") or {}).get("text")
    return str(interpreter.get("python", "-")) + (f"\ndiffers from the lock: {drift}" if drift else "")


def _code(revision: dict[str, Any]) -> str:
    if not revision.get("commit"):
        return "not in git"
    dirty = f" with uncommitted changes ({revision['diff'][:8]})" if revision.get("dirty") else ""
    return f"{revision['commit'][:12]} {revision.get('branch') or ''}".rstrip() + dirty


def _channel(value: dict[str, Any]) -> str:
    known = value.get("version") or value.get("fingerprint")
    return str(value.get("source", "-")) + (
        f" @ {known[:12]}, {counted(value.get('files') or 0, 'file')}" if known else ""
    )


def _metrics(record: Record) -> list[str]:
    last = record.at("Skylift.metrics.last") or {}
    best = record.at("Skylift.metrics.best") or {}
    if not last:
        return []
    rows = []
    for name in sorted(last):
        found = best.get(name) or {}
        step = found.get("step")
        at = f"{number(found.get('value'))}" + (f" at {step}" if step is not None else "")
        rows.append((name, number(last[name]), at if found else "-"))
    return [table(("METRIC", "LAST", "BEST"), rows)]


def comparison(found: Comparison) -> str:
    """Runs as columns, what differs as rows; metrics with the change against the first run."""
    tags = _tags(found.runs)
    legend = fields(list(zip(tags, found.runs, strict=True)))
    rows = [
        (item.topic, item.name, *(_value(item.topic, value, item.values[0]) for value in item.values))
        for item in found.differences
    ]
    return legend + "\n\n" + table(("", "", *tags), rows)


def _tags(names: Sequence[str]) -> list[str]:
    """The last letters of each run, or the whole names where those are the same."""
    tags = [name.rsplit("-", 1)[-1] for name in names]
    return tags if len(set(tags)) == len(tags) else list(names)


def _value(topic: str, value: Any, first: Any) -> str:
    text = number(value)
    if topic in {"code", "data"}:
        text = text if len(text) <= 24 else text[:19]
    numbers = isinstance(value, float) and isinstance(first, float)
    if topic in ("best", "last") and numbers and value != first:
        return f"{text} ({value - first:+.4g})"
    return safe(text)
