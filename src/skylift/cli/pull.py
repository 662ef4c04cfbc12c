"""``skylift pull``"""

from __future__ import annotations

from pathlib import Path

import click

from skylift.cli.options import json_option, load, project_options
from skylift.cli.talk import emit, say


@click.command("pull")
@click.argument("run", default="@last")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="A new folder; default: model-<letters>."
)
@json_option
@project_options
def command(*, run: str, output: Path | None, as_json: bool, folder: str, overrides: tuple[str, ...]) -> None:
    """Unpack a run's model into a new folder. Nothing is overwritten, nothing lands outside it."""
    project = load(folder, overrides, quiet=True)
    name = project.find(run).name
    into = output or Path(f"model-{name[-4:]}")
    files = project.pull(run, into)
    if as_json:
        emit({"run": name, "folder": str(into), "files": files})
        return
    say(f"{len(files)} files from {name}")
    click.echo(str(into))
