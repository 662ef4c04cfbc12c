"""``skylift runtime``"""

from __future__ import annotations

from pathlib import Path

import click

from skylift.cli.options import json_option
from skylift.cli.talk import answer
from skylift.flow.runtime_file import write_runtime


@click.command("runtime")
@click.option(
    "--output",
    "-o",
    default="runtime.pyz",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write.",
    show_default=True,
)
@json_option
def command(*, output: Path, as_json: bool) -> None:
    """Write the job runtime as one file, for an image of your own: `python runtime.pyz train`.

    It takes the place of the official training toolkit, wants Python 3.8 or newer and nothing else, and
    can be executed: copied to a folder on PATH as `train` it is what SageMaker starts.
    """
    made = write_runtime(output)
    answer(
        str(made.path), {"path": str(made.path), "sha256": made.sha256, "size": made.size}, as_json=as_json
    )
