"""Which columns a list of runs has: what people ask for first, and of the parameters those that differ. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from skylift.runs import chosen
from skylift.runs.query.fields import KINDS, parameter, text, values_of
from skylift.runs.query.tree import Field
from skylift.values.listing import Column, Listing
from skylift.values.record import Record

_RUN = Field("name")
_STATE = (Field("status"), Field("age"))
_WIDE = ("run", "job", "status", "created", "duration", "target", "user", "commit", "dirty")
_BEST = Column("objective", "BEST", "named")
_HEADERS = {"name": "RUN", "run": "RUN", "duration": "TOOK", "raw": "--"}


def usual(records: Sequence[Record], metrics: Sequence[str], now: datetime) -> Listing:
    """The list that nobody has chosen columns for; what matters least is to the right, where a terminal ends."""
    judged = _judged_by(records)
    named = list(dict.fromkeys([*(judged if len(judged) == 1 else ()), *metrics]))
    differing, same = _parameters(records)
    parameters = [Field("param", name) for name in differing]
    parameters += [Field("raw")] if len({_cell(Field("raw"), record, now) for record in records}) > 1 else []
    fields: list[Field | None] = [_RUN, *_several("job", records), *_STATE]
    fields += [None] if len(judged) > 1 else []
    fields += [Field("metric", name) for name in named]
    fields += [Field("duration"), *parameters, Field("target"), *_several("user", records)]
    return _listing(fields, records, now, same)


def chosen_columns(records: Sequence[Record], fields: Sequence[Field], now: datetime) -> Listing:
    """The columns that somebody asked for."""
    return replace(_listing(fields, records, now, {}), chosen=True)


def wide(records: Sequence[Record], now: datetime) -> Listing:
    """Everything that can be a column, for another program."""
    metrics = dict.fromkeys(name for record in records for name in chosen.metric_names(record))
    names = dict.fromkeys(name for record in records for name in _table(record))
    fields = [
        *(Field(kind) for kind in _WIDE),
        *(Field("metric", name) for name in metrics),
        *(Field("param", name) for name in names),
    ]
    return chosen_columns(records, fields, now)


def column(field: Field) -> Column:
    """How a field stands in a table."""
    if field.kind in ("param", "metric"):
        header = field.name
    else:
        header = _HEADERS.get(field.kind) or str(field).upper() if not field.name else str(field)
    return Column(str(field), header, KINDS[field.kind].type)


def _listing(
    fields: Sequence[Field | None],
    records: Sequence[Record],
    now: datetime,
    same: Mapping[str, Mapping[str, Any]],
) -> Listing:
    """None stands for the metric that each run is judged by, with its name."""
    columns = tuple(_BEST if field is None else column(field) for field in fields)
    rows = (
        tuple(_named_best(record) if field is None else _cell(field, record, now) for field in fields)
        for record in records
    )
    return Listing(columns, tuple(rows), same)


def _cell(field: Field, record: Record, now: datetime) -> Any:
    return next(iter(values_of(field, record, now)), None)


def _named_best(record: Record) -> tuple[str, float] | None:
    name = chosen.objective(record)
    value = chosen.value(record, name)
    return None if value is None else (name, value)


def _several(kind: str, records: Sequence[Record]) -> list[Field]:
    return [Field(kind)] if len({text(record.at(f"Skylift.{kind}")) for record in records}) > 1 else []


def _judged_by(records: Iterable[Record]) -> list[str]:
    return list(dict.fromkeys(name for record in records if (name := chosen.objective(record))))


def _parameters(records: Sequence[Record]) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """The parameters that differ between runs of one job, and by job those that do not."""
    jobs: dict[str, list[Record]] = {}
    for record in records:
        jobs.setdefault(str(record.at("Skylift.job") or ""), []).append(record)
    differing: dict[str, None] = {}
    constant: dict[str, dict[str, Any]] = {}
    for job, own in jobs.items():
        for name in dict.fromkeys(name for record in own for name in _table(record)):
            values = [parameter(record, name) for record in own]
            if len(set(map(text, values))) > 1:
                differing[name] = None
            else:
                constant.setdefault(job, {})[name] = values[0]
    same = {
        job: {name: v for name, v in table.items() if name not in differing}
        for job, table in constant.items()
    }
    return list(differing), {job: table for job, table in same.items() if table}


def parameter_names(record: Record) -> Iterable[str]:
    return _table(record)


def _table(record: Record) -> Mapping[str, Any]:
    tables = (record.at("Skylift.given"), record.at("Skylift.arguments"))
    return {name: value for table in tables if isinstance(table, Mapping) for name, value in table.items()}
