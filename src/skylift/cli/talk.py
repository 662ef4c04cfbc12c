"""How progress and events look on a terminal: plain lines on stderr, nothing repeated."""

from __future__ import annotations

import json
import sys

import click

from skylift.cli.paint import colour
from skylift.errors import JobFailed, JobStopped
from skylift.host.redaction import redact_text, redacted
from skylift.report.text import fields, number, safe, size
from skylift.values.jobs import Described, Event, LogLine, hosts_of
from skylift.values.progress import Progress
from skylift.values.record import Left, Record

_TRANSFERS = frozenset({"data", "fetch", "push"})
"""Steps that count bytes; told when all of them have arrived."""


_WORTH_TELLING = 10_000
"""Bytes from which on a transfer's size is shown."""


_NOTHING = Left()


def say(text: str) -> None:
    # Whoever made the text took care of secrets; a URL that slipped through stops here.
    click.echo(redact_text(text), err=True, color=colour())


def emit(value: object) -> None:
    """A result as JSON on stdout: ASCII, since a terminal may obey what is not."""
    click.echo(json.dumps(redacted(value), indent=2, default=str))


def answer(text: str, value: object, *, as_json: bool) -> None:
    """The result on stdout, for people or for scripts."""
    if as_json:
        emit(value)
    else:
        click.echo(text)


class Steps:
    """A report that prints each step once, and bytes only when something of size has arrived."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._told: set[tuple[str, str]] = set()

    def __call__(self, progress: Progress) -> None:
        transfer = progress.step in _TRANSFERS
        if self._quiet or (transfer and progress.done < progress.total):
            return
        # A dataset may have a hundred thousand files: what was sent is told, not each of their names.
        what = f"{size(progress.total)} sent" if progress.step == "data" else safe(progress.what)
        if transfer and progress.step != "data" and progress.total > _WORTH_TELLING:
            what += f" ({size(progress.total)})"
        key = (progress.step, progress.what)
        if key not in self._told:
            self._told.add(key)
            say(_step(progress.step) + what)


def _step(name: str) -> str:
    return click.style(f"{name:>8}", fg="yellow" if name == "warning" else "blue") + "  "


class Watching:
    """Shows a run's events: phases as they come, the log as it is."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._phases = 0
        self._several = False
        self.lines = 0
        """How many lines were shown, so that a watch which is taken up again does not repeat them."""

    def show(self, event: Event) -> None:
        self.lines += isinstance(event, LogLine)
        if self._quiet:
            return
        if isinstance(event, Described):
            self._several = len(hosts_of(event.description)) > 1
        elif isinstance(event, LogLine):
            # A log can have millions of lines, and none needs anything else that `say` does.
            sys.stderr.write(_printable(event.spoken(several=self._several)) + "\n")
        elif event.number >= self._phases:
            self._phases = event.number + 1
            say(_step("job") + event.secondary)


def _printable(line: str) -> str:
    if line.isprintable():
        return line
    # What stands behind the last carriage return is what a terminal would have left standing.
    return safe(line.rstrip("\r").rsplit("\r", 1)[-1].replace("\t", "    "))


def ending(record: Record, warnings: tuple[str, ...] = (), left: Left = _NOTHING) -> str:
    """The last lines of a watched run: what happened, how good, where its results are, what next."""
    completed = record.status == "Completed"
    tag = record.name[-4:]
    color = "green" if completed else "red"
    lines = ["", click.style(record.secondary, fg=color, bold=True) + f"  {record.name}"]
    best, last = record.at("Skylift.metrics.best") or {}, record.at("Skylift.metrics.last") or {}
    rows = [(name, _with_best(last[name], best.get(name))) for name in sorted(last)]
    lines += [f"  {line}" for line in fields(rows).splitlines()]
    results = [("model", left.model or "none")] if completed else []
    results += [("output", left.output)] if left.output else []
    lines += [f"  {line}" for line in fields(results).splitlines()]
    lines += [click.style("  warning  ", fg="yellow") + safe(warning) for warning in warnings]
    verbs = [f"pull {tag}"] if left.model and completed else []
    verbs += [f"pull {tag} output"] if left.output else []
    lines.append(
        "  next   " + "   ".join(f"skylift {verb}" for verb in (f"show {tag}", *(verbs or [f"logs {tag}"])))
    )
    return "\n".join(lines)


def _with_best(last: object, best: object) -> str:
    found = best.get("value") if isinstance(best, dict) else None
    return number(last) + (f"  best {number(found)}" if found is not None else "")


def exit_code(record: Record) -> int:
    """What a script is told of a run that has ended."""
    return {"Failed": JobFailed.exit_code, "Stopped": JobStopped.exit_code}.get(record.status, 0)
