"""Which run comes first: by any field, what is missing last in either direction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from skylift.runs.query.fields import text, values_of
from skylift.runs.query.match import as_number, field_problems
from skylift.runs.query.parse import parse_fields, parse_order
from skylift.runs.query.problems import QueryError
from skylift.runs.query.tree import Field
from skylift.values.record import Record

Order = Sequence[tuple[Field, bool]]


def checked_fields(said: str, name: str) -> list[Field]:
    """
    Fields with commas between them.

    :raises QueryError: when one of them is none, with all of those.
    """
    return _checked(said, parse_fields(said, name), name)


def checked_order(said: str) -> Order:
    """The same for an order: `-` in front of a field turns it round."""
    found = parse_order(said)
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
        keyed = [(rank(field, record, now), record) for record in found]
        there = [pair for pair in keyed if pair[0] is not None]
        there.sort(key=lambda pair: pair[0], reverse=down)
        found = [record for _, record in there] + [record for key, record in keyed if key is None]
    return found


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
