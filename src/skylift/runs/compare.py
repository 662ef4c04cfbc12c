"""What differs between runs. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from skylift.runs.summary import direction
from skylift.values.comparison import Comparison, Difference
from skylift.values.record import Record

_CODE = (
    ("target", "Skylift.target"),
    ("commit", "Skylift.revision.commit"),
    ("uncommitted changes", "Skylift.revision.diff"),
    ("files that ship", "Skylift.revision.code"),
    ("lock", "Skylift.lock"),
    ("image", "Skylift.image.digest"),
)


def compare(records: Sequence[Record]) -> Comparison:
    """Put runs side by side: what they were given, where they differ, how they did."""
    rows = [
        *_by_key("parameter", records, "Skylift.arguments"),
        Difference(
            "parameter", "after --", tuple(shlex.join(record.at("Skylift.raw") or []) for record in records)
        ),
        *(Difference("code", name, tuple(record.at(path) for record in records)) for name, path in _CODE),
        Difference("code", "python", tuple(_minor(record) for record in records)),
        *_channels(records),
    ]
    differing = [row for row in rows if not row.same]
    metrics = _metrics(records)
    status = Difference("run", "status", tuple(record.status for record in records))
    return Comparison(tuple(record.name for record in records), (status, *differing, *metrics))


def _by_key(topic: str, records: Sequence[Record], path: str) -> list[Difference]:
    tables = [record.at(path) or {} for record in records]
    names = sorted({name for table in tables for name in table})
    return [Difference(topic, name, tuple(table.get(name) for table in tables)) for name in names]


def _channels(records: Sequence[Record]) -> list[Difference]:
    tables = [record.at("Skylift.channels") or {} for record in records]
    names = sorted({name for table in tables for name in table})
    return [
        Difference("data", name, tuple(_identity(table.get(name) or {}) for table in tables))
        for name in names
    ]


def _minor(record: Record) -> str:
    # An image is chosen by minor version, an interpreter here also knows its patch.
    return ".".join(str(record.at("Skylift.interpreter.python") or "-").split(".")[:2])


def _identity(channel: Mapping[str, Any]) -> Any:
    return channel.get("version") or channel.get("fingerprint") or channel.get("source")


def _metrics(records: Sequence[Record]) -> list[Difference]:
    best = [record.at("Skylift.metrics.best") or {} for record in records]
    last = [record.at("Skylift.metrics.last") or {} for record in records]
    names = sorted({name for table in last for name in table})
    rows = []
    for name in names:
        if any(direction(record, name) is not None for record in records):
            values = tuple((table.get(name) or {}).get("value") for table in best)
            rows.append(Difference("best", name, values))
        rows.append(Difference("last", name, tuple(table.get(name) for table in last)))
    return rows
