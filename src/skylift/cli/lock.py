"""``skylift lock``"""

from __future__ import annotations

import click

from skylift.cli.options import json_option, load, locked_option, project_options, quiet_option
from skylift.cli.talk import answer


@click.command("lock")
@locked_option
@quiet_option
@json_option
@project_options
def command(*, locked: bool, quiet: bool, as_json: bool, folder: str, overrides: tuple[str, ...]) -> None:
    """Write pylock.skylift.toml, or renew it when the requirements changed. Commit it."""
    lock = load(folder, overrides, quiet=quiet or as_json, locked=locked).lock()
    answer(lock.digest, {"file": str(lock.path), "digest": lock.digest}, as_json=as_json)
