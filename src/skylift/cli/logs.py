"""``skylift logs``"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator

import click

from skylift.cli.options import json_option, load_runs, project_options, run_argument
from skylift.flow.running import Run
from skylift.report.text import safe
from skylift.values.jobs import LogLine, hosts_of


@click.command("logs")
@run_argument
@click.option("--follow", "-f", is_flag=True, help="Go on until the run has ended.")
@click.option("--raw", is_flag=True, help="The bytes as they came, control characters and all.")
@json_option
@project_options
def command(
    *, run: str, follow: bool, raw: bool, as_json: bool, folder: str, overrides: tuple[str, ...]
) -> None:
    """What a run printed, on stdout. With --json an object a line."""
    found = load_runs(folder, overrides).find(run)
    stored = not follow and (found.backend.here or found.record.terminal)
    if raw and stored and found.folder.log.exists():
        with found.folder.log.open("rb") as stream:
            shutil.copyfileobj(stream, sys.stdout.buffer)
        return
    for text in _stored(found) if stored else _asked(found, follow=follow):
        click.echo(json.dumps({"run": found.name, "text": text}) if as_json else text if raw else safe(text))


def _asked(run: Run, *, follow: bool) -> Iterator[str]:
    events = run.watch() if follow else run.lines_so_far()
    several = len(hosts_of(run.record.data)) > 1
    return (event.spoken(several=several) for event in events if isinstance(event, LogLine))


def _stored(run: Run) -> Iterator[str]:
    if run.folder.log.exists():
        with run.folder.log.open("rb") as stream:
            for data in stream:
                yield data.decode(errors="replace").rstrip("\n")
