"""How progress and events look on a terminal: plain lines on stderr, nothing repeated."""

from __future__ import annotations

import json

import click

from skylift.cli.paint import colour
from skylift.errors import JobFailed, JobStopped
from skylift.host.redaction import redact_text, redacted
from skylift.report.text import safe, size
from skylift.values.progress import Progress
from skylift.values.record import Record

_TRANSFERS = frozenset({"data", "fetch", "push"})
"""Steps that count bytes; told when all of them have arrived."""


_WORTH_TELLING = 10_000
"""Bytes from which on a transfer's size is shown."""


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


def exit_code(record: Record) -> int:
    """What a script is told of a run that has ended."""
    return {"Failed": JobFailed.exit_code, "Stopped": JobStopped.exit_code}.get(record.status, 0)
