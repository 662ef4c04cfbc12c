"""Take back what ``init`` wrote, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from skylift.errors import UsageError
from skylift.host.files import folder_lock
from skylift.project.init.edit import read_text, refuse_changed, table_in, without_table, write_config_text
from skylift.project.init.memory import (
    FOLDER,
    NAME,
    OWN,
    PYPROJECT,
    Edit,
    Memory,
    digest,
    forget,
    recorded,
    remembered,
)
from skylift.project.init.merge import leaves, plain, shown
from skylift.values.project import Undoing

_LOCK = "pylock.skylift.toml"
_UNKNOWN = "nothing here says what of it skylift init wrote, as in a fresh clone"


def plan_undo(root: Path) -> Undoing:
    """Find out what would be taken back.

    :raises UsageError: when ``init`` wrote nothing here, or it can not be told apart from the user's own.
    """
    return replace(_planned(root), stays=tuple(_stays(root)))


def _stays(root: Path) -> Iterator[str]:
    """What Skylift made here that is no config: the lock is in git, and runs are the user's."""
    if (root / _LOCK).exists():
        yield _LOCK
    entries = {entry.name for entry in (root / FOLDER).iterdir()} if (root / FOLDER).is_dir() else set()
    if entries - {".gitignore", NAME}:
        yield f"{FOLDER}/"


def _planned(root: Path) -> Undoing:
    memory = _known(root)
    if isinstance(memory, Undoing):
        return memory
    file = root / memory.file
    text = read_text(file)
    if text is None:
        return Undoing(root, file, None, None)
    if file.name == OWN and file.is_symlink():
        # Gone would be the link, and the config would stay behind it.
        raise UsageError(
            f"{file} is a link by now", hints=("remove the link by hand, and .skylift/init.json",)
        )
    before: str | None = text
    for one in reversed(memory.edits):
        before = _reversed(one, before) if before is not None else None
    if before is not None:
        whole = memory.edits[0].before == "" and not before.strip() if memory.edits else False
        return Undoing(root, file, text, None if whole else before)
    return _edited(root, file, text, memory)


def carry_out(undoing: Undoing) -> None:
    """The file first, what is known of it last: dying between the two, it is all found out again.

    :raises NotReady: when the file is not as it was when that was planned.
    """
    with folder_lock(undoing.root):
        refuse_changed(undoing.file, undoing.before)
        if undoing.after is None:
            undoing.file.unlink(missing_ok=True)
        elif undoing.after != undoing.before:
            write_config_text(undoing.file, undoing.after)
        forget(undoing.root)


def _known(root: Path) -> Memory | Undoing:
    """What is remembered, or, where that is nothing, the config as a whole: whose it is, the user has to say."""
    found = recorded(root)
    # Only now is it known which file the edits are of; the last of them may not have happened.
    memory = remembered(root, read_text(root / found.file)) if found is not None else None
    if memory is not None:
        return memory
    forget(root)
    there = [name for name in (PYPROJECT, OWN) if table_in(root / name) is not None]
    if not there:
        raise UsageError(
            "nothing here says that skylift init wrote anything", hints=("there is no config here",)
        )
    file, text = root / there[0], read_text(root / there[0])
    after = without_table(text or "") if there[0] == PYPROJECT else None
    return Undoing(root, file, text, after, (_UNKNOWN,), unknown=True)


def _reversed(one: Edit, text: str) -> str | None:
    """The text before an edit; None when the user has changed what it wrote."""
    if digest(text) == one.before:
        return text
    exact = digest(text) == one.after
    for hunk in reversed(one.hunks):
        at = hunk.at if exact else text.find(hunk.added)
        if not exact and (not hunk.added or text.count(hunk.added) != 1):
            return None
        text = text[:at] + hunk.removed + text[at + len(hunk.added) :]
    return text


def _edited(root: Path, file: Path, text: str, memory: Memory) -> Undoing:
    now = table_in(file)
    differs = _differences(memory.proposed, now or {})
    if not memory.began or now is None:
        what = f"{file.name} was changed since skylift init wrote into it, and the config in it is older than that"
        raise UsageError(
            "\n".join([f"{what}:", *differs] if differs else [what]),
            hints=("take out by hand: " + ", ".join(shown(key) for key, _ in leaves(memory.proposed)),),
            differs=list(differs),
        )
    after = None if file.name == OWN else without_table(text)
    return Undoing(root, file, text, after, differs or ("its comments or its layout",))


def _differences(proposed: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Key by key, in words: what was written, and what stands there now."""
    then, today = dict(leaves(proposed)), dict(leaves(now))
    rows = [f"{shown(key)} = {plain(value)} is yours" for key, value in today.items() if key not in then]
    rows += [
        f"{shown(key)} was {plain(value)}, and is gone" for key, value in then.items() if key not in today
    ]
    rows += [
        f"{shown(key)} was {plain(then[key])}, and is {plain(value)}"
        for key, value in today.items()
        if key in then and then[key] != value
    ]
    return tuple(rows)
