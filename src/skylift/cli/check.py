"""``skylift check``"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence

import click

from skylift.cli.options import FOLDER, json_option
from skylift.cli.paint import columns, paint_for
from skylift.cli.steps import Steps
from skylift.cli.talk import emit, say
from skylift.errors import NotReady, UsageError
from skylift.flow.checking import check, fix
from skylift.flow.world import World
from skylift.report.findings import findings, summary
from skylift.report.text import safe
from skylift.values.finding import Finding


@click.command("check")
@click.option("-C", "folder", default=".", type=FOLDER, help="Work in this folder.")
@click.option("--fix", "fixing", is_flag=True, help="Do what can do no harm: lines for ignore files.")
@json_option
def command(*, folder: str, fixing: bool, as_json: bool) -> int:
    """Look for what would go wrong, without network and without running anything.

    Exit code 0: nothing that keeps a run from starting. 2: something has to be edited. 3: something has to be
    made or put there first, such as a channel's folder. Warnings and notes do not count.
    """
    world = World.here(Steps(quiet=True))
    root, found = check(folder, world)
    fixed = fix(root, found) if fixing else []
    if fixed:
        root, found = check(folder, world)
    code = _code(found)
    if as_json:
        emit(
            {
                "root": str(root),
                "exit_code": code,
                "fixed": [_facts(one) for one in fixed],
                "findings": [_facts(one) for one in found],
            }
        )
        return code
    for one in fixed:
        say(safe(f"fixed  {one.where}: {one.remedy}"))
    if fixing and not fixed:
        say("nothing to fix: " + ("what was found is for you to do" if found else "all is well"))
    if found:
        click.echo(findings(found, columns=columns(sys.stdout), paint=paint_for(sys.stdout)))
    say(summary(found))
    return code


def _facts(one: Finding) -> dict[str, object]:
    return {**dataclasses.asdict(one), "fixable": one.fixable}


def _code(found: Sequence[Finding]) -> int:
    errors = [one for one in found if one.severity == "error"]
    if any(not one.waits for one in errors):
        return UsageError.exit_code
    return NotReady.exit_code if errors else 0
