"""``skylift run``"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from skylift.cli.again import changes_of
from skylift.cli.options import (
    complete,
    dry_run_option,
    json_option,
    load,
    locked_option,
    project_options,
    quiet_option,
)
from skylift.cli.run_command import RAW, RunCommand

if TYPE_CHECKING:
    from skylift.flow.demands import Demands
    from skylift.flow.running import Run


@click.command("run", cls=RunCommand, options_metavar="[OPTIONS]")
@click.argument(
    "parameters",
    nargs=-1,
    metavar="[NAME=VALUE]... [-- ARGUMENTS...]",
    shell_complete=complete("parameters"),
)
@click.option(
    "--on",
    "target",
    default="local",
    metavar="TARGET",
    help="local, docker, or a target of the config.",
    shell_complete=complete("targets"),
)
@click.option("--job", default="train", help="Which of the project's jobs.", shell_complete=complete("jobs"))
@click.option(
    "--like",
    metavar="RUN",
    help="Run this one again: its code, parameters, channels and target, but for what is said here.",
    shell_complete=complete("runs"),
)
@click.option("--here", is_flag=True, help="With --like: the code as it is now.")
@click.option("--exact", is_flag=True, help="With --like: refuse (exit 3) when anything else would differ.")
@click.option("--python", metavar="PATH", help="Interpreter for the local target.")
@click.option("--detach", "-d", is_flag=True, help="Return when the job is created; it goes on by itself.")
@click.option(
    "--max-run", metavar="DURATION", help="Stop the job after this time, as the target's max-run does."
)
@click.option(
    "--grace", metavar="DURATION", help="Time between SIGTERM and SIGKILL, instead of the target's."
)
@click.option(
    "--interrupt-after",
    metavar="DURATION",
    help="Interrupt the job once as a spot instance is, and start it again (local and docker).",
)
@click.option("--stop-after", metavar="DURATION", help="Stop the job in Training (local and docker).")
@click.option(
    "--fail-disk",
    metavar="SIZE",
    help="Let model, output and work directory hold only so much (local and docker).",
)
@click.option(
    "--strict-inputs", is_flag=True, help="Let the job not write into its channels (local and docker)."
)
@click.option(
    "--shell",
    is_flag=True,
    help="Open a shell where the script would start, instead of starting it. Nothing is recorded or kept.",
)
@locked_option
@dry_run_option
@quiet_option
@json_option
@project_options
@click.pass_context
def command(
    ctx: click.Context,
    *,
    parameters: tuple[str, ...],
    target: str,
    job: str,
    like: str | None,
    here: bool,
    exact: bool,
    python: str | None,
    detach: bool,
    max_run: str | None,
    grace: str | None,
    interrupt_after: str | None,
    stop_after: str | None,
    fail_disk: str | None,
    strict_inputs: bool,
    shell: bool,
    locked: bool,
    dry_run: bool,
    quiet: bool,
    as_json: bool,
    folder: str,
    overrides: tuple[str, ...],
) -> int:
    """Train. Prints the run's name on stdout; the log and everything else goes to stderr.

    Parameters are the script's own: `skylift run epochs=5 lr=0.01`.
    With --like they are those of that run, but for those that are given; and so are its code, target and arguments
    after `--`. What can not be the same is told before it starts, and is in the new run's record.

    A DURATION is `20s`, `5m`, `1.5h`, or seconds; a SIZE `100MB`, `2GiB`, or bytes.
    """
    # Help and completion do not wait for it.
    from skylift.cli.talk import answer
    from skylift.report.plans import plan_text

    limits = {"--max-run": max_run, "--grace": grace}
    limits |= {"--interrupt-after": interrupt_after, "--stop-after": stop_after}
    demands = _demands(limits, fail_disk, strict_inputs=strict_inputs)
    changes = changes_of(ctx, demands, here=here, exact=exact)
    # A plan must not write the lock, and an image can not be planned without one.
    project = load(folder, overrides, quiet=quiet or as_json, locked=locked or dry_run)
    asked: dict[str, Any] = {"target": target, "job": job, "demands": demands, "hyperparameters": parameters}
    asked["arguments"] = ctx.meta[RAW]
    if dry_run:
        plan = project.plan(**asked) if changes is None else project.plan_again(str(like), changes)
        answer(plan_text(plan), dataclasses.asdict(plan), as_json=as_json)
        return 0
    if shell:
        return project.shell(python=python, **asked)
    asked |= {"python": python, "detach": detach}
    run = project.run(**asked) if changes is None else project.again(str(like), changes)
    return _created(run, detach=detach, quiet=quiet, as_json=as_json)


def _created(run: Run, *, detach: bool, quiet: bool, as_json: bool) -> int:
    from skylift.cli.talk import answer
    from skylift.cli.watching.follow import watched

    if not as_json:
        answer(run.name, None, as_json=False)
        sys.stdout.flush()
    return _detached(run, as_json=as_json) if detach else watched(run, quiet=quiet, as_json=as_json)


def _detached(run: Run, *, as_json: bool) -> int:
    from skylift.cli.talk import emit, say

    run.release()
    if as_json:
        emit({"run": run.name})
    say(f"detached; follow it: skylift attach {run.name[-4:]}")
    return 0


def _demands(limits: Mapping[str, str | None], fail_disk: str | None, *, strict_inputs: bool) -> Demands:
    from skylift.flow.demands import Demands, seconds, size

    times = {option: seconds(option, text) for option, text in limits.items()}
    return Demands(
        max_run_s=times["--max-run"],
        grace_s=times["--grace"],
        interrupt_after_s=times["--interrupt-after"],
        stop_after_s=times["--stop-after"],
        disk_bytes=size("--fail-disk", fail_disk),
        strict_inputs=strict_inputs,
    )
