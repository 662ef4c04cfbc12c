"""``skylift wait``"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from skylift.cli.boundary import tell
from skylift.cli.options import chosen, json_option, load_runs, project_options, runs_argument
from skylift.cli.talk import emit, exit_code, say
from skylift.errors import SkyliftError

if TYPE_CHECKING:
    from skylift.flow.running import Run

_BY_BADNESS = (0, 7, 4, 3, 5)
"""What is not known is worse than what is."""


@click.command("wait")
@runs_argument
@click.option(
    "--timeout", metavar="DURATION", help="Wait no longer than this; exit code 3 if a run goes on then."
)
@json_option
@project_options
def command(
    *, runs: tuple[str, ...], timeout: str | None, as_json: bool, folder: str, overrides: tuple[str, ...]
) -> int:
    """Wait until a run has ended, or all of several.

    Exit code 0 completed, 4 failed, 7 stopped, 3 not ended in time; of several runs that of the worst. With --json the
    record, of several runs a list.
    """
    # It brings the project's whole world, and shells that complete a run's name are not to wait for it.
    from skylift.flow.demands import seconds

    project = load_runs(folder, overrides)
    limit_s = seconds("--timeout", timeout)
    began_s = project.sources.world.clock.monotonic()
    found = chosen(project, runs)
    codes, records = [], []
    for run in found:
        passed_s = project.sources.world.clock.monotonic() - began_s
        code = _waited(run, None if limit_s is None else max(0.0, limit_s - passed_s), as_json=as_json)
        codes.append(code)
        records.append(run.record.data)
    if as_json:
        emit(records if len(found) > 1 else records[0])
    return max(codes, key=_BY_BADNESS.index)


def _waited(run: Run, limit_s: float | None, *, as_json: bool) -> int:
    """The exit code that one run means, which is told unless a record will tell it."""
    from skylift.flow.patience import patient

    try:
        record = patient(run, say, limit_s).wait()
        if as_json:
            return exit_code(record)
        run.outcome()
    except SkyliftError as error:
        tell(error)
        return error.exit_code
    click.echo(run.name)
    return 0
