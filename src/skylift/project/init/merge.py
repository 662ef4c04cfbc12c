"""What ``init`` proposes where a config is there already: only what the project has that is new, or has no more.

Three are compared, key by key: what the config says now, what ``init`` proposed the last time, and what it
understands today. A value that is not as it was proposed is the user's, and so is a key that is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from skylift.values.project import Change

Key = tuple[str, ...]
_SCAFFOLD = frozenset({"name", "python", "targets"})
"""What a first config is begun with; one that was written without them wants none."""
_READ = frozenset({"channels", "arguments", "paths", "collect", "jobs"})
"""What is found in programs and folders, and can be gone from there."""
_STARTS = frozenset({"entry-point", "command"})
_CHANNEL = re.compile(r"\{channel:([^{}]+)\}")
_WHOLE = (("channels",), ("metrics",))
"""Tables whose entries are one value each."""
_MISSING = object()


def leaves(config: Mapping[str, Any], path: Key = ()) -> Iterator[tuple[Key, Any]]:
    """Every key with a value; a channel, or a metric, is one value, however it is written.

    >>> list(leaves({"a": 1, "channels": {"x": {"local": "d"}}}))
    [(('a',), 1), (('channels', 'x'), {'local': 'd'})]
    """
    for key, value in config.items():
        here = (*path, str(key))
        if isinstance(value, Mapping) and path[-1:] not in _WHOLE:
            yield from leaves(value, here)
        else:
            yield here, value


def compare(
    now: Mapping[str, Any],
    proposed: Mapping[str, Any] | None,
    found: Mapping[str, Any],
    broken: Mapping[Key, str],
) -> tuple[list[Change], list[str]]:
    """The changes to propose, and what was seen but is the user's to decide.

    :param proposed: the last time; None when nothing is known of that, and then there are only additions.
    :param broken: keys whose value can not stay whoever wrote it, and why: the program that it names is gone.
    """
    found = renamed(now, found)
    ours, theirs, last = dict(leaves(found)), dict(leaves(now)), dict(leaves(proposed or {}))
    changes, kept = [], []
    for key, value in ours.items():
        before = theirs.get(key, _MISSING)
        if before is _MISSING:
            if key in last:
                kept.append(f"{shown(key)} was taken out of the config, and stays out")
            elif _may_be_added(key, theirs):
                changes.append(Change("add", key, None, value, "new"))
        elif not _same(before, value) and not _has_pattern(before, value):
            change, note = _differing(key, before, value, last.get(key, _MISSING), broken=broken.get(key, ""))
            changes += change
            kept += note
    gone = _gone(ours, theirs, last)
    changes += [Change("remove", key, theirs[key], None, "the project has it no more") for key in gone]
    return changes, kept


def _differing(
    key: Key, before: Any, value: Any, last: Any, *, broken: str
) -> tuple[list[Change], list[str]]:
    if broken:
        return [Change("change", key, before, value, broken)], []
    if last is _MISSING:
        return [], []
    if not _same(last, before):
        if key[-2:-1] == ("metrics",):
            return [], [f"{shown(key)} is as you set it; another pattern was found"]
        return [], [f"{shown(key)} is {plain(before)}, as you set it; {plain(value)} was found"]
    return [Change("change", key, before, value, "the project changed")], []


def _may_be_added(key: Key, theirs: Mapping[Key, Any]) -> bool:
    if key[0] in _SCAFFOLD:
        return False
    if key[-1] in _STARTS and any((*key[:-1], other) in theirs for other in _STARTS):
        return False
    return not (key[0] == "requirements" and ("dependencies",) in theirs)


def _gone(ours: Mapping[Key, Any], theirs: Mapping[Key, Any], last: Mapping[Key, Any]) -> list[Key]:
    """Keys that we wrote, that nobody changed, and that nothing in the project asks for now."""
    gone = [
        key
        for key, value in last.items()
        if key not in ours and key[0] in _READ and _same(theirs.get(key, _MISSING), value)
    ]
    kept = {key: value for key, value in {**theirs, **ours}.items() if key not in gone}
    named = {
        (*_job(key), "channels", name)
        for key, value in kept.items()
        if isinstance(value, str)
        for name in _CHANNEL.findall(value)
    }
    # A job goes as a whole, or what is left of it could not be started.
    torn = {key[:2] for key in theirs if key[0] == "jobs" and key not in gone}
    return [key for key in gone if key not in named and key[:2] not in torn]


def _job(key: Key) -> Key:
    return key[:2] if key[0] == "jobs" else ()


def renamed(now: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """What was found, in the words of the config: a folder that is a channel there keeps its name.

    >>> renamed({"channels": {"a": {"local": "d"}}}, {"channels": {"b": "d"}, "arguments": {"x": "{channel:b}"}})
    {'channels': {'a': 'd'}, 'arguments': {'x': '{channel:a}'}}
    """
    known = {_folder(value): name for name, value in _table(now, "channels").items() if _folder(value)}
    names = {
        name: known[_folder(value)]
        for name, value in _table(found, "channels").items()
        if _folder(value) in known and name not in _table(now, "channels")
    }
    result: dict[str, Any] = {}
    for key, value in found.items():
        if key == "channels":
            result[key] = {names.get(name, name): folder for name, folder in value.items()}
        elif key in ("arguments", "paths"):
            result[key] = {name: _spoken(text, names) for name, text in value.items()}
        elif key == "jobs":
            result[key] = {
                name: renamed(_table(_table(now, "jobs"), name), job) for name, job in value.items()
            }
        else:
            result[key] = value
    return result


def _spoken(text: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(text, str):
        return text
    return _CHANNEL.sub(lambda match: f"{{channel:{names.get(match[1], match[1])}}}", text)


def _table(config: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = config.get(key)
    return found if isinstance(found, Mapping) else {}


def _folder(value: Any) -> str:
    found = value.get("local") if isinstance(value, Mapping) else value
    return found.rstrip("/").removeprefix("./") if isinstance(found, str) else ""


def _same(one: Any, other: Any) -> bool:
    return one is not _MISSING and other is not _MISSING and (one == other or _is_that_folder(one, other))


def _is_that_folder(one: Any, other: Any) -> bool:
    """``"data/train"`` and ``{ local = "data/train" }`` are alike."""
    tables = [value for value in (one, other) if isinstance(value, Mapping)]
    return len(tables) == 1 and set(tables[0]) == {"local"} and _folder(one) == _folder(other)


def _has_pattern(before: Any, value: Any) -> bool:
    """``{ pattern = "auc=(.*)", goal = "max" }`` has the pattern that was found, and a goal that is the user's to say."""
    return isinstance(before, Mapping) and isinstance(value, str) and before.get("pattern") == value


def shown(key: Key) -> str:
    """A key as it is written in TOML.

    >>> shown(("paths", "data/raw"))
    'paths."data/raw"'
    """
    return ".".join(part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else f'"{part}"' for part in key)


def plain(value: Any) -> str:
    """A value in a sentence or a row.

    >>> plain(["a", "b"]), plain({"local": "d", "mode": "Pipe"}), plain(True)
    ('a, b', 'local d, mode Pipe', 'true')
    """
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {plain(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(plain(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
