"""What runs and their fields are called, for shells that complete: as fast as can be, and newest first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from skylift.project.config.find import find_root
from skylift.runs import index
from skylift.runs.brief import brief
from skylift.runs.query.fields import KINDS
from skylift.runs.query.tree import Field
from skylift.runs.store import RunStore
from skylift.values.record import Record

_OFFERED_UNASKED = ("param", "metric")
"""Fields with names of the project's own that are offered before anybody has begun to type."""
_ENOUGH = 200
"""Runs that are looked into for names of parameters and metrics; nobody waits for all of them at each key."""


def run_names(folder: Path) -> list[str]:
    """The runs of the project that ``folder`` lies in, newest first as far as their names tell."""
    names = RunStore(find_root(folder)).folders()
    # Before the last four letters stands the time.
    return sorted(names, key=lambda name: name.rpartition("-")[0], reverse=True)


def names_of(folder: Path, kind: str) -> list[str]:
    """The names that recent runs of the project have: of their ``param``, their ``metric``, their ``data``."""
    found: dict[str, None] = {}
    for data in _recent(RunStore(find_root(folder))):
        found.update(dict.fromkeys(_names(data.get("Skylift"), kind)))
    return list(found)


def jobs_of(folder: Path) -> list[str]:
    """The jobs that recent runs of the project are of."""
    jobs = (Record(data).at("Skylift.job") for data in _recent(RunStore(find_root(folder))))
    return list(dict.fromkeys(job for job in jobs if isinstance(job, str) and job))


def fields_of(folder: Path, begun: str) -> Iterator[tuple[str, str]]:
    """The fields whose names begin so, and what they are; those with names of the project when they are begun."""
    for kind, one in KINDS.items():
        if not one.named:
            if kind.startswith(begun):
                yield kind, one.doc
        elif begun.startswith(f"{kind}:"):
            for name in names_of(folder, kind):
                if f"{kind}:{name}".startswith(begun):
                    yield str(Field(kind, name)), ""
        elif kind in _OFFERED_UNASKED if not begun else kind.startswith(begun):
            for name in names_of(folder, kind):
                yield str(Field(kind, name)), ""


def _names(ours: Any, kind: str) -> Iterator[str]:
    table: Any = ours
    for key in {"param": ("arguments",), "data": ("channels",)}.get(kind, ("metrics", "last")):
        table = table.get(key) if isinstance(table, dict) else None
    yield from table if isinstance(table, dict) else ()


def _recent(store: RunStore) -> Iterator[dict[str, Any]]:
    rows, _ = index.read(store.index)
    recent = sorted(rows.values(), key=lambda row: (row.created, row.name), reverse=True)[:_ENOUGH]
    yield from filter(None, (row.data() for row in recent))
    if not rows:
        for name in store.names()[:-_ENOUGH:-1]:
            record = store.load(name)
            if record is not None:
                yield dict(brief(record).data)
