"""Everything about one run, as text."""

from __future__ import annotations

import shlex
from datetime import datetime
from typing import Any

from skylift.report.cells import hidden, status, took
from skylift.report.plans import started
from skylift.report.text import duration, fields, number, safe, table
from skylift.values.record import Left, Record
from skylift.values.words import counted


def show(record: Record, left: Left) -> str:
    """Everything worth knowing of one run."""
    ours = record.ours
    rows: list[tuple[str, object]] = [
        ("run", record.name),
        ("status", status(record)),
        ("job", ours.get("job") or "-"),
        ("target", f"{ours.get('target')} ({ours.get('backend')})"),
        ("created", record.data.get("CreationTime", "-")),
        ("took", took(record)),
    ]
    if record.failure_reason:
        rows.append(("reason", record.reason))
    if record.hint:
        rows.append(("hint", record.hint))
    rows += started(str(ours.get("command") or ""), ours.get("filled") or {})
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
            table(("PARAMETER", "VALUE"), [(name, hidden(name, value)) for name, value in arguments.items()])
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
