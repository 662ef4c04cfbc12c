"""``skylift config``"""

from __future__ import annotations

import dataclasses

import click

from skylift.cli.options import json_option, load, project_options
from skylift.cli.talk import emit
from skylift.host.redaction import redact_text
from skylift.report.plans import origins


@click.command("config")
@click.option("--origin", is_flag=True, help="Where each value comes from.")
@json_option
@project_options
def command(*, origin: bool, as_json: bool, folder: str, overrides: tuple[str, ...]) -> None:
    """The config as it is in force, after every layer."""
    found = load(folder, overrides, quiet=True).origins()
    if as_json:
        emit([dataclasses.asdict(item) for item in found])
        return
    click.echo(redact_text(origins(found, with_origin=origin)))
