"""``skylift shell``"""

from __future__ import annotations

import click

from skylift.cli.options import load_runs, project_options, run_argument


@click.command("shell", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@run_argument
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[COMMAND...]")
@project_options
def command(*, run: str, words: tuple[str, ...], folder: str, overrides: tuple[str, ...]) -> int:
    """Open a shell in a run's environment: its interpreter or image, variables, channels, work directory.

    What the run has left is there to be looked at, and stays as you leave it. With COMMAND, that is run instead, and its exit code is
    ours: `skylift shell @last python -m pip list`. For the project as it is now: `skylift run --shell`.
    """
    wanted = words[1:] if words[:1] == ("--",) else words
    return load_runs(folder, overrides).shell_of(run, wanted)
