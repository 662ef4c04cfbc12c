"""``skylift ci``"""

from __future__ import annotations

import click

from skylift.cli.options import dry_run_option, load, project_options
from skylift.cli.talk import say


@click.command("ci")
@click.argument("vendor", type=click.Choice(["circleci", "plain"]))
@click.option("--on", "target", required=True, metavar="TARGET", help="Where the pipeline trains.")
@dry_run_option
@project_options
def command(*, vendor: str, target: str, dry_run: bool, folder: str, overrides: tuple[str, ...]) -> None:
    """Write the vendor's file: check, approval, build and push, train."""
    project = load(folder, overrides, quiet=True)
    path, text = project.ci(vendor, target)
    if dry_run:
        click.echo(text, nl=False)
        return
    project.write_ci(path, text)
    say(f"wrote {path}; commit it")
