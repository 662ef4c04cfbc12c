"""``skylift init``"""

from __future__ import annotations

import dataclasses
import sys

import click

from skylift.cli.options import FOLDER, dry_run_option, json_option
from skylift.cli.talk import answer, emit, say
from skylift.flow.initialise import initialise, understand
from skylift.report.plans import detection


@click.command("init")
@click.option("-C", "folder", default=".", type=FOLDER, help="The project's folder.")
@click.option(
    "--entry-point", metavar="FILE", help="The script or notebook that trains, where it is not clear."
)
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@dry_run_option
@json_option
def command(folder: str, entry_point: str | None, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Read the project, tell what was understood, write [tool.skylift].

    Nothing of the project is imported or run.
    """
    root, found = understand(folder, entry_point=entry_point)
    if not as_json:
        say(detection(found) + "\n")
    path, text = initialise(root, found, dry_run=True)
    facts = {"file": str(path), **dataclasses.asdict(found)}
    if dry_run:
        answer(text, facts, as_json=as_json)
        return
    asked = not yes and not as_json and sys.stdin.isatty()
    if asked and not click.confirm(f"write this to {path.name}?", default=True, err=True):
        say("nothing was written")
        return
    if not text and not as_json:
        say(f"{path.name} says all of this already")
        return
    initialise(root, found, dry_run=False)
    if as_json:
        emit(facts)
        return
    say(f"wrote the config to {path}\nnext: skylift run")
