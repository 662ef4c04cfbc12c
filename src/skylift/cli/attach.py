"""``skylift attach``"""

from __future__ import annotations

import click

from skylift.cli.options import json_option, load_runs, project_options, quiet_option, run_argument
from skylift.cli.talk import say


@click.command("attach")
@run_argument
@quiet_option
@json_option
@project_options
def command(*, run: str, quiet: bool, as_json: bool, folder: str, overrides: tuple[str, ...]) -> int:
    """Watch a run that goes on already, as `skylift run` does, from the first line of its log.

    Ctrl-C ends the watching, never the run. The exit code is that of `skylift run`.
    """
    # It brings the project's whole world, and shells that complete a run's name are not to wait for it.
    from skylift.cli.watching.follow import watched
    from skylift.flow.patience import patient

    found = load_runs(folder, overrides).find(run)
    if not quiet and not as_json and not found.record.terminal:
        say(f"watching {found.name}; Ctrl-C leaves it running")
    return watched(patient(found, say), quiet=quiet, as_json=as_json, leaving=True)
