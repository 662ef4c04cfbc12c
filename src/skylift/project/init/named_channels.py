"""Channels that code names itself, and the folder here that each of them is."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence

from skylift.project.init.findings import Findings
from skylift.project.init.ground import NAMES_OF_DATA, Ground
from skylift.project.init.option_names import PLACE
from skylift.project.init.tables import Tables
from skylift.project.init.uses import Use
from skylift.project.parameters.reading import Option

_NO_FOLDER = ", but no folder here looks like `{}`: name it in [channels]"


def channel_by_name(ground: Ground, tables: Tables, name: str, fallback: str, why: str) -> bool:
    """The channel that code names itself: it needs a folder, and nothing else."""
    if name in tables.channels:
        return True
    if fallback and ground.leads(fallback) == "inside" and ground.is_folder(fallback):
        return bool(tables.channel(fallback, f"{why}, else {fallback}", name=name))
    match = _matching(ground, name)
    if match is None:
        tables.leave(f"{why}{_NO_FOLDER.format(name)}")
        return False
    return bool(tables.channel(match, f"{why}, and this folder has that name", name=name, sure=False))


def say_elsewhere(found: Findings) -> None:
    """Channels that a job in the cloud has already lack nothing but a folder for runs here."""
    tables = [found.config, *found.config.get("jobs", {}).values()]
    channels = [one for table in tables for one in table.get("channels", {}).items()]
    names = [name for name, one in channels if isinstance(one, Mapping) and "local" not in one]
    if names:
        found.left = [line for line in found.left if not line.endswith(tuple(map(_NO_FOLDER.format, names)))]
        lines = "\n".join(f'[channels.{name}] local = "FOLDER"' for name in dict.fromkeys(names))
        found.left.append(f"for runs on this machine, with the folders of data for FOLDER, write\n{lines}")


def _matching(ground: Ground, name: str) -> str | None:
    """``data/x``, ``x``, the one folder in ``data`` whose name has ``x`` in it, or ``data`` itself."""
    for path in (f"data/{name}", name):
        if ground.is_folder(path) and not ground.is_code(path):
            return path
    data = ground.root / "data"
    likely = sorted(path for path in data.glob("*") if path.is_dir() and name in path.name.lower())
    return likely[0].relative_to(ground.root).as_posix() if len(likely) == 1 else None


def likely_folder(ground: Ground) -> str:
    """Where data lies whose place is not said: the one folder that is called so; empty where there is none, or more."""
    there = [name for name in NAMES_OF_DATA if ground.is_folder(name) and not ground.is_code(name)]
    found = [name for name in there if ground.holds_data(name)]
    return found[0] if len(found) == 1 else ""


def only_file(ground: Ground, folder: str) -> str:
    """The name of the one file that lies in a folder; empty where there are more."""
    try:
        names = [
            path.name
            for path in (ground.root / folder).iterdir()
            if path.name[:1] != "." and path.suffix != ".dvc"
        ]
    except OSError:
        return ""
    return names[0] if len(names) == 1 and ground.is_file(f"{folder}/{names[0]}") else ""


def is_named_path(ground: Ground, key: str, text: str) -> bool:
    """Whether an option's default is a path by what lies there, and not a word that a folder is called by as well."""
    plain = posixpath.normpath(text)
    called_so = PLACE.fullmatch(key) or plain.replace("-", "_") == key.replace("-", "_")
    is_path = "/" in text or posixpath.splitext(plain)[1] or called_so
    holds_programs = ground.is_folder(text) and ground.holds_programs(plain)
    return bool(is_path) and plain != "." and ground.matches(text) and not holds_programs


def tell_lost(tables: Tables, option: Option, writing: Sequence[Use], reading: Sequence[Use]) -> None:
    """What a program leaves among its data is left in a channel."""
    read = {use.way.text for use in reading}
    new = [use for use in writing if use.writes and use.way.text not in read]
    if new and option.parameter.key in tables.arguments:
        tables.leave(
            f"{new[0].because} writes into {option.parameter.flag or option.parameter.key}, a channel, of which no job "
            "keeps anything: write to another folder"
        )
