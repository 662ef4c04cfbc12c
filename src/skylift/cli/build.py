"""``skylift build``"""

from __future__ import annotations

import dataclasses

import click

from skylift.cli.options import (
    dry_run_option,
    json_option,
    load,
    locked_option,
    project_options,
    quiet_option,
)
from skylift.cli.talk import answer, emit, say
from skylift.report.plans import built, image_plan


@click.command("build")
@click.option("--push", is_flag=True, help="Push what the registry does not have.")
@locked_option
@dry_run_option
@quiet_option
@json_option
@project_options
def command(
    *,
    push: bool,
    locked: bool,
    dry_run: bool,
    quiet: bool,
    as_json: bool,
    folder: str,
    overrides: tuple[str, ...],
) -> None:
    """Assemble the image layer by layer and print its digest. The registry is the cache."""
    project = load(folder, overrides, quiet=quiet or as_json, locked=locked or dry_run)
    if dry_run:
        plan = project.plan_image()
        answer(image_plan(plan), dataclasses.asdict(plan), as_json=as_json)
        return
    image = project.build(push=push)
    if as_json:
        emit({**dataclasses.asdict(image), "reference": str(image.reference) if image.reference else None})
        return
    if not quiet:
        say(built(image))
    click.echo(image.digest)
