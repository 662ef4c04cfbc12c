"""Change a table in a TOML file, and leave every other byte of the file as it is."""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Comment, Item, Table

from skylift.errors import NotReady, UsageError
from skylift.host.files import read_source, remove_abandoned, write_bytes
from skylift.host.toml import NotToml, parse_toml
from skylift.project.config.toml import read_config
from skylift.project.init.memory import OWN, PYPROJECT
from skylift.project.init.merge import shown
from skylift.values.project import Change

HEAD = "Written by `skylift init`, yours to change; `skylift init --undo` takes it back."
_BOM = "\ufeff"
_ALONE = re.compile(r"(?<!\r)\n")
Comments = Mapping[tuple[str, ...], str]


def read_text(path: Path) -> str | None:
    """A file's text, to the byte: with its BOM and its line ends. None when there is no such file."""
    try:
        return read_source(path).decode(errors="surrogateescape")
    except FileNotFoundError:
        return None


def write_config_text(path: Path, text: str) -> None:
    # Behind a link stands the file that is meant.
    path = path.resolve()
    remove_abandoned(path)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    write_bytes(path, text.encode(errors="surrogateescape"), mode=mode)


def refuse_changed(file: Path, seen: str | None) -> None:
    """What was shown to the user is what they agreed to.

    :param seen: the file's text when that was made; None when there was no file.
    :raises NotReady: when it is another one by now.
    """
    if read_text(file) != seen:
        raise meanwhile(file)


def meanwhile(file: Path) -> NotReady:
    return NotReady(f"{file} was changed meanwhile; nothing was written", hints=("run skylift init again",))


def _umask() -> int:
    found = os.umask(0o022)
    os.umask(found)
    return found


def table_in(path: Path) -> Mapping[str, Any] | None:
    """The config that a file holds; None when it holds none.

    :raises ConfigError: when it is not TOML.
    """
    found = read_config(path, path.name)
    return None if found is None else inside(found, path.name)


def inside(tables: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    if name == OWN:
        return tables
    tool = tables.get("tool")
    ours = tool.get("skylift") if isinstance(tool, Mapping) else None
    if ours is None or isinstance(ours, Mapping):
        return ours
    raise UsageError(
        f"tool.skylift in {name} is not a table", hints=("write it as [tool.skylift], or remove it",)
    )


def appended(text: str, config: Mapping[str, Any], comments: Comments) -> str:
    """A file that holds no config, with ``[tool.skylift]`` at its end.

    :raises UsageError: when ``tool`` is written on one line, and can not be added to from below.
    """
    gap = "" if not text.strip(_BOM + " \t\r\n") else "\n" if text.endswith("\n") else "\n\n"
    after = text + _with_ends_of(text, gap + rendered(config, comments, ("tool", "skylift")))
    _prove(text, after, config)
    return after


def edited(text: str, name: str, changes: Sequence[Change], comments: Comments) -> str:
    """A file that holds a config, with these changes in it.

    :raises UsageError: when it is written in a way that can not be changed without touching other parts.
    """
    bom, body = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    wanted = dict(inside(parse_toml(body), name) or {})
    try:
        document = tomlkit.parse(body if body.endswith("\n") or not body else body + "\n")
        if body.endswith("\n") and tomlkit.dumps(document) != body:
            raise _refused(name, changes)
        table: Any = document if name == OWN else document["tool"]["skylift"]
        for change in changes:
            _apply(table, change, comments)
            wanted = _applied(wanted, change.key, change)
        after = bom + _aired(body, tomlkit.dumps(document))
    except (TOMLKitError, NotImplementedError, KeyError, TypeError, AttributeError) as error:
        raise _refused(name, changes) from error
    after = _with_ends_of(text, after) if not _ALONE.search(text) else after
    try:
        _prove(text, after, wanted, name)
    except UsageError as error:
        raise _refused(name, changes) from error
    return after


def _aired(before: str, after: str) -> str:
    """A blank line between tables that are new and the table that follows them."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    lines: list[str] = []
    for kind, _, _, first, last in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        follows = last < len(new) and new[last].startswith("[")
        block = new[first:last]
        has_table = any(line.startswith("[") for line in block)
        lines += [
            *block,
            *(["\n"] if kind == "insert" and follows and has_table and block[-1].strip() else []),
        ]
    return "".join(lines)


def without_table(text: str) -> str:
    """A ``pyproject.toml`` without ``[tool.skylift]``.

    :raises UsageError: when it can not be taken out without touching other parts.
    """
    bom, body = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    try:
        document: Any = tomlkit.parse(body)
        del document["tool"]["skylift"]
        after = tomlkit.dumps(document)
        kept, rest = parse_toml(after), parse_toml(body)
    except (TOMLKitError, NotToml, KeyError, TypeError) as error:
        raise UsageError(
            f"[tool.skylift] can not be taken out of {PYPROJECT}", hints=("do it by hand",)
        ) from error
    del rest["tool"]["skylift"]
    if kept.get("tool", {}) != rest["tool"] or {**kept, "tool": {}} != {**rest, "tool": {}}:
        raise UsageError(f"[tool.skylift] can not be taken out of {PYPROJECT}", hints=("do it by hand",))
    lines = [line for line in after.splitlines(keepends=True) if line.strip() != f"# {HEAD}"]
    return bom + "".join(lines).rstrip("\r\n") + _with_ends_of(text, "\n")


def rendered(config: Mapping[str, Any], comments: Comments, prefix: tuple[str, ...] = ()) -> str:
    table = _table(config, comments, ())
    for key in reversed(prefix):
        outer = tomlkit.table(is_super_table=True)
        outer.add(key, table)
        table = outer
    document = tomlkit.document()
    for key, value in table.items():
        document.add(key, value)
    return f"# {HEAD}\n" + _shown_escapes(tomlkit.dumps(document).strip("\n")) + "\n"


def _shown_escapes(text: str) -> str:
    """What we wrote, in which every quote is a double one, without characters that an editor would not show."""
    return "".join(
        character
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp")
        else f"\\U{ord(character):08X}"
        for character in text
    )


def _with_ends_of(text: str, added: str) -> str:
    return _ALONE.sub("\r\n", added) if "\r\n" in text else added


def _prove(before: str, after: str, config: Mapping[str, Any], name: str = PYPROJECT) -> None:
    """What was meant stands there, and all else as before."""
    try:
        old, new = parse_toml(before.removeprefix(_BOM)), parse_toml(after.removeprefix(_BOM))
    except NotToml:
        old, new = {}, {}
    if _pruned(inside(new, name) or {}) != _pruned(config) or _others(old, name) != _others(new, name):
        raise UsageError(
            f"[tool.skylift] can not be added at the end of {PYPROJECT}",
            hints=("write `tool` there as tables of its own, [tool.…]",),
        )


def _pruned(value: Any) -> Any:
    """Without tables that say nothing: one that we emptied stays where the user has a comment in it."""
    if not isinstance(value, Mapping):
        return value
    found = {key: _pruned(item) for key, item in value.items()}
    return {key: item for key, item in found.items() if item != {}}


def _others(tables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if name == OWN:
        return {}
    tool = tables.get("tool")
    tools = (
        {key: value for key, value in tool.items() if key != "skylift"} if isinstance(tool, Mapping) else {}
    )
    return {**{key: value for key, value in tables.items() if key != "tool"}, "tool": tools}


def _refused(name: str, changes: Sequence[Change]) -> UsageError:
    words = [f"{change.kind} {shown(change.key)}" for change in changes]
    hints = (f"do it by hand: {'; '.join(words)}", "see the values: skylift init --json --dry-run")
    return UsageError(
        f"the config in {name} is written in a way that can not be changed in its place", hints=hints
    )


def _apply(table: Any, change: Change, comments: Comments) -> None:
    *above, last = change.key
    trail = [table]
    for key in above:
        here = trail[-1]
        if key not in here:
            if change.kind == "remove":
                return
            here[key] = _fresh(here)
        trail.append(here[key])
    if change.kind != "remove":
        note = comments.get(change.key, "") if isinstance(trail[-1], Table) else ""
        if change.kind == "add" and note:
            trail[-1].add(last, _item(change.after, note))
        else:
            trail[-1][last] = change.after
        return
    del trail[-1][last]
    for depth in range(len(above), 0, -1):
        # A table that we emptied says nothing; one with a comment of the user's in it may.
        if len(trail[depth]) == 0 and not _has_comments(trail[depth]):
            del trail[depth - 1][above[depth - 1]]


def _has_comments(table: Any) -> bool:
    body = getattr(getattr(table, "value", None), "body", ())
    return any(isinstance(item, Comment) for _, item in body)


def _fresh(parent: Any) -> Any:
    # In a table on one line, another one on the same line.
    return tomlkit.table() if isinstance(parent, Table) or hasattr(parent, "body") else tomlkit.inline_table()


def _applied(config: Mapping[str, Any], key: Sequence[str], change: Change) -> dict[str, Any]:
    first, *rest = key
    result = dict(config)
    if not rest:
        if change.kind == "remove":
            result.pop(first, None)
        else:
            result[first] = change.after
        return result
    below = _applied(result.get(first, {}), rest, change)
    result[first] = below
    if not below and change.kind == "remove":
        del result[first]
    return result


def _table(values: Mapping[str, Any], comments: Comments, path: tuple[str, ...]) -> Table:
    """Values first, then tables: TOML has no way back from a table."""
    table = tomlkit.table(is_super_table=all(isinstance(value, Mapping) for value in values.values()))
    said = comments.get(path, "")
    for key, value in values.items():
        if not isinstance(value, Mapping):
            note = comments.get((*path, key), "")
            table.add(key, _item(value, note if note != said else ""))
    for key, value in values.items():
        if isinstance(value, Mapping):
            below = _table(value, comments, (*path, key))
            if note := comments.get((*path, key), ""):
                below.comment(note)
            table.add(key, below)
    return table


def _item(value: Any, note: str) -> Item:
    item: Item = tomlkit.item(value)
    if note:
        item.comment(note)
    return item
