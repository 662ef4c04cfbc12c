"""``skylift compare``"""

from __future__ import annotations

import dataclasses
import math
import sys
from typing import Any

import click

from skylift.cli.options import complete, json_option, load_runs, project_options
from skylift.cli.paint import columns, paint_for
from skylift.cli.talk import answer, say
from skylift.errors import GateClosed
from skylift.report.side_by_side import comparison
from skylift.report.text import safe


@click.command("compare")
@click.argument("runs", nargs=-1, shell_complete=complete("runs"))
@click.option(
    "--baseline",
    metavar="RUN",
    default="",
    help="What the others are held against, instead of the first one.",
    shell_complete=complete("runs"),
)
@click.option(
    "--metric",
    "metrics",
    metavar="NAME",
    multiple=True,
    help="Only this metric; repeatable.",
    shell_complete=complete("metrics"),
)
@click.option(
    "--min-delta",
    metavar="DELTA",
    default="",
    help="A gate: exit 6 unless the last run is better than the baseline by this much (0.01, 1%).",
)
@click.option("--code", is_flag=True, help="Show the changes of the code line by line.")
@click.option("--no-curves", is_flag=True, help="Draw no curves.")
@json_option
@project_options
def command(
    *,
    runs: tuple[str, ...],
    baseline: str,
    metrics: tuple[str, ...],
    min_delta: str,
    code: bool,
    no_curves: bool,
    as_json: bool,
    folder: str,
    overrides: tuple[str, ...],
) -> int:
    """Put runs side by side: parameters, code, data and packages where they differ, and the metrics.

    RUNS are names, last letters, or @last. One is compared with the run that it repeats, or the one before it; none
    means the last two runs of the same job.

    With --min-delta the last run has to be better than the baseline by at least that much, in its main metric or the
    first --metric; a negative one lets it be worse by so much. A run that failed, or has no such value, is not.
    """
    # Nothing else of the command line waits for it.
    from skylift.flow.comparing import CompareOptions

    asked = CompareOptions(runs, baseline, metrics, min_delta, curves=not no_curves, patches=code)
    found = load_runs(folder, overrides).compare(options=asked)
    text = ""
    if not as_json:
        encoding = (sys.stdout.encoding or "").lower()
        painted = paint_for(sys.stdout) if sys.stdout.isatty() else None
        text = comparison(found, columns(sys.stdout), plain="utf" not in encoding, paint=painted)
    answer(text, _as_json(dataclasses.asdict(found)) if as_json else None, as_json=as_json)
    if found.gate is None:
        return 0
    if found.gate.open:
        if not as_json:
            say(safe(found.gate.said))
        return 0
    if as_json:
        # One document on stdout: what the gate says is in it.
        return GateClosed.exit_code
    raise GateClosed(found.gate.said)


def _as_json(value: Any) -> Any:
    """Without what JSON can not hold: nan is nothing."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _as_json(item) for name, item in value.items()}
    return [_as_json(item) for item in value] if isinstance(value, list | tuple) else value
