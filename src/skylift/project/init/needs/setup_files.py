"""``setup.py`` and ``setup.cfg``, read and never run: what they install, as far as it stands there."""

from __future__ import annotations

import configparser
import re
from collections.abc import Mapping

from skylift.project.init.needs.declared import Declared, valid
from skylift.project.init.needs.listing import Listing
from skylift.project.init.needs.requirement_lines import read_lines
from skylift.project.init.needs.setup_program import PROGRAM, Setup, heard_setup

_MOST_LINES = 2000
_CFG = "setup.cfg"
_FILE = re.compile(r"[\w./-]*require[\w./-]*\.(?:txt|in)$", re.IGNORECASE)


def setup_needs(listing: Listing) -> Declared | None:
    """What ``setup.py`` installs, else what ``setup.cfg`` does."""
    found = _of_program(listing)
    return found if found is not None and found.lines else _of_config(listing) or found


def setup_python(listing: Listing) -> tuple[str, str]:
    """``python_requires`` and the file that has it; both empty when none does."""
    setup = heard_setup(listing)
    value = setup.given.get("python_requires") if setup is not None else None
    if isinstance(value, str):
        return value, PROGRAM
    return _config(listing).get("options", {}).get("python_requires", ""), _CFG


def _of_program(listing: Listing) -> Declared | None:
    setup = heard_setup(listing)
    if setup is None or not (setup.is_open or "install_requires" in setup.given):
        return None
    asked = setup.given.get("install_requires")
    if asked is None and not setup.is_open:
        return None
    texts, dim = _texts(asked, setup)
    lines = {text: valid(text) for text in texts}
    files = _files(listing, setup, set(lines.values()), dim=bool(dim))
    said = [line for name in files for line in read_lines(listing.root, name).requirements]
    unread = [text for text, line in lines.items() if text and not line] if not files else []
    unread += dim if not files else []
    kept = tuple(line for line in lines.values() if line and line not in set(map(valid, said)))
    source = f"{PROGRAM} install_requires"
    if not (kept or said or unread):
        return Declared(source)
    return Declared(
        source,
        (*kept, *said),
        files,
        beside=kept if files else (),
        sure=not unread,
        notes=tuple(f"not all of it can be read without running it: {part}" for part in unread[:1]),
        left=tuple(f"{PROGRAM}: add what `{part}` means to `dependencies`" for part in unread[:3]),
    )


def _texts(asked: object, setup: Setup) -> tuple[list[str], list[str]]:
    """The lines that are known, without comments; and what is not known."""
    items = asked.splitlines() if isinstance(asked, str) else asked
    dim = ["**keywords"] if setup.is_open and asked is None else []
    if not isinstance(items, list | tuple):
        return [], dim or [setup.shown]
    texts = [item for item in items if isinstance(item, str)][:_MOST_LINES]
    dim += [text for text in texts if text in setup.doubtful]
    texts = [text for text in texts if text not in setup.doubtful]
    lines = [line.split("#")[0].strip() for text in texts for line in text.splitlines()]
    return [line for line in lines if line], dim or [setup.shown] * (len(texts) < len(items))


def _files(listing: Listing, setup: Setup, lines: set[str], *, dim: bool) -> tuple[str, ...]:
    """The requirement files that the list was read from: all that they say is in it, or it was made of one of them."""
    able = [name for name in setup.opened if _FILE.search(name)]
    found = [
        name
        for name in able
        if (said := read_lines(listing.root, name).requirements) and lines.issuperset(map(valid, said))
    ]
    return tuple(found or (able if dim and len(able) == 1 else ()))


def _of_config(listing: Listing) -> Declared | None:
    text = _config(listing).get("options", {}).get("install_requires", "")
    if text.startswith("file:"):
        files = [name.strip() for name in text.removeprefix("file:").split(",")]
        there = tuple(filter(listing.has, files))
        said = [line for name in there for line in read_lines(listing.root, name).requirements]
        return Declared(f"{_CFG} install_requires", tuple(said), there) if there else None
    lines = [valid(line.split(" #")[0]) for line in text.splitlines()[:_MOST_LINES]]
    kept = tuple(line for line in lines if line)
    return Declared(f"{_CFG} install_requires", kept) if kept else None


def _config(listing: Listing) -> Mapping[str, Mapping[str, str]]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(listing.text(_CFG))
    except configparser.Error:
        return {}
    return {section: dict(parser.items(section)) for section in parser.sections()}
