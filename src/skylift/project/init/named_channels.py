"""Channels that code names itself, and the folder here that each of them is."""

from __future__ import annotations

from itertools import islice

from skylift.project.init.ground import NAMES_OF_DATA, Ground
from skylift.project.init.tables import Tables
from skylift.project.init.uses import Use

_MOST_ENTRIES = 100


def channel_by_name(ground: Ground, tables: Tables, name: str, fallback: str, why: str) -> bool:
    """The channel that code names itself: it needs a folder, and nothing else."""
    if name in tables.channels:
        return True
    if fallback and ground.leads(fallback) == "inside" and ground.is_folder(fallback):
        return bool(tables.channel(fallback, f"{why}, else {fallback}", name=name))
    match = _matching(ground, name)
    if match is None:
        tables.leave(f"{why}, but no folder here looks like `{name}`: name it in [channels]")
        return False
    return bool(tables.channel(match, f"{why}, and this folder has that name", name=name, sure=False))


def _matching(ground: Ground, name: str) -> str | None:
    """``data/x``, ``x``, the one folder in ``data`` whose name has ``x`` in it, or ``data`` itself."""
    for path in (f"data/{name}", name):
        if ground.is_folder(path) and not ground.is_code(path):
            return path
    data = ground.root / "data"
    likely = sorted(path for path in data.glob("*") if path.is_dir() and name in path.name.lower())
    return likely[0].relative_to(ground.root).as_posix() if len(likely) == 1 else None


def likely_binding(ground: Ground, key: str, use: Use) -> str:
    """How an option is bound to a channel, with the folder that is likely meant: the only one with data here."""
    found = [name for name in NAMES_OF_DATA if _may_be_meant(ground, name)]
    if len(found) != 1:
        return f'and bind it, [arguments] {key} = "{{channel:NAME}}"'
    folder = found[0]
    files = [path for path in islice((ground.root / folder).iterdir(), _MOST_ENTRIES) if path.is_file()]
    # Of several files it is not known which.
    one = files[0].name if len(files) == 1 and use.effect == "read" else ""
    rest = f"/{one}" if one else "/FILE" if files and use.effect == "read" and not use.way.text else ""
    amount = ground.amount(folder)
    return f'likely {folder} = "{folder}" ({amount}), and bind it, [arguments] {key} = "{{channel:{folder}}}{rest}"'


def _may_be_meant(ground: Ground, folder: str) -> bool:
    return ground.is_folder(folder) and not ground.is_code(folder) and ground.holds_data(folder)
