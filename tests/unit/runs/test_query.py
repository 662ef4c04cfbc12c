"""The language in which runs are asked for."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.runs.records import record

from skylift.runs.query.fields import KINDS
from skylift.runs.query.match import Predicate, matcher
from skylift.runs.query.order import checked_fields, checked_order, ordered
from skylift.runs.query.parse import parse, parse_fields, parse_order
from skylift.runs.query.problems import QueryError
from skylift.runs.query.tree import And, Comparison, Field, Not, Or, Tree, Value
from skylift.values.record import Record

NOW = datetime(2026, 11, 3, 12, tzinfo=timezone.utc)

RUN = record(
    "flights-261101120000-kzoo",
    best={"validation:auc": 0.83, "val/loss": 0.4},
    last={"lr": 0.05},
    arguments={
        "lr": 0.005,
        "epochs": "10",
        "optimizer": "adam",
        "early-stop": True,
        "layers": [1, 2],
        "none": None,
    },
    revision={"commit": "1a2b3c4d5e6f", "branch": "feature/x", "dirty": True},
    channels={"train": {"source": "data/train", "version": "0123456789abcdef"}},
    user="ada",
)
FAILED = record(
    top={
        "TrainingJobStatus": "Failed",
        "SecondaryStatus": "Failed",
        "FailureReason": "AlgorithmError: ValueError: no rows, exit code: 1",
    }
)
RUNNING = record(
    top={"TrainingJobStatus": "InProgress", "SecondaryStatus": "Training", "TrainingEndTime": None}
)


def meant(question: str, run: Record = RUN) -> bool:
    return matcher(question)(run, NOW)


@pytest.mark.parametrize(
    "question",
    [
        'metric:"validation:auc" > 0.8 and param:lr < 0.01',
        "metric:validation:auc>0.8",
        "metric:val/loss <= 0.4",
        "best:val/loss = 0.4 and last:lr = 5e-2 and metric:lr = .05",
        # A text that is a number is one.
        "param:epochs = 10 and param:epochs > 9.5 and param:epochs < 1e2",
        "param:lr = '0.005'",
        "param:optimizer = adam and param:optimizer != sgd",
        "param:optimizer in (sgd, 'adam') and not param:optimizer not in (adam)",
        "param:optimizer ~ '^ad' and param:optimizer !~ AD and param:optimizer ~ '(?i)AD'",
        "param:optimizer < sgd",
        "param:early_stop and param:early-stop = true and param:early-stop = True",
        'param:layers = "[1, 2]"',
        "param:none is null and param:nowhere is missing and param:lr is not null",
        # What is missing fits nothing, and what is not the case is not the case.
        "not param:nowhere = 1",
        "not param:nowhere != 1",
        "dirty and dirty = true and not dirty != true",
        "name = kzoo and name = 261101120000-kzoo and name ~ flights",
        "status = completed and status in (failed, Completed)",
        "age > 1d and age < 2d1s and age >= 48h",
        "duration = 10m and duration < 0.5h",
        "created > 2026-11-01T00:00Z and created < 2026-11-02T00:00+00:00 and created = 2026-11-01T12:00:00Z",
        "commit = 1a2b and branch ~ feature/ and user = ada and target = local and job = train",
        "data:train = 01234567 and data:train ~ data/ and data:test is null",
        "objective > 0.5",
        "(status = failed or status = completed) and not (user = bob or user = eve)",
        "status = failed OR user = ada AND NOT user IN (bob)",
    ],
)
def test_what_is_true_of_a_run(question: str) -> None:
    assert meant(question)


@pytest.mark.parametrize(
    "question",
    [
        "param:nowhere != 1",
        "param:nowhere < 1",
        "param:optimizer > 1",
        "param:lr < a",
        "param:lr ~ adam",
        "param:early-stop = 1",
        "param:lr",
        "commit = 9a2b",
        "commit = 1",
        "best:lr > 0",
        "user is null",
        "created = 2026-10-31",
    ],
)
def test_what_is_not(question: str) -> None:
    assert not meant(question)


def test_failures_and_runs_that_go_on() -> None:
    assert meant('status = failed and reason ~ "no rows"', FAILED)
    assert meant("status = running and status = inprogress and status = training", RUNNING)
    assert meant("duration = 2d and reason is null", RUNNING)
    assert not meant("status = running", FAILED)


@pytest.fixture
def in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(os.environ, "TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_date_without_an_offset_is_one_of_this_machine(in_new_york: None) -> None:
    late = record(top={"CreationTime": "2026-11-02T03:00:00.000Z"})
    assert meant("created = 2026-11-01 and created < 2026-11-02 and created >= 2026-11-01T22:00", late)
    assert meant("created >= 2026-11-02T03:00Z", late)


@pytest.mark.parametrize(
    ("question", "what", "column", "hint"),
    [
        ("stats = failed", "no field `stats`", 0, "did you mean `status`?"),
        ("lr < 1", "no field `lr`", 0, "a parameter is param:lr, a metric metric:lr"),
        ("user = ada and param < 1", "`param` wants a name: param:NAME", 15, ""),
        ("status:x = failed", "`status` has no names: write status", 0, ""),
        ("metric:auc > high", "`metric:auc` is a number, not `high`", 13, ""),
        ("age < 3", "`age` is a duration such as 90s, 10m, 2h30m or 7d, not `3`", 6, ""),
        (
            "created > 2026-13-01",
            "`created` is a date such as 2026-11-01 or 2026-11-01T14:30, not `2026-13-01`",
            10,
            "",
        ),
        ("dirty = yes", "`dirty` is true or false, not `yes`", 8, ""),
        ("status = complted", "no status `complted`", 9, "did you mean `completed`?"),
        ("status > failed", "`status` has no order", 0, "it takes = != ~ !~ in"),
        ("metric:auc ~ 1", "`metric:auc` is no text to search in", 0, "it takes = != < <= > >= in"),
        ("name ~ '('", "no regular expression: missing ), unterminated subpattern at position 0", 7, ""),
        ("user", "`user` is to be compared with something", 0, ""),
        ("", "a field is wanted here: status, param:lr, metric:auc, …", 0, ""),
        ("user =", "a value is wanted here", 6, ""),
        ("user = null", "nothing is compared with null: write `is null`, or `is not null`", 7, ""),
        ("user is 3", "`null` is wanted here: a field `is null`, or `is not null`", 8, ""),
        ("user in ada", "`(` is wanted here: in (a, b)", 8, ""),
        ("user in (ada", "`,` or `)` is wanted here", 12, ""),
        ("(user = ada", "`)` is wanted here", 11, ""),
        ("user = ada)", "this is one too many", 10, ""),
        ("user = ada target = local", "`and`, `or` or an operator is wanted before this", 11, ""),
        ("user = ada & dirty", "'&' means nothing here", 11, "write `and`"),
        ("user = 'ada", "this quote is not closed", 7, ""),
        ('param:"" = 1', "a name is empty", 0, ""),
        ("(" * 60, "this is nested too deeply", 50, ""),
    ],
)
def test_what_is_wrong_is_pointed_at(question: str, what: str, column: int, hint: str) -> None:
    with pytest.raises(QueryError) as caught:
        matcher(question)
    (problem,) = caught.value.problems
    assert (problem.what, problem.start, problem.hint) == (what, column, hint)


def test_everything_that_is_wrong_is_told_at_once_with_carets() -> None:
    with pytest.raises(QueryError) as caught:
        matcher("stats = failed and (age < 3 or not foo > 1)")
    assert str(caught.value).splitlines() == [
        "where: no field `stats`",
        "  stats = failed and (age < 3 or not foo > 1)",
        "  ^^^^^",
        "`age` is a duration such as 90s, 10m, 2h30m or 7d, not `3`",
        "  stats = failed and (age < 3 or not foo > 1)",
        "                            ^",
        "no field `foo`",
        "  stats = failed and (age < 3 or not foo > 1)",
        "                                     ^^^",
    ]
    assert caught.value.facts["problems"][0] == {"column": 0, "length": 5, "what": "no field `stats`"}  # type: ignore[index]


def test_a_caret_stands_below_wide_characters_and_nothing_is_obeyed() -> None:
    with pytest.raises(QueryError) as caught:
        matcher("user = '航班\x1b[2J' and x = 1")
    _, line, caret = str(caught.value).splitlines()
    assert line == "  user = '航班\ufffd[2J' and x = 1"
    assert caret == " " * (2 + len("user = '") + 4 + len("?[2J' and ")) + "^"
    with pytest.raises(QueryError) as caught:
        matcher("user = a and " * 1000 + "x = 1" + " or user = b" * 1000)
    _, line, caret = str(caught.value).splitlines()
    assert len(line) < 80
    assert line[caret.index("^")] == "x"


names = st.text(min_size=1, max_size=12)
fields = st.one_of(
    st.sampled_from([kind for kind in KINDS if not KINDS[kind].named]).map(Field),
    st.builds(Field, st.sampled_from([kind for kind in KINDS if KINDS[kind].named]), names),
)
values = st.one_of(
    st.text(max_size=12), st.floats().map(str), st.sampled_from(["and", "10m", "-1", "NULL"])
).map(Value)
comparisons = st.one_of(
    st.builds(Comparison, fields, st.sampled_from(["is null", "is not null", ""])),
    st.builds(
        lambda f, o, v: Comparison(f, o, (v,)),
        fields,
        st.sampled_from(["=", "!=", "<", ">=", "~", "!~"]),
        values,
    ),
    st.builds(
        lambda f, o, v: Comparison(f, o, tuple(v)),
        fields,
        st.sampled_from(["in", "not in"]),
        st.lists(values, min_size=1, max_size=3),
    ),
)
trees: st.SearchStrategy[Tree] = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(tuple).map(And),
        st.lists(inner, min_size=2, max_size=3).map(tuple).map(Or),
    ),
    max_leaves=8,
)


@given(trees)
def test_a_tree_that_is_printed_and_parsed_is_the_same(tree: Tree) -> None:
    assert parse(str(tree)) == tree


WORDS = [
    "and",
    "or",
    "not",
    "in",
    "is",
    "null",
    "(",
    ")",
    ",",
    "=",
    "!=",
    "<",
    "~",
    "10m",
    "1e999",
    "-",
    "2026-11-01",
    "9999-12-31T23:59",
    "0001-01-01",
    "'",
    '"',
    "\\",
    "[",
    "*",
    "{9999999999}",
    "\x00",
    "ü",
    "param:lr",
    'metric:"ab"',
]
pieces = st.sampled_from([*KINDS, *WORDS])


def read(question: str) -> Predicate | QueryError:
    try:
        return matcher(question)
    except QueryError as error:
        return error


@given(st.one_of(st.text(max_size=60), st.lists(pieces, max_size=12).map(" ".join)))
def test_no_question_crashes(question: str) -> None:
    found = read(question)
    if isinstance(found, QueryError):
        assert found.problems
        assert all(0 <= problem.start <= len(question) for problem in found.problems)
        return
    for run in (RUN, FAILED, RUNNING, Record({"TrainingJobName": "x"})):
        assert found(run, NOW) in (True, False)


odd = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=4), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(odd, odd, odd, st.sampled_from(list(KINDS)))
def test_no_record_crashes(one: Any, other: Any, third: Any, kind: str) -> None:
    run = Record(
        {
            "TrainingJobName": "x",
            "TrainingJobStatus": one,
            "CreationTime": other,
            "TrainingEndTime": third,
            "FailureReason": one,
            "Skylift": {
                "arguments": one,
                "given": {"a": other},
                "metrics": {"best": other, "last": third, "objective": one},
                "revision": third,
                "channels": {"a": one},
                "raw": other,
                "job": third,
            },
        }
    )
    field = f"{kind}:a" if KINDS[kind].named else kind
    for question in (f"{field} is null", f"not {field} = 1", f"{field} in (2026-11-01, 2d, true, a)"):
        found = read(question)
        assert isinstance(found, QueryError) or found(run, NOW) in (True, False)
    assert len(ordered([run, RUN, FAILED], checked_order(f"-{field}"), NOW)) == 3


def names_of(runs: list[Record]) -> list[str]:
    return [run.name for run in runs]


def test_what_is_missing_comes_last_in_either_direction() -> None:
    runs = [
        record("a", arguments={"lr": 0.1}),
        record("b"),
        record("c", arguments={"lr": "0.01"}),
        record("d", arguments={"lr": "auto"}),
        record("e", arguments={"lr": 10**400}),
    ]
    assert names_of(ordered(runs, checked_order("param:lr"), NOW)) == ["c", "a", "e", "d", "b"]
    assert names_of(ordered(runs, checked_order("-param:lr"), NOW)) == ["d", "e", "a", "c", "b"]


def test_equal_ones_keep_their_order_and_further_fields_decide() -> None:
    runs = [
        record(name, job=job, arguments={"n": n})
        for name, job, n in [("a", "x", 1), ("b", "y", 2), ("c", "x", 3)]
    ]
    assert names_of(ordered(runs, checked_order("job"), NOW)) == ["a", "c", "b"]
    assert names_of(ordered(runs, checked_order("job,-param:n"), NOW)) == ["c", "a", "b"]
    assert names_of(ordered(runs, checked_order("-job"), NOW)) == ["b", "a", "c"]


def test_fields_are_read_as_in_questions() -> None:
    assert parse_fields('age, metric:"a,b" ,param:x', "columns") == [
        Field("age"),
        Field("metric", "a,b"),
        Field("param", "x"),
    ]
    assert parse_order("-metric:validation:auc") == [(Field("metric", "validation:auc"), True)]
    with pytest.raises(QueryError, match="columns: no field `agee`"):
        checked_fields("name,agee", "columns")
    with pytest.raises(QueryError, match="sort: no field `x`"):
        checked_order("-x")
