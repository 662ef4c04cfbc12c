"""What takes room, and what would go: as text."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Protocol

from skylift.report.text import size, table
from skylift.values.words import counted


class Taken(Protocol):
    @property
    def files(self) -> int: ...
    @property
    def bytes(self) -> int: ...


class Row(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def use(self) -> Taken: ...
    @property
    def place(self) -> str: ...


class Going(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def created(self) -> str: ...
    @property
    def use(self) -> Taken: ...
    @property
    def parts(self) -> tuple[str, ...]: ...
    @property
    def notes(self) -> tuple[str, ...]: ...


def account_text(rows: Sequence[Row]) -> str:
    """Kinds with what they take on disk; those that take nothing are left out."""
    shown = [row for row in rows if row.use.files]
    if not shown:
        return "nothing is kept yet"
    cells = [(row.name, row.count, row.use.files, size(row.use.bytes), row.place) for row in shown]
    ours = sum(row.use.bytes for row in shown if not row.place)
    shared = sum(row.use.bytes for row in shown if row.place)
    total = f"{size(ours)} of this project" + (
        f", {size(shared)} of caches that all projects share" if shared else ""
    )
    total += (
        f"\na cache can be deleted while no command runs, and is made anew: rm -r {shlex.quote(_largest(shown))}"
        if shared
        else ""
    )
    return table(("WHAT", "COUNT", "FILES", "ON DISK", ""), cells, right=frozenset({1, 2, 3})) + f"\n{total}"


def _largest(rows: Sequence[Row]) -> str:
    return max((row for row in rows if row.place), key=lambda row: row.use.bytes).place


def going_text(found: Sequence[Going]) -> str:
    """What would be removed, a line each, with what should be known before."""
    rows = [
        (one.name, one.status, one.created[:19].replace("T", " "), _what(one), size(one.use.bytes))
        for one in found
    ]
    lines = table(
        ("RUN", "STATUS", "CREATED", "WHAT GOES", "ON DISK"), rows, right=frozenset({4})
    ).splitlines()
    notes = [[f"    {note}" for note in one.notes] for one in found]
    below = [line for row, said in zip(lines[1:], notes, strict=True) for line in (row, *said)]
    return "\n".join([lines[0], *below])


def going_total(found: Sequence[Going]) -> str:
    return f"{counted(len(found), 'run')}, {size(sum(one.use.bytes for one in found))}"


def _what(one: Going) -> str:
    return ", ".join(one.parts) if one.parts else counted(one.use.files, "file")
