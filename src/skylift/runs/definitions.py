"""MetricDefinitions: what the service is to look for, from the config and from what the last run printed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from skylift.runs.chosen import direction, objective
from skylift.values.patterns import number_behind, outside_common
from skylift.values.record import Record
from skylift.values.words import first_of
from skylift_runtime.contract import METRIC_DEFINITION_LIMIT, METRIC_NAME_LIMIT, METRIC_PATTERN_LIMIT

_NAMED = 5
_LOOKED_AT = 400
"""Names that may get one: ten times what the service takes. A job that puts a count into names has thousands."""
_SAMPLE = "0.25"


@dataclass(frozen=True)
class Definitions:
    """Name to pattern, and what is to be known of those that are not among them."""

    patterns: Mapping[str, str]
    notes: tuple[str, ...] = ()


def definitions(own: Mapping[str, str], last: Record | None) -> Definitions:
    """The config's own patterns, then what the last run of the job was seen to print, as many as the service takes.

    What a job is about comes first, then what is better or worse, then the rest. A metric is found by the words
    that stood in front of its number; one that stood in a table, below its name, can not be found by any pattern.

    :param last: the last run of the same job from which metrics were read.
    """
    patterns = dict(own)
    room = METRIC_DEFINITION_LIMIT - len(patterns)
    names = [name for name in _seen(last) if name not in own] if last is not None else []
    found = dict(_found(names[:_LOOKED_AT], last, own)) if last is not None else {}
    kept = list(found)[: max(room, 0)]
    patterns.update((name, found[name]) for name in kept)
    notes = [*_counted(own, kept, last), *_left(found, kept, names), *_doubtful(own)]
    return Definitions(patterns, tuple(notes))


def _seen(last: Record) -> list[str]:
    """The names of a run's metrics, the weightiest first."""
    names = last.at("Skylift.metrics.last")
    about = objective(last)
    return sorted(
        (
            name
            for name in (names if isinstance(names, Mapping) else {})
            if 0 < len(name) <= METRIC_NAME_LIMIT
        ),
        key=lambda name: (name != about, direction(last, name) is None, name),
    )


def _found(names: Sequence[str], last: Record, own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    said = last.at("Skylift.metrics.forms")
    # A record from before forms were kept: the two ways in which most programs print.
    forms = said if isinstance(said, Mapping) else {}
    words = {name: str(forms[name]) for name in forms if name not in own}
    for name in names:
        within = [other for other in names if other.endswith(f":{name}") and other not in words]
        # `{"val": {"loss": 1}}` says "loss", too. So does what Keras evaluates, but once, when training is over.
        if said is not None and any(other != f"evaluate:{name}" for other in within):
            continue
        if name in words:
            pattern = number_behind(words[name], words.values())
            if finds(pattern, words[name]):
                yield name, pattern
        elif said is None:
            pattern = number_behind(name, more="[=:] *")
            if finds(pattern, f"{name}="):
                yield name, pattern


def finds(pattern: str, words: str) -> bool:
    """Whether a pattern is one that the service takes, and finds the number behind these words."""
    if len(pattern) > METRIC_PATTERN_LIMIT or outside_common(pattern):
        return False
    match = re.search(pattern, words + _SAMPLE)
    return match is not None and match[1] == _SAMPLE


def _counted(own: Mapping[str, str], kept: list[str], last: Record | None) -> Iterator[str]:
    if kept and last is not None:
        said = f"{len(own)} of the config and " if own else ""
        yield f"MetricDefinitions: {said}{len(kept)} as run {last.name} printed them"


def _left(found: Mapping[str, str], kept: list[str], names: list[str]) -> Iterator[str]:
    beyond = [name for name in found if name not in kept]
    if beyond:
        yield (
            f"MetricDefinitions: {len(beyond)} left out, the service takes {METRIC_DEFINITION_LIMIT}: "
            f"{first_of(beyond, _NAMED)}; all of them are in the record"
        )
    hidden = [name for name in names if name not in found]
    if hidden:
        yield (
            f"MetricDefinitions: {len(hidden)} left out, no pattern finds the number of a line: "
            f"{first_of(hidden, _NAMED)}; they are in the record all the same"
        )


def _doubtful(own: Mapping[str, str]) -> Iterator[str]:
    for name, pattern in own.items():
        why = outside_common(pattern)
        if why:
            yield f"MetricDefinitions: the pattern of {name} has {why}, which the service's engine may not know"
