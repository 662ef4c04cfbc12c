"""Runs that agree in something, taken together: how many, how they ended, what their metrics came to. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from skylift.runs import chosen
from skylift.runs.columns import column
from skylift.runs.query.fields import text, values_of
from skylift.runs.query.match import as_number
from skylift.runs.query.tree import Field
from skylift.values.listing import Group, Groups, Spread
from skylift.values.record import Record

_EXACT = 1 << 53
"""Up to here each whole number has a float of its own."""


def grouped(
    records: Sequence[Record], fields: Sequence[Field], metrics: Sequence[str], now: datetime
) -> Groups:
    """Groups by these fields, the best first.

    :param metrics: what is summed up; the metric that most of the runs are judged by, when none is named.
    """
    names = tuple(dict.fromkeys(metrics)) or _usual(records)
    tables: dict[str, tuple[tuple[Any, ...], list[Record]]] = {}
    for record in records:
        key = tuple(next(iter(values_of(field, record, now)), None) for field in fields)
        # 1 and 1.0 are one group, and so is a list.
        tables.setdefault(repr([_alike(part) for part in key]), (key, []))[1].append(record)
    groups = [_group(key, own, names) for key, own in tables.values()]
    smaller = chosen.direction(records[0], names[0]) if records and names else None
    groups.sort(key=lambda group: _rank(group, smaller=bool(smaller)))
    return Groups(tuple(column(field) for field in fields), names, tuple(groups))


def _usual(records: Sequence[Record]) -> tuple[str, ...]:
    judged = Counter(name for record in records if (name := chosen.objective(record)))
    return tuple(name for name, _ in judged.most_common(1))


def _alike(value: Any) -> Any:
    """What a value is told apart by."""
    number = as_number(value)
    if number is not None:
        return float(number) if abs(number) < _EXACT else number
    return value if value is None or isinstance(value, datetime) else text(value)


def _group(key: tuple[Any, ...], records: Sequence[Record], names: Sequence[str]) -> Group:
    completed = [record for record in records if record.status == "Completed"]
    failed = sum(record.status == "Failed" for record in records)
    metrics = tuple(_spread(completed, name) for name in names)
    return Group(key, len(records), len(completed), failed, metrics)


def _spread(records: Sequence[Record], name: str) -> Spread | None:
    """Of a metric in runs that were not cut short."""
    found = [(value, record) for record in records if (value := chosen.value(record, name)) is not None]
    if not found:
        return None
    values = [value for value, _ in found]
    mean = math.fsum(values) / len(values)
    deviation = (
        math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1)) if values[1:] else None
    )
    smaller = chosen.direction(found[0][1], name)
    if smaller is None:
        return Spread(name, len(values), mean, deviation, None, "")
    best, record = (min if smaller else max)(found, key=lambda pair: pair[0])
    return Spread(name, len(values), mean, deviation, best, record.name)


def _rank(group: Group, *, smaller: bool) -> tuple[bool, float, tuple[tuple[bool, float, str], ...]]:
    first = group.metrics[0] if group.metrics else None
    best = first.best if first is not None else None
    value = 0.0 if best is None else best if smaller else -best
    return (best is None, value, tuple(_key(part) for part in group.key))


def _key(part: Any) -> tuple[bool, float, str]:
    number = as_number(part)
    return (number is None, number or 0, "" if part is None or number is not None else str(part))
