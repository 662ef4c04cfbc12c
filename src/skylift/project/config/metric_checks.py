"""What a job's config says of its metrics: patterns that find a number, and an objective that can be compared."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator

from skylift.errors import Issue
from skylift.project.config.layers import KeyPath, dotted
from skylift.values.directions import smaller_is_better
from skylift.values.settings import JobSettings, MetricSettings
from skylift_runtime.contract import METRIC_NAME_LIMIT

Where = Callable[[KeyPath], str]


def check_metrics(job: JobSettings, where: Where) -> Iterator[Issue]:
    """Everything that is wrong with a job's metrics and its objective."""
    for name, metric in job.metrics.items():
        yield from _metric(where(("metrics", name)), name, metric)
    if job.objective is not None:
        yield from _objective(job, job.objective, where(("objective",)))


def _metric(at: str, name: str, metric: MetricSettings) -> Iterator[Issue]:
    if not 0 < len(name) <= METRIC_NAME_LIMIT:
        yield Issue(at, f"a name has 1 to {METRIC_NAME_LIMIT} characters, not {len(name)}")
    if metric.pattern is None:
        if metric.goal is None:
            yield Issue(at, "says nothing", 'give it a pattern, or a goal: { goal = "max" }')
        return
    try:
        groups = re.compile(metric.pattern).groups
    except re.error as error:
        yield Issue(at, f"not a regular expression: {error}")
        return
    if groups < 1:
        hint = "put the number in parentheses: loss=([-+0-9.eE]+)"
        yield Issue(at, f"no group in {metric.pattern!r}", hint)


def _objective(job: JobSettings, name: str, at: str) -> Iterator[Issue]:
    said = job.metrics.get(name, MetricSettings()).goal
    if said == "none":
        yield Issue(at, f'{name!r} has goal = "none", so that no run could be better', "say max or min")
    elif said is None and smaller_is_better(name) is None:
        near = difflib.get_close_matches(name, job.metrics, 1)
        guess = f"did you mean {near[0]!r}? " if near else ""
        key = dotted(("metrics", name))
        yield Issue(at, f"nothing says which way {name!r} is better", f'{guess}say it: {key}.goal = "max"')
