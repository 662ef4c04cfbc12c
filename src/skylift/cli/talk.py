"""Words on stderr, results on stdout."""

from __future__ import annotations

import json

import click

from skylift.cli.paint import colour, settle
from skylift.errors import JobFailed, JobStopped
from skylift.host.redaction import redact_text, redacted
from skylift.values.record import Record


def say(text: str) -> None:
    # Whoever made the text took care of secrets; a URL that slipped through stops here.
    settle()
    click.echo(redact_text(text), err=True, color=colour())


def emit(value: object) -> None:
    """A result as JSON on stdout: ASCII, since a terminal may obey what is not."""
    settle()
    click.echo(json.dumps(redacted(value), indent=2, default=str))


def answer(text: str, value: object, *, as_json: bool) -> None:
    """The result on stdout, for people or for scripts."""
    if as_json:
        emit(value)
    else:
        settle()
        click.echo(text)


def step(name: str) -> str:
    """What stands before a line of ours."""
    return click.style(f"{name:>8}", fg="yellow" if name == "warning" else "blue") + "  "


def exit_code(record: Record) -> int:
    """What a script is told of a run that has ended."""
    return {"Failed": JobFailed.exit_code, "Stopped": JobStopped.exit_code}.get(record.status, 0)
