"""Everything about one run, as text."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from skylift.report.cells import hidden, took
from skylift.report.figures import system_block
from skylift.report.measured import Course, metrics_table
from skylift.report.plans import started
from skylift.report.text import duration, fields, safe, table
from skylift.values.record import Left, Record, moment
from skylift.values.words import counted


@dataclass(frozen=True)
class Beside:
    """What is worth knowing of a run and stands in no record."""

    course: Course = field(default_factory=Course)
    other: str = ""
    """For a run without a model, the newest one of the same job that has it."""
    plain: bool = False
    """Nothing but ASCII for curves."""


NOTHING = Beside()


def show(record: Record, left: Left, beside: Beside = NOTHING) -> str:
    """Everything worth knowing of one run."""
    blocks = [fields([*_facts(record), *_shipped(record), *_made(record, left, beside.other)])]
    arguments = record.ours.get("arguments") or {}
    if arguments:
        blocks.append(
            table(("PARAMETER", "VALUE"), [(name, hidden(name, value)) for name, value in arguments.items()])
        )
    if record.ours.get("raw"):
        blocks.append(f"behind `--`, as it was given: {safe(shlex.join(record.ours['raw']))}")
    metrics = metrics_table(record, beside.course, plain=beside.plain)
    blocks += [metrics] if metrics else []
    blocks += system_block(record)
    return "\n\n".join(blocks)


def _facts(record: Record) -> Iterator[tuple[str, object]]:
    ours = record.ours
    yield "run", record.name
    yield "status", record.state
    yield "job", ours.get("job") or "-"
    yield "target", f"{ours.get('target')} ({ours.get('backend')})"
    yield "created", record.data.get("CreationTime", "-")
    yield "took", took(record)
    if record.failure_reason:
        yield "reason", record.reason
    if record.hint:
        yield "hint", record.hint


def _shipped(record: Record) -> Iterator[tuple[str, object]]:
    ours = record.ours
    yield from _like(ours.get("like"))
    filled = ours.get("filled")
    yield from started(str(ours.get("command") or ""), filled if isinstance(filled, Mapping) else {})
    yield "code", _code(ours.get("revision") or {})
    yield "python", _python(ours.get("interpreter") or {})
    yield "lock", str(ours.get("lock") or "-")[:16]
    yield "image", (ours.get("image") or {}).get("reference", "-")


def _made(record: Record, left: Left, other: str) -> Iterator[tuple[str, object]]:
    yield "model", left.model or _without(record, other)
    if left.output:
        yield "output", left.output
    for name, value in sorted((record.ours.get("channels") or {}).items()):
        yield f"channel {name}", _channel(value)
    transitions = record.at("SecondaryStatusTransitions") or []
    yield "phases", "  ".join(_phase(item) for item in transitions) or "-"


def _without(record: Record, other: str) -> str:
    if not record.terminal:
        return "-"
    return "none" + (f"; the newest run with one is {other}: skylift pull {other[-4:]}" if other else "")


def _like(like: object) -> list[tuple[str, object]]:
    """The run that this one repeats, what was changed, and what could not be the same."""
    if not isinstance(like, Mapping):
        return []
    changed = like.get("changed")
    said = (
        [f"{name}={hidden(str(name), value)}" for name, value in changed.items()]
        if isinstance(changed, Mapping)
        else []
    )
    differs = like.get("differs")
    lines = [f"{like.get('run')}, with {', '.join(said) or 'nothing changed'}"]
    lines += [f"not as it was: {one}" for one in differs] if isinstance(differs, list) else []
    return [("like", "\n".join(lines))]


def _phase(item: dict[str, Any]) -> str:
    start, end = moment(item.get("StartTime")), moment(item.get("EndTime"))
    if not (start and end):
        return str(item.get("Status"))
    return f"{item.get('Status')} {duration(max(0.0, (end - start).total_seconds()))}"


def _python(interpreter: dict[str, Any]) -> str:
    drift = (interpreter.get("drift") or {}).get("text")
    return str(interpreter.get("python", "-")) + (f"\ndiffers from the lock: {drift}" if drift else "")


def _code(revision: dict[str, Any]) -> str:
    if not revision.get("commit"):
        return "not in git"
    dirty = (
        f" with uncommitted changes ({str(revision.get('diff') or '-')[:8]})" if revision.get("dirty") else ""
    )
    return f"{revision['commit'][:12]} {revision.get('branch') or ''}".rstrip() + dirty


def _channel(value: dict[str, Any]) -> str:
    known = value.get("version") or value.get("fingerprint")
    return str(value.get("source", "-")) + (
        f" @ {known[:12]}, {counted(value.get('files') or 0, 'file')}" if known else ""
    )
