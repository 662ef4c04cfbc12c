"""Places that a config file of the project settles: a JSON, TOML or YAML file that the program reads."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from skylift.host.files import read_source_text
from skylift.host.toml import NotToml, parse_toml
from skylift.project.init.ground import Ground
from skylift.project.init.scopes import Scopes
from skylift.project.init.tables import Tables
from skylift.project.init.uses import Use
from skylift.project.init.ways import is_in
from skylift.project.source.program import Program

_SUFFIXES = (".json", ".toml", ".yaml", ".yml")
_MOST_BYTES = 200_000
_MOST_FILES = 12
_DEEPEST = 12
_LONGEST = 300
_PLACE = re.compile(
    r"dir|path|folder|root|file|save|out|log|data|csv|plot|model|name|checkpoint", re.IGNORECASE
)
_NO_INPUT = re.compile(
    r"out|save|log|ckpt|checkpoint|result|model|export|cache|tmp|temp|work|name$", re.IGNORECASE
)
_YAML_LINE = re.compile(
    r"^[ \t]*(?:-[ \t]+)?([\w.-]+)[ \t]*:[ \t]+(['\"]?)([^#\n]*?)\2[ \t]*(?:[ \t]#.*)?$", re.MULTILINE
)
_YAML_HEAD = re.compile(r"^[ \t]*(?:-[ \t]+)?([\w.-]+)[ \t]*:[ \t]*(?:#.*)?$")


@dataclass(frozen=True)
class Settled:
    """A text in a config file."""

    key: str
    """The last part of it."""
    value: str
    file: str
    """Relative to the project."""
    section: str = ""
    """The part of the key before that."""


def read_settled(program: Program, scopes: Scopes, defaults: Iterable[str]) -> list[Settled]:
    """Texts that may be places, in the config files that the source names."""
    found: dict[Settled, None] = {}
    for path in _files(program, scopes, defaults):
        file = path.relative_to(program.root).as_posix()
        for section, key, value in _leaves(path):
            if 0 < len(value) < _LONGEST and "\n" not in value and (_PLACE.search(key) or "/" in value):
                found[Settled(key, value, file, section)] = None
    return list(found)


def by_key(found: Iterable[Settled]) -> dict[str, tuple[str, ...]]:
    """The values of a key, some of them; by ``section.key`` as well."""
    values: dict[str, dict[str, None]] = {}
    for one in found:
        for key in (one.key, f"{one.section}.{one.key}") if one.section else (one.key,):
            values.setdefault(key, {})[one.value] = None
    return {key: tuple(those)[:3] for key, those in values.items()}


def settled_inputs(ground: Ground, tables: Tables, found: Iterable[Settled], uses: Sequence[Use]) -> None:
    """What lies where a config file says, does not ship, and was seen in no call: it is likely data.

    How the program reads it was not understood; without it, it would not be there in any job.
    """
    written = [use.way.text for use in uses if use.writes or use.effect in ("make", "clear")]
    for one in found:
        text = posixpath.normpath(one.value)
        if _NO_INPUT.search(one.key) or text in (".", "..") or ground.leads(text) != "inside":
            continue
        if tables.inside(text) or any(is_in(text, path) for path in (*tables.paths, *written)):
            continue
        if not ground.matches(text) or "*" in text or ground.ships(text):
            continue
        folder = text if ground.is_folder(text) else posixpath.dirname(text) or "."
        if ground.is_code(folder) or not ground.holds_data(folder) or ground.ships(folder):
            continue
        why = f"{one.file} says {one.key}: {one.value}; how it is used was not understood"
        template = tables.channel(folder, f"{why}; {ground.amount(folder)}", sure=False)
        if template:
            tables.lay(folder, template, why, sure=False)


def _files(program: Program, scopes: Scopes, defaults: Iterable[str]) -> list[Path]:
    texts = dict.fromkeys([*defaults, *(str(node.value) for node, _ in scopes.texts)])
    named = (text for text in texts if text.endswith(_SUFFIXES) and len(text) < _LONGEST)
    folder = posixpath.dirname(program.name)
    found: dict[Path, None] = {}
    for text in named:
        for path in (program.root / text, program.root / folder / text):
            if not Path(text).is_absolute() and ".." not in Path(text).parts and _is_small(path):
                found[path] = None
    return list(found)[:_MOST_FILES]


def _is_small(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size < _MOST_BYTES
    except (OSError, ValueError):
        return False


def _leaves(path: Path) -> Iterator[tuple[str, str, str]]:
    """Section, key and text of each."""
    try:
        text = read_source_text(path, _MOST_BYTES)
        if path.suffix in (".yaml", ".yml"):
            yield from _yaml_leaves(text)
            return
        known = json.loads(text) if path.suffix == ".json" else parse_toml(text)
    except (OSError, ValueError, NotToml, RecursionError):
        return
    yield from _walk(known)


def _yaml_leaves(text: str) -> Iterator[tuple[str, str, str]]:
    """Enough of YAML for what is one text in one line."""
    above: list[tuple[int, str]] = []
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip())
        match, head = _YAML_LINE.match(line), _YAML_HEAD.match(line)
        if match or head:
            while above and above[-1][0] >= depth:
                above.pop()
        if match and match[3]:
            section, _, key = match[1].rpartition(".")
            yield section.rpartition(".")[2] or (above[-1][1] if above else ""), key, match[3]
        elif head:
            above.append((depth, head[1]))


def _walk(value: object, section: str = "", key: str = "", depth: int = 0) -> Iterator[tuple[str, str, str]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(inner, key, str(name), depth + 1)
    elif isinstance(value, str):
        yield section, key, value
