"""``skylift show``"""

from __future__ import annotations

import click

from skylift.cli.options import json_option, load_runs, project_options, run_argument
from skylift.cli.talk import answer
from skylift.report.one_run import show


@click.command("show")
@run_argument
@json_option
@project_options
def command(*, run: str, as_json: bool, folder: str, overrides: tuple[str, ...]) -> None:
    """Everything about a run."""
    found = load_runs(folder, overrides).find(run)
    record = found.record
    answer("" if as_json else show(record, found.left), record.data, as_json=as_json)
