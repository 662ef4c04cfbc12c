"""``skylift runs``"""

from __future__ import annotations

import shutil
import sys
from datetime import datetime, timezone

import click

from skylift.cli.options import json_option, load_runs, project_options
from skylift.cli.talk import emit, say
from skylift.report.listing import runs_table


@click.command("runs")
@click.option("--limit", "-n", default=20, show_default=True, help="At most this many; 0 for all.")
@json_option
@project_options
def command(*, limit: int, as_json: bool, folder: str, overrides: tuple[str, ...]) -> None:
    """What ran, newest first."""
    records = load_runs(folder, overrides).runs().records
    shown = records[:limit] if limit else records
    if as_json:
        emit([record.data for record in shown])
        return
    if not records:
        say("nothing has run yet; start with: skylift run")
        return
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    click.echo(runs_table(shown, datetime.now(timezone.utc), columns))
    if len(shown) < len(records):
        say(f"{len(records) - len(shown)} more: skylift runs --limit 0")
