"""``skylift logs``"""

from __future__ import annotations

import shutil
import sys

import click

from skylift.cli.options import load, project_options
from skylift.report.text import safe
from skylift.values.jobs import LogLine


@click.command("logs")
@click.argument("run", default="@last")
@click.option("--follow", "-f", is_flag=True, help="Go on until the run has ended.")
@click.option("--raw", is_flag=True, help="The bytes as they came, control characters and all.")
@project_options
def command(*, run: str, follow: bool, raw: bool, folder: str, overrides: tuple[str, ...]) -> None:
    """What a run printed, on stdout."""
    found = load(folder, overrides, quiet=True).find(run)
    if follow:
        for event in found.watch():
            if isinstance(event, LogLine):
                click.echo(event.text if raw else safe(event.text))
        return
    if not found.record.terminal and not found.backend.here:
        for line in found.lines_so_far():
            click.echo(line.text if raw else safe(line.text))
        return
    if not found.folder.log.exists():
        return
    with found.folder.log.open("rb") as stream:
        if raw:
            shutil.copyfileobj(stream, sys.stdout.buffer)
            return
        for data in stream:
            click.echo(safe(data.decode(errors="replace").rstrip("\n")))
