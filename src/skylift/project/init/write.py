"""Propose what ``init`` would write, and write it: the whole config, or what has changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from skylift.errors import NotReady, UsageError
from skylift.host.files import folder_lock
from skylift.host.toml import parse_toml
from skylift.project.config.load import problems
from skylift.project.config.toml import read_config
from skylift.project.init.edit import (
    appended,
    edited,
    inside,
    meanwhile,
    read_text,
    refuse_changed,
    rendered,
    write_config_text,
)
from skylift.project.init.memory import OWN, PYPROJECT, Memory, edit, remember, remembered
from skylift.project.init.merge import Key, compare, leaves
from skylift.project.source.entry import entry_file
from skylift.values.project import Change, Detection, Proposal, Understood
from skylift_runtime.contract import DEFAULT_JOB

_ROWS = {"channel": "channels", "argument": "arguments", "path": "paths", "collect": "collect"}
_SUGGESTION = "a suggestion; `skylift run --on cloud` wants aws.region, aws.storage and aws.role, too"
_NOTE = 100
"""Characters of a comment; the report has all of it."""
_LONGEST = 200
"""Of one reason, which is never cut in the middle unless somebody's file names are that long."""


def propose(root: Path, detection: Detection, *, named: bool = False) -> Proposal:
    """What would be written. Nothing is.

    :param named: the user said what the entry point is, and that stands above what the config says.
    :raises ConfigError: when the file that would hold it is not TOML.
    :raises UsageError: when it can not be written without touching what else is in the file.
    """
    file, now = current(root)
    text = read_text(file)
    comments = _comments(detection)
    if now is None:
        config = dict(detection.config)
        after = rendered(config, comments) if text is None else appended(text, config, comments)
        changes = tuple(Change("add", key, None, value, "new") for key, value in leaves(config))
        wrong = tuple(problems(root, config, file.name))
        return Proposal(root, file, text, after, changes, proposed=config, problems=wrong)
    memory = remembered(root, text)
    last = memory.proposed if memory is not None and memory.file == file.name else None
    said: dict[Key, str] = {("entry-point",): "you said so"}
    broken = said if named else _broken(root, now)
    changes_, kept = compare(now, last, detection.config, broken)
    after = edited(text or "", file.name, changes_, comments) if changes_ else text or ""
    proposed = _proposed(now, last, detection.config, changes_)
    wrong = tuple(
        problems(root, inside(parse_toml(after.removeprefix("\ufeff")), file.name) or {}, file.name)
    )
    return Proposal(
        root, file, text, after, tuple(changes_), tuple(kept), proposed, again=True, problems=wrong
    )


def accept(proposal: Proposal) -> None:
    """Write it. What was there before is remembered first, so that a death in between is found out.

    :raises NotReady: when the files are not as they were when that was proposed.
    """
    if proposal.after == proposal.before:
        return
    with folder_lock(proposal.root):
        file, _ = current(proposal.root)
        if file != proposal.file:
            raise meanwhile(file)
        refuse_changed(file, proposal.before)
        _write(proposal)


def _write(proposal: Proposal) -> None:
    root, text = proposal.root, proposal.before
    memory = remembered(root, text) if proposal.again else None
    if memory is None or memory.file != proposal.file.name:
        memory = Memory(proposal.file.name, began=not proposal.again, edits=())
    written = edit(text, proposal.after, proposal.proposed)
    memory = replace(memory, edits=(*memory.edits, written), pending=True)
    remember(root, memory)
    write_config_text(proposal.file, proposal.after)
    remember(root, replace(memory, pending=False))


def write_config(root: Path, detection: Detection, *, dry_run: bool = False) -> tuple[Path, str]:
    """Write what was understood, or what of it is new; the file, and what was added to it."""
    proposal = propose(root, detection)
    if not dry_run:
        accept(proposal)
    return proposal.file, proposal.after.removeprefix(proposal.before or "").lstrip("\r\n").replace(
        "\r\n", "\n"
    )


def current(root: Path) -> tuple[Path, Mapping[str, Any] | None]:
    """The file that holds the config, or would hold it, and the config.

    :raises UsageError: when there are two.
    :raises NotReady: when the file is a link to nothing: written through it, it could not be taken back.
    """
    if (root / OWN).is_symlink() and not (root / OWN).exists():
        hints = ("remove the link, or make the file that it names",)
        raise NotReady(f"{root / OWN} is a link to nothing", hints=hints)
    own = read_config(root / OWN, OWN)
    pyproject = read_config(root / PYPROJECT, PYPROJECT)
    table = inside(pyproject, PYPROJECT) if pyproject is not None else None
    if own is not None and table is not None:
        raise UsageError(
            f"there are two configs: {OWN} and {PYPROJECT} [tool.skylift]",
            hints=("keep one of the two: move everything there",),
        )
    if own is not None or pyproject is None:
        return root / OWN, own
    return root / PYPROJECT, table


def _broken(root: Path, now: Mapping[str, Any]) -> dict[Key, str]:
    """Entry points that the config names and the project does not have."""
    starts = {key: value for key, value in leaves(now) if key[-1] == "entry-point" and isinstance(value, str)}
    gone = (key for key, value in starts.items() if entry_file(root, value) is None)
    return {key: f"{starts[key]} is not in the project any more" for key in gone}


def _proposed(
    now: Mapping[str, Any],
    last: Mapping[str, Any] | None,
    found: Mapping[str, Any],
    changes: list[Change],
) -> dict[str, Any]:
    """What was proposed now or before: a key that the user took out has to stay known."""
    known = dict(leaves(last or {}))
    written = {key for key, _ in leaves(now)} | {change.key for change in changes} | set(known)
    known |= {key: value for key, value in leaves(found) if key in written}
    known |= {change.key: change.after for change in changes}
    gone = {change.key for change in changes if change.kind == "remove"}
    result: dict[str, Any] = {}
    for key, value in known.items():
        if key not in gone:
            below = result
            for part in key[:-1]:
                below = below.setdefault(part, {})
            below[key[-1]] = value
    return result


def _comments(detection: Detection) -> dict[Key, str]:
    there = {key for key, _ in leaves(detection.config)}
    found: dict[Key, str] = {key[:2]: _SUGGESTION for key in there if key[0] == "targets"}
    for key, rows in _by_key(detection.understood).items():
        values = dict(leaves(detection.config)).get(key)
        several = isinstance(values, list) and len(values) > 1
        unsure = [row for row in rows if not row.sure]
        if unsure and key in there:
            # Of a list it is said which of its values are meant.
            said = (f"{row.value}, {row.why}" if several else row.why for row in unsure)
            found[key] = _note("a guess: " + "; ".join(dict.fromkeys(said)))
        # The row `arguments` is about the parser, and the table about what is bound.
        for below in there if unsure and key not in there and key[-1] != "arguments" else ():
            if below[: len(key)] == key:
                # Of the table, and of what is added to one that is there.
                found[key] = found[below] = _note(f"a guess: {unsure[0].why}")
    return found


def _by_key(rows: Sequence[Understood]) -> dict[Key, list[Understood]]:
    found: dict[Key, list[Understood]] = {}
    for row in rows:
        found.setdefault(key_of(row), []).append(row)
    return found


def key_of(row: Understood) -> Key:
    """The key of the config that a row of the report is about.

    >>> key_of(Understood("channel train", "data", "", job="evaluate"))
    ('jobs', 'evaluate', 'channels', 'train')
    """
    above = ("jobs", row.job) if row.job not in ("", DEFAULT_JOB) else ()
    kind, _, name = row.topic.partition(" ")
    if kind == "job" and name:
        return ("jobs", name, "entry-point")
    if kind in _ROWS and name:
        return (*above, _ROWS[kind], name)
    return (*above, row.topic.replace(" ", "-"))


def _note(text: str) -> str:
    """One line that TOML allows as a comment."""
    plain = "".join(character if character.isprintable() else "?" for character in text)
    first, *more = plain.split("; ")
    for reason in more:
        if len(first) + len(reason) + 2 > _NOTE:
            break
        first += f"; {reason}"
    return first if len(first) <= _LONGEST else first[:_LONGEST].rpartition(" ")[0] + " …"
