"""``skylift attach``"""

from __future__ import annotations

import click

from skylift.cli.options import json_option, load_runs, project_options, quiet_option, run_argument
from skylift.cli.talk import say

_ALL = "all"


def _tail(_: click.Context, __: click.Parameter, text: str) -> int | None:
    if text == _ALL:
        return None
    if not text.isdecimal():
        raise click.BadParameter(f"{text!r} is no number of lines, and not `{_ALL}`")
    return int(text[:9])


@click.command("attach")
@run_argument
@click.option(
    "--tail",
    "-n",
    default="20",
    show_default=True,
    metavar="N",
    callback=_tail,
    help=f"Begin with the last N of the lines so far; 0: with none, {_ALL}: with the whole log.",
)
@quiet_option
@json_option
@project_options
def command(
    *, run: str, tail: int | None, quiet: bool, as_json: bool, folder: str, overrides: tuple[str, ...]
) -> int:
    """Watch a run that goes on already, as `skylift run` does.

    Ctrl-C ends the watching, never the run. Of a run that has ended only its end is told. The exit code is that of
    `skylift run`.
    """
    # It brings the project's whole world, and shells that complete a run's name are not to wait for it.
    from skylift.cli.watching.follow import ended, watched
    from skylift.flow.patience import patient

    found = load_runs(folder, overrides).find(run)
    silent = quiet or as_json
    has_ended = found.record.terminal
    if has_ended and tail is not None and not silent:
        code = ended(found)
        say(f"  log      skylift logs {found.name[-4:]}")
        return code
    if not silent and not has_ended:
        say(f"watching {found.name}; Ctrl-C leaves it running")
    return watched(
        patient(found, say), quiet=quiet, as_json=as_json, leaving=True, tail=None if silent else tail
    )
