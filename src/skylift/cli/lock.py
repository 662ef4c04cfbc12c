"""``skylift lock``"""

from __future__ import annotations

import click

from skylift.cli.options import json_option, load, locked_option, project_options, quiet_option
from skylift.cli.talk import answer


@click.command("lock")
@click.argument("packages", nargs=-1, metavar="[PACKAGE]...")
@click.option("--upgrade", is_flag=True, help="Take the newest versions that fit: of all, or of PACKAGEs.")
@locked_option
@quiet_option
@json_option
@project_options
def command(
    *,
    packages: tuple[str, ...],
    upgrade: bool,
    locked: bool,
    quiet: bool,
    as_json: bool,
    folder: str,
    overrides: tuple[str, ...],
) -> None:
    """Write pylock.skylift.toml, or renew it when the requirements changed. Commit it.

    Versions stay where they can. A first lock takes those of uv.lock, poetry.lock, pdm.lock or Pipfile.lock.
    """
    if packages and not upgrade:
        raise click.UsageError(
            f"what about {packages[0]}? newer versions: skylift lock --upgrade {packages[0]}"
        )
    if upgrade and locked:
        raise click.UsageError("--locked leaves the lock alone, and --upgrade makes it anew")
    project = load(folder, overrides, quiet=quiet or as_json, locked=locked)
    lock = project.lock(packages if upgrade else None)
    answer(lock.digest, {"file": str(lock.path), "digest": lock.digest}, as_json=as_json)
