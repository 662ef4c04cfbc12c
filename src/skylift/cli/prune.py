"""``skylift prune``"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from skylift.cli.options import dry_run_option, json_option, load_runs, project_options, yes_option
from skylift.cli.questions import yes_or_no
from skylift.cli.rm import agreed
from skylift.cli.talk import emit, say
from skylift.flow.demands import seconds
from skylift.flow.disk import PARTS, Row, account, leftovers
from skylift.flow.pruning import sweep
from skylift.flow.removing import Going, Selection, remove, selected
from skylift.host.disk_use import Meter
from skylift.report.disk import account_text, going_text, going_total
from skylift.report.text import size
from skylift.values.words import counted


@click.command("prune")
@click.option("--keep", type=click.IntRange(min=0), metavar="N", help="Runs beyond the newest N.")
@click.option("--older-than", metavar="AGE", help="Runs that ended longer ago than this: 30d, 12h.")
@click.option("--failed", is_flag=True, help="Runs that failed.")
@click.option(
    "--only",
    type=click.Choice(PARTS),
    multiple=True,
    help="Of these runs only their artifacts, trees (what `skylift shell RUN` opens) or logs; they stay in the list.",
)
@dry_run_option
@yes_option
@json_option
@project_options
def command(
    *,
    keep: int | None,
    older_than: str | None,
    failed: bool,
    only: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    as_json: bool,
    folder: str,
    overrides: tuple[str, ...],
) -> int:
    """Remove what is left over, and the runs that the options mean.

    A run goes when all that is said holds for it, and never while it goes on. Without an option no run goes: only what
    commands that were killed have left behind, and what takes room on this machine is told. `skylift prune --dry-run`
    only tells, with options, too. Sizes are what is allocated on the disk; a file of several names counts once.
    """
    selection = Selection(keep, seconds("--older-than", older_than), failed, only)
    if only and selection.is_empty:
        raise click.UsageError("--only wants runs to be chosen: --keep, --older-than or --failed")
    project = load_runs(folder, overrides)
    found = selected(project, selection, project.sources.world.clock.now())
    left = leftovers(project.store)
    # To measure caches of many gigabytes takes a while: nobody is to wait for what is not told.
    rows = account(project, left) if dry_run or selection.is_empty else []
    if as_json and dry_run:
        emit({"account": [dataclasses.asdict(row) for row in rows], **_plan(found, left)})
        return 0
    if not as_json:
        _tell(rows, found)
    spare = Meter().use(*left)
    what = [going_total(found)] if found else []
    what += [f"{counted(len(left), 'leftover')}, {size(spare.bytes)}"] if left else []
    if not what or dry_run:
        say("\n" + (f"would go: {' and '.join(what)}" if what else "nothing is to be removed"))
        return 0
    agreed(yes=yes, as_json=as_json)
    if not yes and not yes_or_no(f"Remove {' and '.join(what)}?", default=False):
        say("nothing was removed")
        return 0
    gone = remove(project, found, say)
    sweep(project, say)
    if as_json:
        emit({"removed": gone, **_plan(found, left)})
    else:
        say(f"removed: {' and '.join(what)}")
    return 0 if len(gone) == len(found) else 3


def _tell(rows: list[Row], found: list[Going]) -> None:
    """Whoever has chosen runs knows that room is taken, and is shown what goes."""
    told = [account_text(rows)] if rows else []
    told += [going_text(found)] if found else []
    if told:
        click.echo("\n\n".join(told))


def _plan(found: list[Going], left: list[Path]) -> dict[str, object]:
    return {
        "runs": [dataclasses.asdict(one) for one in found],
        "leftovers": [str(path) for path in left],
        "bytes": sum(one.use.bytes for one in found) + Meter().use(*left).bytes,
    }
