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

from skylift.host.files import DamagedFile, read_json, write_json, write_text

FOLDER, _NAME = ".skylift", "init.json"
_SCHEMA = 1


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
    path = root / FOLDER / _NAME
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
    ignore = root / FOLDER / ".gitignore"
    if not ignore.exists():
        write_text(ignore, "*\n")
    write_json(root / FOLDER / _NAME, {"schema": _SCHEMA, **asdict(memory)})


def forget(root: Path) -> None:
    """The folder stays when there is anything else in it: runs are the user's."""
    folder = root / FOLDER
    (folder / _NAME).unlink(missing_ok=True)
    if folder.is_dir() and {entry.name for entry in folder.iterdir()} == {".gitignore"}:
        (folder / ".gitignore").unlink()
        folder.rmdir()


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
    try:
        edits = tuple(
            Edit(
                one["before"],
                one["after"],
                tuple(Hunk(**hunk) for hunk in one["hunks"]),
                dict(one["proposed"]),
            )
            for one in found["edits"]
        )
        return Memory(found["file"], found["began"], edits, bool(found["pending"]))
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedFile(f"{path} is not what skylift init wrote", hints=("remove it",)) from error
