"""A tree becomes a yes or no about a run. What is wrong with it is found before any run is looked at.

Numbers are compared with numbers, and a text that is a number is one. Any other text is compared as a text.
A comparison with something that is missing is false, whatever the operator; so its ``not`` is true.
"""

from __future__ import annotations

import operator
import re
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from skylift.runs.query.bare import Meaning, by_itself, spelled_out
from skylift.runs.query.fields import (
    ANY,
    HASH,
    KINDS,
    MOMENT,
    NUMBER,
    SPAN,
    STATES,
    TEXT,
    TRUTH,
    WORDS,
    Values,
    text,
    values_of,
)
from skylift.runs.query.parse import parse
from skylift.runs.query.problems import Problem, QueryError, nearest
from skylift.runs.query.tree import MISSING, PRESENT, TRUE, And, Comparison, Field, Not, Or, Tree, Value
from skylift.values.record import Record

Predicate = Callable[[Record, datetime], bool]
_Test = Callable[[Any], bool]

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?inf", re.ASCII)
_LONGEST_INTEGER = 300
_SPAN = re.compile(r"(?:\d+(?:\.\d*)?[wdhms])+", re.ASCII)
_PIECE = re.compile(r"([\d.]+)([wdhms])")
_UNITS = {"w": 604800.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_DAY = 10
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {**_ORDER, "=": operator.eq}
_TEXTUAL = (TEXT, WORDS, HASH, ANY)
_ENOUGH = 4
"""Characters of a hash that are enough to name it."""


def matcher(question: str, name: str = "where", meaning: Meaning = by_itself) -> Predicate:
    """What tells for a run, at some moment, whether it is meant.

    :param meaning: what a word means that is no field.
    :raises QueryError: with every problem of the question.
    """
    tree = spelled_out(parse(question, name), meaning)
    problems = list(_problems(tree))
    if problems:
        raise QueryError(question, problems, name=name)
    return _predicate(tree)


def field_problems(field: Field) -> list[Problem]:
    """What is wrong with a field by itself."""
    start, length = field.span[0], field.span[1] - field.span[0]
    kind = KINDS.get(field.kind)
    if kind is None:
        # A parameter or metric may be meant by its bare name.
        hint = (
            nearest(field.kind, KINDS) or f"a parameter is param:{field.kind}, a metric metric:{field.kind}"
        )
        return [Problem(start, length, f"no field `{field.kind}`", hint)]
    if kind.named and not field.name:
        return [Problem(start, length, f"`{field.kind}` wants a name: {field.kind}:{kind.named}")]
    if field.name and not kind.named:
        return [Problem(start, length, f"`{field.kind}` has no names: write {field.kind}")]
    return []


def fields_in(tree: Tree) -> list[Field]:
    """Every field that a question asks for."""
    if isinstance(tree, Comparison):
        return [tree.field]
    parts = (tree.part,) if isinstance(tree, Not) else tree.parts
    return [field for part in parts for field in fields_in(part)]


def as_number(value: Any) -> float | None:
    """A number, or a text that is one; None for anything else.

    >>> [as_number(value) for value in (3, "0.5", "1e-3", True, "adam", "1_0")]
    [3, 0.5, 0.001, None, None, None]
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or _NUMBER.fullmatch(value) is None:
        return None
    is_integer = value.lstrip("+-").isdigit() and len(value) < _LONGEST_INTEGER
    return int(value) if is_integer else float(value)


def _predicate(tree: Tree) -> Predicate:
    if isinstance(tree, Not):
        part = _predicate(tree.part)
        return lambda record, now: not part(record, now)
    if isinstance(tree, (And, Or)):
        parts = [_predicate(part) for part in tree.parts]
        combine = all if isinstance(tree, And) else any
        return lambda record, now: combine(part(record, now) for part in parts)
    field, decide = tree.field, _decision(tree)
    return lambda record, now: decide(values_of(field, record, now))


def _decision(comparison: Comparison) -> Callable[[Values], bool]:
    sign = comparison.operator
    if sign in (MISSING, PRESENT):
        return lambda values: bool(values) is (sign == PRESENT)
    if sign == TRUE:
        return lambda values: any(value is True for value in values)
    kind = KINDS[comparison.field.kind].type
    negative = sign.startswith(("!", "not "))
    tests = [_test(kind, {"!=": "=", "!~": "~"}.get(sign, sign), value.text) for value in comparison.values]
    if negative:
        return lambda values: bool(values) and not any(test(value) for value in values for test in tests)
    return lambda values: any(test(value) for value in values for test in tests)


def _test(kind: str, sign: str, wanted: str) -> _Test:
    """Whether one value fits. The problems have been looked for before."""
    if sign == "~":
        return _found(_compiled(wanted))
    if kind == SPAN:
        return _numeric(sign, _seconds(wanted))
    if kind == MOMENT:
        return _temporal(sign, wanted)
    if kind == HASH and len(wanted) >= _ENOUGH:
        return lambda value: str(value).removeprefix("sha256:").startswith(wanted.removeprefix("sha256:"))
    if kind == WORDS:
        return lambda value: str(value).lower() == wanted.lower()
    return _ordered(sign, wanted) if sign in _ORDER else _equal(wanted)


def _found(pattern: re.Pattern[str]) -> _Test:
    return lambda value: pattern.search(text(value)) is not None


def _numeric(sign: str, wanted: float) -> _Test:
    compare = _COMPARE[sign]
    return lambda value: compare(value, wanted)


def _temporal(sign: str, wanted: str) -> _Test:
    moment = _moment(wanted)
    if sign in _ORDER:
        compare = _ORDER[sign]
        return lambda value: compare(value, moment)
    # A day is all of it.
    end = moment + (timedelta(days=1) if len(wanted) == _DAY else timedelta(seconds=1))
    return lambda value: moment <= value < end


def _ordered(sign: str, wanted: str) -> _Test:
    compare, number = _ORDER[sign], as_number(wanted)

    def test(value: Any) -> bool:
        found = as_number(value)
        if found is not None and number is not None:
            return compare(found, number)
        # Between a number and a text there is no order.
        return found is None and number is None and isinstance(value, str) and compare(value, wanted)

    return test


def _equal(wanted: str) -> _Test:
    number = as_number(wanted)

    def test(value: Any) -> bool:
        found = as_number(value) if number is not None else None
        if found is not None:
            return found == number
        said = text(value)
        return said == wanted or (said.lower() in ("true", "false") and said.lower() == wanted.lower())

    return test


def _problems(tree: Tree) -> list[Problem]:
    if not isinstance(tree, Comparison):
        parts = (tree.part,) if isinstance(tree, Not) else tree.parts
        return [problem for part in parts for problem in _problems(part)]
    found = field_problems(tree.field)
    if found:
        return found
    kind = KINDS[tree.field.kind].type
    if tree.operator == TRUE and kind not in (TRUTH, ANY):
        start, end = tree.span
        return [Problem(start, end - start, f"`{tree.field}` is to be compared with something")]
    wrong = [_misfit(tree, kind, value) for value in tree.values]
    return [problem for problem in wrong if problem is not None]


def _misfit(comparison: Comparison, kind: str, value: Value) -> Problem | None:
    sign, said = comparison.operator, value.text
    start, length = value.span[0], value.span[1] - value.span[0]
    if sign in _ORDER and kind in (TEXT, WORDS, HASH, TRUTH):
        span = comparison.span
        what = f"`{comparison.field}` has no order"
        return Problem(span[0], span[1] - span[0], what, "it takes = != ~ !~ in")
    if sign in ("~", "!~"):
        if kind not in _TEXTUAL:
            span = comparison.span
            what = f"`{comparison.field}` is no text to search in"
            return Problem(span[0], span[1] - span[0], what, "it takes = != < <= > >= in")
        wrong = _no_pattern(said)
        return Problem(start, length, f"no regular expression: {wrong}") if wrong else None
    wanted = _WANTED.get(kind)
    if wanted is not None and not wanted[0](said):
        return Problem(start, length, f"`{comparison.field}` is {wanted[1]}, not `{said}`")
    if kind == WORDS and said.lower() not in STATES:
        return Problem(start, length, f"no status `{said}`", nearest(said, STATES))
    return None


def _seconds(said: str) -> float:
    return sum(float(count) * _UNITS[unit] for count, unit in _PIECE.findall(said))


def _moment(said: str) -> datetime:
    found = datetime.fromisoformat(said.replace("Z", "+00:00"))
    # Without an offset it is the time of this machine, as a person means it.
    return found if found.tzinfo else found.astimezone()


def _is_moment(said: str) -> bool:
    try:
        return _DATE.fullmatch(said) is not None and _moment(said) is not None
    except (ValueError, OverflowError):
        return False


def _compiled(said: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        # Of what a pattern may mean to a Python yet to come.
        warnings.simplefilter("ignore")
        return re.compile(said)


def _no_pattern(said: str) -> str:
    try:
        _compiled(said)
    except (re.error, OverflowError, RecursionError) as error:
        return str(error)
    return ""


_WANTED: dict[str, tuple[Callable[[str], bool], str]] = {
    NUMBER: (lambda said: as_number(said) is not None, "a number"),
    SPAN: (lambda said: _SPAN.fullmatch(said) is not None, "a duration such as 90s, 10m, 2h30m or 7d"),
    MOMENT: (_is_moment, "a date such as 2026-11-01 or 2026-11-01T14:30"),
    TRUTH: (lambda said: said.lower() in ("true", "false"), "true or false"),
}
