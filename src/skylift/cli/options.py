"""Options that several verbs share, and what they turn into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from skylift.cli.talk import Steps
from skylift.flow.project import Project
from skylift.flow.world import World

FOLDER = click.Path(exists=True, file_okay=False)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
quiet_option = click.option("--quiet", "-q", is_flag=True, help="Say nothing but results and errors.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would happen and do nothing.")
locked_option = click.option("--locked", is_flag=True, help="Fail (exit 3) when the lock is stale.")


def project_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``-C`` and ``--set``, which every verb that reads the project takes."""
    settings = click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="KEY=VALUE",
        help="Override a config key for this command.",
    )
    folder = click.option("-C", "folder", default=".", type=FOLDER, help="Work in this folder.")
    return settings(folder(function))


def load(folder: str, overrides: tuple[str, ...], *, quiet: bool = False, locked: bool = False) -> Project:
    pairs = {}
    for item in overrides:
        key, equals, value = item.partition("=")
        if not equals:
            raise click.UsageError(f"--set wants KEY=VALUE, not {item!r}")
        pairs[key] = value
    world = World.here(Steps(quiet=quiet))
    return Project.load(folder, world=world, overrides=pairs, locked=locked)
