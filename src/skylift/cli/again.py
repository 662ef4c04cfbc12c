"""``skylift run --like RUN``: what of the command line is to be otherwise than in that run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from skylift.cli.run_command import HAS_RAW, RAW

if TYPE_CHECKING:
    from skylift.flow.demands import Demands
    from skylift.flow.repeating import Changes


def changes_of(ctx: click.Context, demands: Demands, *, here: bool, exact: bool) -> Changes | None:
    """What ``--like`` is to change; None where no run is repeated.

    :raises UsageError: for options that do not go with it, or not without it.
    """
    said = ctx.params
    if said["like"] is None:
        if here or exact:
            raise click.UsageError("--here and --exact say how a run is repeated: --like RUN", ctx)
        return None
    if said["shell"]:
        raise click.UsageError(f"a shell in that run's environment: skylift shell {said['like']}", ctx)
    if ctx.get_parameter_source("job") is not ParameterSource.DEFAULT:
        raise click.UsageError("with --like the job is that of the run: leave --job out", ctx)
    # Help and completion do not wait for it.
    from skylift.flow.repeating import Changes

    named = ctx.get_parameter_source("target") is not ParameterSource.DEFAULT
    return Changes(
        given=said["parameters"],
        raw=ctx.meta[RAW] if ctx.meta[HAS_RAW] else None,
        target=said["target"] if named else None,
        python=said["python"],
        detach=said["detach"],
        demands=demands,
        here=here,
        exact=exact,
    )
