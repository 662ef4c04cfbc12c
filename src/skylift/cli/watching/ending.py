"""The last lines of a watched run: what happened, how good, where its results are, what next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import click

from skylift.cli.watching.view import arrow, importance
from skylift.report.cells import took
from skylift.report.curves import sparkline
from skylift.report.text import number, safe, table, width
from skylift.values.record import Left, Record
from skylift.values.words import counted

_MOST_METRICS = 12
_SPARK = 16


@dataclass(frozen=True)
class Results:
    """What there is to tell besides the record."""

    left: Left = field(default_factory=Left)
    warnings: Sequence[str] = ()
    smaller: Mapping[str, bool | None] = field(default_factory=dict)
    """For each metric whether it is better when it is smaller; None where nobody says."""
    curves: Mapping[str, Sequence[float]] = field(default_factory=dict)
    objective: str = ""
    """The metric that the run is about."""


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
    lines += _indented(_metrics(record, results, columns - 2, plain=plain))
    left = results.left
    found = [("model", left.model or "none")] if completed else []
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


def _next(record: Record, left: Left) -> list[str]:
    tag = safe(record.name[-4:])
    verbs = [f"pull {tag}"] if left.model and record.status == "Completed" else []
    verbs += [f"pull {tag} output"] if left.output else []
    if record.status == "Failed":
        return [f"logs {tag}", f"show {tag}", *verbs]
    return [f"show {tag}", *(verbs or [f"logs {tag}"])]


def _metrics(record: Record, results: Results, columns: int, *, plain: bool) -> str:
    last, best = record.at("Skylift.metrics.last") or {}, record.at("Skylift.metrics.best") or {}
    names = sorted(last, key=lambda name: importance(name, results.smaller.get(name), results.objective))
    rows = []
    for name in names[:_MOST_METRICS]:
        curve = results.curves.get(name, ())
        drawn = sparkline(curve, _SPARK, plain=plain) if len(curve) > 1 else ""
        rows.append(
            (name, number(last[name]), _best(best.get(name), results.smaller.get(name), plain=plain), drawn)
        )
    if not rows:
        return ""
    headers = ("METRIC", "LAST", "BEST", "CURVE" if any(row[-1] for row in rows) else "")
    text = table(headers, rows)
    if 0 < columns < max(map(width, text.splitlines())):
        text = table(headers[:3], [row[:3] for row in rows])
    more = len(names) - _MOST_METRICS
    return text + (f"\nand {counted(more, 'metric')} more" if more > 0 else "")


def _best(best: object, smaller: bool | None, *, plain: bool) -> str:
    found = best if isinstance(best, Mapping) else {}
    if found.get("value") is None:
        return "-"
    at = f" at {found['step']}" if found.get("step") is not None else ""
    return f"{arrow(smaller, plain=plain).strip()} {number(found['value'])}{at}".strip()


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]
