"""Lines that frameworks have a form of their own for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from skylift.runs.metrics.names import Kind, kind
from skylift.runs.metrics.numbers import END, NUMBER, Found, found, whole

_SETS = re.compile(
    rf"(?<=[\t ])(?P<set>[^\t:=]{{1,60}}?)-(?P<metric>(?:(?:aft|gamma|poisson|tweedie|cox|interval-regression)-)?[\w@.]{{1,40}}-?):(?P<value>{NUMBER})"
)
_XGBOOST = re.compile(r"\[\d+\]\t[^\t:=]{1,60}-[\w@.-]{1,40}:[-+\dni]")
_LIGHTGBM = re.compile(
    rf"(?<=[\t ])(?P<set>[^\t:]{{1,60}}?)'s (?P<metric>[^\t:]{{1,60}}): (?P<value>{NUMBER})"
)
_CATBOOST = re.compile(r"^\s{0,8}(?P<step>\d+):\t(?:learn|test\d{0,4}): ")
_CATBOOST_VALUE = re.compile(rf"(?:^|\t)(?P<name>learn|test\d{{0,4}}): (?P<value>{NUMBER}){END}")
_BEST_TEST = re.compile(rf"^bestTest = (?P<value>{NUMBER})")
_FOLD = re.compile(r"^\[CV[ \d/;]*\]")
_SCORE = re.compile(rf"(?P<name>score)=(?P<value>{NUMBER})")
_SCORES = re.compile(
    rf"(?P<metric>[A-Za-z]\w{{0,60}}): \((?:train=(?P<train>{NUMBER}), )?test=(?P<test>{NUMBER})\)"
)
_INERTIA = re.compile(rf"^Iteration \d+, inertia (?P<value>{NUMBER})")
_SGD = re.compile(
    rf"^Norm: .{{1,80}}?, Avg\. loss: (?P<value>{NUMBER})(?:, Objective: (?P<objective>{NUMBER}))?"
)
_REACHED = re.compile(
    rf"Epoch (?P<step>\d+), global step \d+: '(?P<name>[^']{{1,80}})' reached (?P<value>{NUMBER})"
)
_IMPROVED = re.compile(
    rf"^Epoch \d+: (?P<name>\S{{1,80}}) improved from (?:None|{NUMBER}) to (?P<value>{NUMBER}),"
)
_BETTER = re.compile(
    rf"^Better model found at epoch \d+ with (?P<name>\S{{1,80}}) value: (?P<value>{NUMBER})\.?$"
)
# `{"metric": "loss", "value": 0.3, "step": 4}`
_NAMED = re.compile(
    r"\{(?:.{0,200}[ ,{])?['\"](?:metric|metric_name|name|key|tag)['\"]\s?:\s?['\"](?P<name>[A-Za-z][\w/.:@-]{0,80})['\"]"
    rf".{{0,200}}['\"]value['\"]\s?:\s?(?P<value>{NUMBER}){END}"
)
_OF_FORMS = re.compile(
    r"value['\"]\s?:|\][\t ]|:\tlearn|:\ttest|^bestTest|^\[CV|^Iteration \d+, inertia|^Norm: |' reached | improved from |^Better model"
)


def form(text: str) -> tuple[list[Found], int | None] | None:
    """The metrics of a line that has one of these forms, with the step where only the form says it.

    None for a line of no such form.
    """
    if _OF_FORMS.search(text) is None:
        return None
    for read in (_named, _boosted, _catboost, _sklearn, _said):
        points = read(text)
        if points is not None:
            reached = _CATBOOST.search(text) or _REACHED.search(text)
            return points, whole(reached["step"]) if reached else None
    return None


def _named(text: str) -> list[Found] | None:
    match = _NAMED.search(text)
    if match is None or kind(match["name"]) is Kind.COUNT:
        return None
    return [found(match["name"], match, "value")]


def _boosted(text: str) -> list[Found] | None:
    pattern: re.Pattern[str]
    if "'s " in text and text.lstrip().startswith("["):
        pattern = _LIGHTGBM
    elif _XGBOOST.search(text):
        pattern = _SETS
    else:
        return None
    named = [(match, match["metric"].strip()) for match in pattern.finditer(text)]
    return [found(f"{match['set'].strip()}:{metric}", match, "value") for match, metric in named] or None


def _catboost(text: str) -> list[Found] | None:
    if _CATBOOST.search(text):
        start = text.index("\t")
        return [found(match["name"], match, "value") for match in _CATBOOST_VALUE.finditer(text, start)]
    best = _BEST_TEST.search(text)
    return [found("bestTest", best, "value")] if best else None


def _sklearn(text: str) -> list[Found] | None:
    if _FOLD.search(text):
        return list(_folds(text))
    inertia, sgd = _INERTIA.search(text), _SGD.search(text)
    if inertia:
        return [found("inertia", inertia, "value")]
    if sgd is None:
        return None
    loss = found("avg_loss", sgd, "value")
    return [loss, found("objective", sgd, "objective")] if sgd["objective"] else [loss]


def _folds(text: str) -> Iterator[Found]:
    for match in _SCORE.finditer(text):
        yield found(match["name"], match, "value")
    for match in _SCORES.finditer(text):
        for part in ("train", "test"):
            if match[part] is not None:
                yield found(f"{part}:{match['metric']}", match, part)


def _said(text: str) -> list[Found] | None:
    searches: tuple[Callable[[str], re.Match[str] | None], ...] = (
        _REACHED.search,
        _IMPROVED.search,
        _BETTER.search,
    )
    for search in searches:
        match = search(text)
        if match is not None:
            return [found(match["name"], match, "value")]
    return None
