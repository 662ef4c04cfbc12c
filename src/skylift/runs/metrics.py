"""Metrics from what a job prints: the same lines, the same numbers, on every backend."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from skylift.errors import ConfigError, Issue
from skylift.runs.points import Point
from skylift.runs.summary import smaller_is_better
from skylift.values.printed import Printed, escape, last_number, shown, unescape

NUMBER = r"[-+]?(?:\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan|NaN|inf|Infinity)"
# A name may hold what frameworks put into it: validation:auc, train/loss, val_loss, f1@0.5.
_NAME = r"[A-Za-z_][A-Za-z0-9_.@/-]*(?::[A-Za-z_][A-Za-z0-9_.@/-]*)*"
_PAIR = re.compile(rf"(?<![\w:./@`-])(?P<name>{_NAME})=(?P<value>{NUMBER})(?P<percent>%?)(?![\w:/-]|\.\w)")
# Most lines hold no metric: one look at many of them, for a character and the one behind it, passes them all over.
_HINT = re.compile(rb"=[-+.\dnNiI]")
_EQUALS = re.compile("=")
_LONGEST = 4096
"""Characters looked at, at either end of what is shown at one time: more are no metric, and patterns take their time."""
_STEPS = ("epoch", "step", "global_step", "iteration", "iter")
# What `logging` puts in front, and what printing the parsed arguments, or the layers of a model, looks like; what is
# said of variables, of overrides, and of errors; and commands.
_NOT_METRICS = re.compile(
    r"^(?:DEBUG|INFO|WARNING|ERROR|CRITICAL):[\w.]*:|\bNamespace\(.*\)|^\s*\([\w-]+\): (?:\d+ x )?\w+\(.*"
    r"|^.*\b(?:[Ee]nvironment variable|[Oo]verrides?|[Oo]verriding)\b.*|^\s*(?:[a-z_]\w*\.)*\w*(?:Error|Exception|Warning): .*"
    r"|^\s*(?:[$+] )?(?:export|python3?|torchrun|skylift) .*"
)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+")
"""Of the environment: `OMP_NUM_THREADS=1`."""


class MetricReader:
    """Reads metrics from lines, with the project's own patterns first.

    :raises ConfigError: for a pattern that does not compile or has no group for the number.

    >>> MetricReader({}).read("epoch=2 train:loss=0.25 validation:auc=0.71")
    [Point(name='train:loss', value=0.25, step=2), Point(name='validation:auc', value=0.71, step=2)]
    """

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self._own = _compiled(patterns)

    def find(self, printed: Printed) -> list[Point]:
        """The metrics of all these lines, in order."""
        patterns = [*self._own.values(), _EQUALS]
        lines = printed.candidates(patterns) if self._own else _with_hint(printed.data)
        return [point for line in lines for point in self.read(line)]

    def read(self, line: str) -> list[Point]:
        """The metrics of a line, as it was printed or as the service stores it. Of several values the last counts."""
        texts = [piece for text in shown(unescape(line)) for piece in _pieces(text)]
        step: int | None = None
        found: dict[str, float] = {}
        for text in texts:
            pairs = _pairs(text)
            step = next((int(v) for n, v in pairs if n in _STEPS and math.isfinite(v)), step)
            found.update((name, value) for name, value in pairs if name not in _STEPS)
        stored = [escape(text) for text in texts] if self._own else texts
        for name, pattern in self._own.items():
            value = last_number(pattern, stored)
            # Or one that is made for what the script prints.
            value = last_number(pattern, texts) if value is None else value
            if value is not None:
                found[name] = value
        return [Point(name, value, step) for name, value in found.items()]


def _with_hint(data: bytes) -> Iterator[str]:
    at = 0
    while (hint := _HINT.search(data, at)) is not None:
        start, at = data.rfind(b"\n", 0, hint.start()) + 1, data.find(b"\n", hint.end())
        at = len(data) if at < 0 else at
        yield data[start:at].decode(errors="replace")


def _pieces(text: str) -> Iterator[str]:
    if len(text) <= _LONGEST:
        yield text
        return
    # Cut between words: half a number is another number.
    yield text[:_LONGEST].rpartition(" ")[0]
    yield text[-_LONGEST:].partition(" ")[2]


def _pairs(text: str) -> list[tuple[str, float]]:
    if "=" not in text:
        return []
    metrics = _NOT_METRICS.sub("", text.lstrip("\r"))
    pairs = ((name, float(value)) for name, value, _ in _PAIR.findall(metrics))
    return [(name, value) for name, value in pairs if not _is_variable(name)]


def _is_variable(name: str) -> bool:
    """
    >>> _is_variable("HYDRA_FULL_ERROR"), _is_variable("VAL_LOSS"), _is_variable("AUC"), _is_variable("val_auc")
    (True, False, False, False)
    """
    if not _VARIABLE.fullmatch(name):
        return False
    return "ERROR" in name or smaller_is_better(name) is None


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
