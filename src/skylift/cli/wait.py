"""``skylift wait``"""

from __future__ import annotations

import click

from skylift.cli.options import json_option, load_runs, project_options, run_argument
from skylift.cli.talk import emit, exit_code


@click.command("wait")
@run_argument
@json_option
@project_options
def command(*, run: str, as_json: bool, folder: str, overrides: tuple[str, ...]) -> int:
    """Wait until a run has ended. Exit code 0 completed, 4 failed, 7 stopped."""
    found = load_runs(folder, overrides).find(run)
    record = found.wait()
    if as_json:
        emit(record.data)
        return exit_code(record)
    found.outcome()
    click.echo(record.name)
    return 0
