"""Lists of runs as text."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timezone
from typing import Any

import pytest

from skylift.report.listing import (
    Fitted,
    as_csv,
    as_json,
    groups_csv,
    groups_json,
    groups_table,
    runs_table,
    same_in_all,
)
from skylift.report.text import width
from skylift.values.listing import Column, Group, Groups, Listing, Spread

RUN = Column("name", "RUN", "text")
STATUS = Column("status", "STATUS", "words")
AGE = Column("age", "AGE", "duration")
AUC = Column("metric:val_auc", "val_auc", "number")
TOOK = Column("duration", "TOOK", "duration")
NAME = "flight-delays-of-the-north-260102030405-abcd"


def parameter(name: str) -> Column:
    return Column(f"param:{name}", name, "any")


def listing(columns: list[Column], *rows: tuple[Any, ...], **said: Any) -> Listing:
    return Listing(tuple(columns), rows, **said)


FULL = listing(
    [RUN, STATUS, AGE, AUC, TOOK, parameter("lr"), parameter("note")],
    (NAME, "Failed", 200000.0, 0.123456789, 75.0, 0.1, "x" * 60),
)


def widest(found: Fitted) -> int:
    return max(map(width, found.text.splitlines()))


def test_units_are_those_that_people_read() -> None:
    line = runs_table(FULL).text.splitlines()[1]
    assert line.split() == [NAME, "Failed", "2d", "0.1235", "1m15s", "0.1", "x" * 27 + "…"]


def test_a_narrow_list_shortens_names_before_it_drops_columns_from_the_right() -> None:
    assert runs_table(FULL, 200).text.splitlines()[1].startswith(NAME)
    at_100 = runs_table(FULL, 100)
    assert at_100.text.splitlines()[1].startswith("260102030405-abcd ")
    assert at_100.left_out == ()
    at_60 = runs_table(FULL, 60)
    assert at_60.left_out == ("note",)
    assert widest(at_60) <= 60
    # Something has to be there.
    assert runs_table(FULL, 5).text.splitlines()[0].split() == ["RUN", "STATUS", "AGE", "val_auc"]


def test_columns_that_somebody_chose_stay() -> None:
    chosen = listing(list(FULL.columns), *FULL.rows, chosen=True)
    assert runs_table(chosen, 5).left_out == ()
    assert "x" * 27 in runs_table(chosen, 5).text


def test_what_is_the_same_in_all_is_one_line() -> None:
    rows = [(NAME,), (NAME,)]
    found = listing([RUN], *rows, same={"train": {"epochs": 3, "fast": True, "api-key": "hush"}})
    assert same_in_all(found) == "the same in all: epochs=3 fast=true api-key=***"
    assert width(same_in_all(found, 20)) <= 20
    two = listing([RUN], *rows, same={"train": {"a": 1, "b": 2}, "evaluate": {"a": 1, "c": 3}})
    assert same_in_all(two) == "the same in all: a=1; train: b=2; evaluate: c=3"
    assert same_in_all(listing([RUN], (NAME,), same={"": {"a": 1}})) == "parameters: a=1"
    assert same_in_all(listing([RUN], *rows)) == ""


HOSTILE = "\x1b[2J\u202egnp\n航班"


def test_nothing_in_a_list_is_obeyed_by_a_terminal() -> None:
    odd = listing(
        [RUN, parameter(HOSTILE)], (HOSTILE, HOSTILE), same={HOSTILE: {HOSTILE: HOSTILE}, "b": {"a": 1}}
    )
    text = runs_table(odd).text + same_in_all(odd) + as_csv(odd) + json.dumps(as_json(odd))
    assert all(character.isprintable() or character == "\n" for character in text)
    assert len(runs_table(odd).text.splitlines()) == 2


def test_a_secret_is_not_shown_anywhere() -> None:
    found = listing([RUN, parameter("db_password")], ("a", "hush"), same={"": {"api_key": "hush"}})
    assert "hush" not in runs_table(found).text + same_in_all(found) + as_csv(found) + str(as_json(found))


def test_csv_is_read_as_it_was_meant() -> None:
    created = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    columns = [
        RUN,
        Column("created", "CREATED", "date"),
        AUC,
        parameter("a"),
        parameter("b"),
        parameter("c"),
        parameter("d"),
    ]
    found = listing(columns, ('a,"b', created, 0.1 + 0.2, None, True, [1, "x"], -3))
    rows = list(csv.reader(io.StringIO(as_csv(found))))
    assert rows == [
        ["name", "created", "metric:val_auc", "param:a", "param:b", "param:c", "param:d"],
        ['a,"b', "2026-01-02T03:04:05.000Z", "0.30000000000000004", "", "true", '[1, "x"]', "-3"],
    ]


@pytest.mark.parametrize("evil", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "=1,2"])
def test_a_spreadsheet_executes_no_cell(evil: str) -> None:
    column = Column(evil, evil, "any")
    header, row = csv.reader(io.StringIO(as_csv(listing([column], (evil,)))))
    assert header == row == [f"'{evil}"]
    # JSON is for programs, and has it as it is.
    assert as_json(listing([parameter("x")], (evil,))) == [{"param:x": evil}]


def test_objects_have_the_columns_as_keys() -> None:
    found = listing([RUN, AGE, parameter("x")], ("a", 3.25, None))
    assert as_json(found) == [{"name": "a", "age": 3.25, "param:x": None}]


GROUPS = Groups(
    (parameter("lr"),),
    ("auc",),
    (
        Group((0.1,), 4, 3, 1, (Spread("auc", 3, 0.81234, 0.01, 0.9, NAME),)),
        Group((None,), 1, 1, 0, (Spread("auc", 1, 0.5, None, None, ""),)),
        Group(("=x",), 1, 0, 1, (None,)),
    ),
)


def test_groups_as_a_table() -> None:
    lines = [line.split() for line in groups_table(GROUPS).text.splitlines()]
    assert lines == [
        ["lr", "RUNS", "COMPLETED", "FAILED", "auc", "BEST", "RUN"],
        ["0.1", "4", "3", "1", "0.8123", "±", "0.01", "0.9", "abcd"],
        ["-", "1", "1", "0", "0.5", "-", "-"],
        ["=x", "1", "0", "1", "-", "-", "-"],
    ]
    assert widest(groups_table(GROUPS, 40)) <= 40


def test_groups_for_programs() -> None:
    rows = list(csv.reader(io.StringIO(groups_csv(GROUPS))))
    assert rows[0] == ["param:lr", "runs", "completed", "failed", "auc mean", "auc sd", "auc best", "auc run"]
    assert rows[1] == ["0.1", "4", "3", "1", "0.81234", "0.01", "0.9", NAME]
    assert rows[3] == ["'=x", "1", "0", "1", "", "", "", ""]
    found = groups_json(GROUPS)
    assert found[0]["group"] == {"param:lr": 0.1}
    assert found[0]["metrics"]["auc"] == {"count": 3, "mean": 0.81234, "sd": 0.01, "best": 0.9, "run": NAME}
    assert found[2]["metrics"] == {}


def test_a_reason_of_two_lines_is_its_first_in_a_table_and_whole_in_a_cell() -> None:
    found = listing([Column("reason", "REASON", "text")], ("KeyError: 'x' (train.py:4)\nis it there?",))
    assert runs_table(found).text.splitlines() == ["REASON", "KeyError: 'x' (train.py:4)"]
    assert list(csv.reader(io.StringIO(as_csv(found))))[1] == ["KeyError: 'x' (train.py:4)\nis it there?"]


def test_a_value_is_spelled_as_json_spells_it() -> None:
    found = listing([parameter("drop"), parameter("shuffle")], (["churned"], False))
    assert runs_table(found).text.splitlines()[1].split() == ['["churned"]', "false"]
