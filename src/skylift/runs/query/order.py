"""Which run comes first: by any field, what is missing last in either direction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from skylift.runs import chosen
from skylift.runs.query.bare import Meaning, by_itself, meant
from skylift.runs.query.fields import OBJECTIVE, text, values_of
from skylift.runs.query.match import as_number, field_problems
from skylift.runs.query.parse import parse_fields, parse_order
from skylift.runs.query.problems import QueryError
from skylift.runs.query.tree import Field
from skylift.values.record import Record

Order = Sequence[tuple[Field, bool]]


def checked_fields(said: str, name: str, meaning: Meaning = by_itself) -> list[Field]:
    """
    Fields with commas between them.

    :param meaning: what a word means that is no field.
    :raises QueryError: when one of them is none, with all of those.
    """
    return _checked(said, [meant(field, meaning) for field in parse_fields(said, name)], name)


def checked_order(said: str, meaning: Meaning = by_itself) -> Order:
    """The same for an order: `-` in front of a field turns it round."""
    found = [(meant(field, meaning), down) for field, down in parse_order(said)]
    _checked(said, [field for field, _ in found], "sort")
    return found


def _checked(said: str, fields: list[Field], name: str) -> list[Field]:
    problems = [problem for field in fields for problem in field_problems(field)]
    if problems:
        raise QueryError(said, problems, name=name)
    return fields


def ordered(records: Sequence[Record], order: Order, now: datetime) -> list[Record]:
    """The records in that order; equal ones keep theirs."""
    found = list(records)
    for field, down in reversed(order):
        by = _by_worth if field.kind == OBJECTIVE else _by_value
        found = by(field, found, now, down=down)
    return found


def _by_value(field: Field, records: Sequence[Record], now: datetime, *, down: bool) -> list[Record]:
    keyed = [(rank(field, record, now), record) for record in records]
    there = [pair for pair in keyed if pair[0] is not None]
    there.sort(key=lambda pair: pair[0], reverse=down)
    return [record for _, record in there] + [record for key, record in keyed if key is None]


def _by_worth(field: Field, records: Sequence[Record], now: datetime, *, down: bool) -> list[Record]:
    """By how good they are: downwards is the best first, be that the largest value or the smallest.

    Values of different metrics have no order: each has its runs together, that of the first run first.
    """
    by_metric: dict[str, list[Record]] = {}
    missing: list[Record] = []
    for record in records:
        there = rank(field, record, now) is not None
        (by_metric.setdefault(chosen.objective(record), []) if there else missing).append(record)
    found = []
    for name, own in by_metric.items():
        smaller = bool(chosen.direction(own[0], name))
        found += _by_value(field, own, now, down=down != smaller)
    return found + missing


def rank(field: Field, record: Record, now: datetime) -> Any:
    """Where a run stands by a field: numbers before texts; None where it is missing."""
    values = values_of(field, record, now)
    if not values:
        return None
    value = values[0]
    if isinstance(value, bool):
        return (0, int(value), "")
    if isinstance(value, datetime):
        return (0, value.timestamp(), "")
    number = as_number(value)
    if number is not None:
        return (0, number, "") if number == number else None  # noqa: PLR0124
    return (1, 0, text(value))
