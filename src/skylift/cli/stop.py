"""``skylift stop``"""

from __future__ import annotations

import click

from skylift.cli.options import load_runs, project_options, run_argument
from skylift.cli.talk import say


@click.command("stop")
@run_argument
@click.option("--wait/--no-wait", default=True, show_default=True, help="Until it has stopped.")
@click.option("--kill", is_flag=True, help="SIGKILL at once; the job saves nothing. Not in the cloud.")
@project_options
def command(*, run: str, wait: bool, kill: bool, folder: str, overrides: tuple[str, ...]) -> None:
    """Ask a run to stop: SIGTERM, and SIGKILL when the grace is over. What it saved is kept."""
    found = load_runs(folder, overrides).find(run)
    record = found.record
    if record.terminal:
        say(f"{record.name} has already ended: {record.secondary}")
        return
    found.stop(kill=kill)
    if wait:
        record = found.wait()
        say(f"{record.name}: {record.secondary}")
    click.echo(record.name)
