"""What ``init`` wrote here, and what it proposed: ``.skylift/init.json``.

It is written before the config is, and once more after it, so that a process which dies in between is found out.
Of the config's file only what ``init`` added or took out
is kept, never what else stands in it.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from skylift.errors import NotReady
from skylift.host.files import DamagedFile, read_json, write_json, write_text

FOLDER, NAME = ".skylift", "init.json"
PYPROJECT, OWN = "pyproject.toml", "skylift.toml"
_SCHEMA = 1
_DEEPEST = 12
"""Tables in tables; a config has four."""


@dataclass(frozen=True)
class Hunk:
    """A place in a file that was changed."""

    at: int
    """Characters before it, in the new text."""
    removed: str
    added: str


@dataclass(frozen=True)
class Edit:
    """One time that ``init`` wrote."""

    before: str
    """SHA-256 of the file; empty when there was none."""
    after: str
    hunks: tuple[Hunk, ...]
    proposed: Mapping[str, Any] = field(default_factory=dict)
    """All that was proposed by then: what of it is missing from the config was taken out by the user."""


@dataclass(frozen=True)
class Memory:
    """All that ``init`` did here and nobody took back."""

    file: str
    """The config's file, relative to the project."""
    began: bool
    """The first of the edits made the table, or the file; before it there was no config."""
    edits: tuple[Edit, ...]
    """One at least."""
    pending: bool = False
    """The file was about to be written; the last edit may not have happened."""

    @property
    def proposed(self) -> Mapping[str, Any]:
        return self.edits[-1].proposed


def recorded(root: Path) -> Memory | None:
    """What is written down, whether or not the last of it happened; None when nothing is, as in a fresh clone.

    :raises DamagedFile: when somebody wrote something else into the file.
    """
    path = _folder(root) / NAME
    found = read_json(path)
    if not found or found.get("schema") != _SCHEMA:
        return None
    memory = _memory(found, path)
    return memory if memory.edits else None


def remembered(root: Path, text: str | None) -> Memory | None:
    """The same, less what did not happen.

    :param text: the config's file as it is now.
    """
    memory = recorded(root)
    edits = list(memory.edits) if memory is not None else []
    if memory is not None and memory.pending and edits[-1].before == digest(text):
        edits.pop()
    return replace(memory, edits=tuple(edits)) if memory is not None and edits else None


def remember(root: Path, memory: Memory) -> None:
    folder = _folder(root)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        write_text(ignore, "*\n")
    write_json(folder / NAME, {"schema": _SCHEMA, **asdict(memory)})


def forget(root: Path) -> None:
    """The folder stays when there is anything else in it: runs are the user's."""
    folder = _folder(root)
    (folder / NAME).unlink(missing_ok=True)
    if folder.is_dir() and {entry.name for entry in folder.iterdir()} == {".gitignore"}:
        (folder / ".gitignore").unlink()
        folder.rmdir()


def _folder(root: Path) -> Path:
    """Our folder in the project.

    :raises NotReady: when it is a link: what a clone brings would have us write, and remove, elsewhere.
    """
    folder = root / FOLDER
    if folder.is_symlink():
        raise NotReady(f"{folder} is a link, and init does not write behind it", hints=("remove the link",))
    return folder


def digest(text: str | None) -> str:
    return "" if text is None else hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


def edit(before: str | None, after: str, proposed: Mapping[str, Any]) -> Edit:
    return Edit(digest(before), digest(after), tuple(hunks(before or "", after)), proposed)


def hunks(before: str, after: str) -> list[Hunk]:
    """Where two texts differ, to the character at both ends: nothing is kept that did not change."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found, at, position = [], 0, 0
    for kind, start, end, first, last in difflib.SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        at += sum(len(line) for line in new[position:first])
        position = first
        if kind != "equal":
            found.append(_trimmed(at, "".join(old[start:end]), "".join(new[first:last])))
    return found


def _trimmed(at: int, removed: str, added: str) -> Hunk:
    start = _alike(removed, added)
    end = _alike(removed[start:][::-1], added[start:][::-1])
    return Hunk(at + start, removed[start : len(removed) - end], added[start : len(added) - end])


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _memory(found: Mapping[str, Any], path: Path) -> Memory:
    """What the file says. It may have come with a clone: nothing in it is believed that we could not have written."""
    edits, file = found.get("edits"), found.get("file")
    ours = file in (PYPROJECT, OWN) and isinstance(found.get("began"), bool)
    read = [_edit(one) for one in edits] if isinstance(edits, list) else [None]
    if not ours or not isinstance(found.get("pending"), bool) or None in read:
        hint = f"remove it; the config in {PYPROJECT} or {OWN} stays"
        raise DamagedFile(f"{path} is not what skylift init wrote", hints=(hint,))
    return Memory(str(file), found["began"], tuple(filter(None, read)), found["pending"])


def _edit(one: Any) -> Edit | None:
    if not isinstance(one, Mapping) or not all(isinstance(one.get(key), str) for key in ("before", "after")):
        return None
    listed, proposed = one.get("hunks"), one.get("proposed")
    found = [_hunk(hunk) for hunk in listed] if isinstance(listed, list) else [None]
    if None in found or not isinstance(proposed, Mapping) or not _is_shallow(proposed):
        return None
    return Edit(one["before"], one["after"], tuple(filter(None, found)), dict(proposed))


def _hunk(one: Any) -> Hunk | None:
    if not isinstance(one, Mapping) or set(one) != {"at", "removed", "added"}:
        return None
    at, removed, added = one["at"], one["removed"], one["added"]
    fits = type(at) is int and at >= 0 and isinstance(removed, str) and isinstance(added, str)
    return Hunk(at, removed, added) if fits else None


def _is_shallow(value: Any, depth: int = 0) -> bool:
    if not isinstance(value, Mapping):
        return True
    return depth < _DEEPEST and all(_is_shallow(inner, depth + 1) for inner in value.values())
