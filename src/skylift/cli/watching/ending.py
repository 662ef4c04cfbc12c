"""The last lines of a watched run: what happened, how good, where its results are, what next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import click

from skylift.report.cells import took
from skylift.report.measured import Course, metrics_table
from skylift.report.text import safe
from skylift.values.record import Left, Record

_MOST_METRICS = 12


@dataclass(frozen=True)
class Results:
    """What there is to tell besides the record."""

    left: Left = field(default_factory=Left)
    warnings: Sequence[str] = ()
    course: Course = field(default_factory=Course)


def ending(record: Record, results: Results, *, columns: int = 0, plain: bool = False) -> str:
    """What a person wants to read when a run has ended; of a failure the reason first.

    :param columns: of the terminal; 0 where nobody looks at one.
    :param plain: nothing but ASCII.
    """
    completed = record.status == "Completed"
    color = "green" if completed else "yellow" if record.status == "Stopped" else "red"
    took_s = took(record)
    head = click.style(safe(record.secondary), fg=color, bold=True) + f"  {safe(record.name)}"
    lines = ["", head + (f"  {took_s}" if took_s != "-" else "")]
    lines += _why(record)
    metrics = metrics_table(record, results.course, columns=columns - 2, most=_MOST_METRICS, plain=plain)
    lines += [f"  {line}" for line in metrics.splitlines()]
    left = _surely(record, results.left)
    found = [("model", left.model or "none")] if completed or left.model else []
    found += [("output", left.output)] if left.output else []
    lines += [f"  {name:<9}{safe(where)}" for name, where in found]
    lines += [click.style("  warning  ", fg="yellow") + safe(warning) for warning in results.warnings]
    advice = record.at("Skylift.advice")
    said = advice if isinstance(advice, list) else []
    lines += [click.style("  advice   ", fg="cyan") + safe(sentence) for sentence in said]
    lines.append("  next     " + "   ".join(f"skylift {verb}" for verb in _next(record, left)))
    return "\n".join(lines)


def _why(record: Record) -> list[str]:
    if record.status == "Completed" or not record.reason:
        return []
    first, *rest = record.reason.splitlines()
    lines = ["  " + click.style(safe(first), fg="red"), *(f"  {safe(line)}" for line in rest)]
    return [*lines, *([click.style("  hint     ", fg="cyan") + safe(record.hint)] if record.hint else [])]


def _surely(record: Record, left: Left) -> Left:
    """Without the place in the cloud where a job that failed would have left its model: nobody has looked."""
    if record.status == "Failed" and left.model.startswith("s3://"):
        return Left("", left.output)
    return left


def _next(record: Record, left: Left) -> list[str]:
    tag = safe(record.name[-4:])
    verbs = [f"pull {tag}"] if left.model else []
    verbs += [f"pull {tag} output"] if left.output else []
    if record.status == "Failed":
        return [f"logs {tag}", f"show {tag}", *verbs]
    return [f"show {tag}", *(verbs or [f"logs {tag}"])]
