"""``skylift stop``"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from skylift.cli.options import chosen, json_option, load_runs, project_options, runs_argument
from skylift.cli.talk import emit, say

if TYPE_CHECKING:
    from skylift.flow.running import Run


@click.command("stop")
@runs_argument
@click.option("--all", "everything", is_flag=True, help="Every run of this project that has not ended.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Until it has stopped.")
@click.option(
    "--kill",
    is_flag=True,
    help="SIGKILL at once; the job saves nothing. Not in the cloud. Ends a hung run, too.",
)
@json_option
@project_options
def command(
    *,
    runs: tuple[str, ...],
    everything: bool,
    wait: bool,
    kill: bool,
    as_json: bool,
    folder: str,
    overrides: tuple[str, ...],
) -> None:
    """Ask a run to stop, or several: SIGTERM, and SIGKILL when the grace is over. What it saved is kept."""
    # It brings the project's whole world, and shells that complete a run's name are not to wait for it.
    from skylift.flow.patience import kill as kill_now
    from skylift.flow.patience import patient

    if everything and runs:
        raise click.UsageError("either name runs, or --all")
    project = load_runs(folder, overrides)
    names = (
        tuple(record.name for record in project.runs().records if not record.terminal) if everything else runs
    )
    if everything and not names:
        say("no run of this project goes on")
    found = chosen(project, names) if names or not everything else []
    asked = [run for run in found if _asked(run, kill=kill)]
    for run in asked if wait else ():
        record = kill_now(run, project.sources.world.environment, say) if kill else patient(run, say).wait()
        say(f"{record.name}: {record.secondary}")
    if as_json:
        emit([{"run": run.name, "status": run.record.secondary} for run in found])
    else:
        for run in asked:
            click.echo(run.name)


def _asked(run: Run, *, kill: bool) -> bool:
    """All are asked before any is waited for. False for one that has ended already."""
    record = run.record
    if record.terminal:
        say(f"{record.name} has already ended: {record.secondary}")
        return False
    run.stop(kill=kill)
    return True
