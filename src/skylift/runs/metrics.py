"""Metrics from what a job prints: the same lines, the same numbers, on every backend."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from skylift.errors import ConfigError, Issue

NUMBER = r"[-+]?(?:\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan|NaN|inf|Infinity)"
# A name may hold what frameworks put into it: validation:auc, train/loss, val_loss, f1@0.5.
_NAME = r"[A-Za-z_][A-Za-z0-9_.@/-]*(?::[A-Za-z_][A-Za-z0-9_.@/-]*)*"
_PAIR = re.compile(rf"(?<![\w:./@-])(?P<name>{_NAME})=(?P<value>{NUMBER})(?P<percent>%?)(?![\w:/-]|\.\w)")
_LONGEST = 4096
"""Characters of a line that are looked at: what comes later is no metric, and patterns take their time."""
_STEPS = ("epoch", "step", "global_step", "iteration", "iter")
_SMALLER_IS_BETTER = re.compile(r"loss|error|err\b|mse|mae|rmse|perplexity|wer\b|cer\b")
_LARGER_IS_BETTER = re.compile(r"auc|acc|f1|precision|recall|score|map\b|bleu|rouge|r2\b|dice|iou")
# What `logging` puts in front, and what printing the parsed arguments looks like.
_NOT_METRICS = re.compile(r"^(?:DEBUG|INFO|WARNING|ERROR|CRITICAL):[\w.]*:|\bNamespace\(.*\)")
# The service stores control characters as a hash and three octal digits.
_ESCAPED = {"#011": "\t", "#015": "\r", "#033": "\x1b"}


@dataclass(frozen=True)
class Point:
    """One value of one metric. ``step`` is None where the line does not say."""

    name: str
    value: float
    step: int | None


class MetricReader:
    """Reads metrics from lines, with the project's own patterns first.

    :raises ConfigError: for a pattern that does not compile or has no group for the number.

    >>> MetricReader({}).read("epoch=2 train:loss=0.25 validation:auc=0.71")
    [Point(name='train:loss', value=0.25, step=2), Point(name='validation:auc', value=0.71, step=2)]
    """

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self._own = _compiled(patterns)

    def read(self, line: str) -> list[Point]:
        text = _NOT_METRICS.sub("", _unescaped(_beginning(line)))
        pairs = [(match["name"], _number(match["value"])) for match in _PAIR.finditer(text)]
        step = next((int(v) for n, v in pairs if n in _STEPS and math.isfinite(v)), None)
        found = {name: value for name, value in pairs if name not in _STEPS}
        for name, pattern in self._own.items():
            match = pattern.search(text)
            if match is not None and match[1] is not None:
                found[name] = _number(match[1])
        return [Point(name, value, step) for name, value in found.items()]


def _beginning(line: str) -> str:
    # Cut between words: half a number is another number.
    return line if len(line) <= _LONGEST else line[:_LONGEST].rpartition(" ")[0]


def _compiled(patterns: Mapping[str, str]) -> dict[str, re.Pattern[str]]:
    compiled: dict[str, re.Pattern[str]] = {}
    issues = []
    for name, pattern in patterns.items():
        where = f"[metrics] {name}"
        try:
            compiled[name] = re.compile(pattern)
        except re.error as error:
            issues.append(Issue(where, f"not a regular expression: {error}"))
            continue
        if compiled[name].groups < 1:
            issues.append(Issue(where, "has no group", "put the number in parentheses: loss=([-+0-9.eE]+)"))
    if issues:
        raise ConfigError(issues)
    return compiled


def _unescaped(line: str) -> str:
    for escaped, character in _ESCAPED.items():
        line = line.replace(escaped, character)
    return line


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def smaller_is_better(name: str) -> bool | None:
    """Which way a metric improves, by its name; None when the name does not say.

    >>> smaller_is_better("validation:loss"), smaller_is_better("val_auc"), smaller_is_better("lr")
    (True, False, None)
    """
    lowered = name.lower()
    if _SMALLER_IS_BETTER.search(lowered):
        return True
    return False if _LARGER_IS_BETTER.search(lowered) else None


def summary(points: Iterable[Point]) -> dict[str, Any]:
    """Last and best of every metric, as the record keeps them. Values that are not numbers stay out of JSON."""
    last: dict[str, float | None] = {}
    best: dict[str, dict[str, Any]] = {}
    for point in points:
        last[point.name] = point.value if math.isfinite(point.value) else None
        smaller = smaller_is_better(point.name)
        if smaller is None or not math.isfinite(point.value):
            continue
        so_far = best.get(point.name)
        if so_far is None or (point.value < so_far["value"] if smaller else point.value > so_far["value"]):
            best[point.name] = {"value": point.value, "step": point.step}
    return {"last": last, "best": best}
