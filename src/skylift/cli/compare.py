"""``skylift compare``"""

from __future__ import annotations

import dataclasses

import click

from skylift.cli.options import complete, json_option, load_runs, project_options
from skylift.cli.talk import answer
from skylift.report.side_by_side import comparison


@click.command("compare")
@click.argument("runs", nargs=-1, required=True, shell_complete=complete("runs"))
@json_option
@project_options
def command(*, runs: tuple[str, ...], as_json: bool, folder: str, overrides: tuple[str, ...]) -> None:
    """Put runs side by side: parameters, code, data and lock where they differ, and the metrics."""
    if len(runs) < 2:
        raise click.UsageError("compare wants two runs or more")
    found = load_runs(folder, overrides).compare(runs)
    answer(comparison(found), dataclasses.asdict(found), as_json=as_json)
