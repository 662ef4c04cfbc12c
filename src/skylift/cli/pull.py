"""``skylift pull``"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from skylift.cli.options import json_option, load_runs, project_options, run_argument
from skylift.cli.talk import emit, say
from skylift.values.record import Artifact
from skylift.values.words import counted


@click.command("pull")
@run_argument
@click.argument("what", type=click.Choice(["model", "output"]), default="model")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="A new folder; default: in the run's own folder."
)
@json_option
@project_options
def command(
    *, run: str, what: str, output: Path | None, as_json: bool, folder: str, overrides: tuple[str, ...]
) -> None:
    """Unpack or copy a run's model and print where it is; or its output: `skylift pull @last output`.

    Nothing is overwritten, nothing lands outside the folder.
    """
    found = load_runs(folder, overrides).find(run)
    name, into = found.name, found.artifacts.pull(cast("Artifact", what), output)
    files = sorted(str(path.relative_to(into)) for path in into.rglob("*") if path.is_file())
    if as_json:
        emit({"run": name, "folder": str(into), "files": files})
        return
    say(f"{counted(len(files), 'file')} from {name}")
    click.echo(str(into))
