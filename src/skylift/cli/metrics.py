"""``skylift metrics``"""

from __future__ import annotations

import sys

import click

from skylift.cli.options import complete, json_option, pairs, project_options
from skylift.cli.talk import answer
from skylift.report.tried import tried


@click.command("metrics")
@click.argument("log", default="@last", shell_complete=complete("runs"))
@click.option(
    "--job", help="Read as this job's, not as the run's own or `train`.", shell_complete=complete("jobs")
)
@json_option
@project_options
def command(*, log: str, job: str | None, as_json: bool, folder: str, overrides: tuple[str, ...]) -> None:
    """Try on a log what is read from it: a file, - for stdin, or a run.

    Tells which metrics are found and how, what looks like one and is not read, and which own patterns find nothing;
    and proposes patterns for numbers that recur, each tried on the log before it is printed.
    """
    # It brings the project's whole world, and shells that complete a run's name are not to wait for it.
    from skylift.flow.trying import try_log

    found = try_log(log, stdin=sys.stdin.buffer, job=job, path=folder, overrides=pairs(overrides))
    answer("" if as_json else tried(found), found.as_json(), as_json=as_json)
