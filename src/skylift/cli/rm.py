"""``skylift rm``"""

from __future__ import annotations

import sys

import click

from skylift.cli.options import complete, explained, json_option, load_runs, project_options, yes_option
from skylift.cli.questions import yes_or_no
from skylift.cli.talk import emit, say
from skylift.errors import UsageError
from skylift.report.disk import going_text, going_total

_STAYED = 3


@click.command("rm")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...", shell_complete=complete("runs"))
@click.option("--force", is_flag=True, help="Stop runs that go on, and remove them then.")
@yes_option
@json_option
@project_options
@explained
def command(
    *,
    runs: tuple[str, ...],
    force: bool,
    yes: bool,
    as_json: bool,
    folder: str,
    overrides: tuple[str, ...],
) -> int:
    """Remove runs from this machine: record, metrics, log, artifacts, and what the job left.

    What lies in the cloud stays there, and is named. Your data is not touched: links are not followed, and what is
    mounted is left alone.
    """
    # It brings the project's whole world, and shells that complete a run's name are not to wait for it.
    from skylift.flow.removing import end, going, remove

    project = load_runs(folder, overrides)
    names = tuple(dict.fromkeys(map(project.store.resolve, runs)))
    agreed(yes=yes, as_json=as_json)
    found = going(project, names, force=force, tell=say)
    if not as_json:
        say(going_text(found))
    if not yes and not yes_or_no(f"Remove {going_total(found)}?", default=False):
        say("nothing was removed")
        return 0
    end(project, found, say)
    gone = remove(project, found, say)
    if as_json:
        emit({"removed": gone, "bytes": sum(one.use.bytes for one in found if one.name in gone)})
    else:
        click.echo("\n".join(gone))
    return 0 if len(gone) == len(found) else _STAYED


def agreed(*, yes: bool, as_json: bool) -> None:
    """
    :raises UsageError: where nobody could be asked, and nobody has said yes.
    """
    if not yes and (as_json or not (sys.stdin.isatty() and sys.stderr.isatty())):
        raise UsageError(
            "there is nobody here to ask, so --yes is wanted",
            hints=("what takes room: skylift prune --dry-run",),
        )
