"""Patterns for numbers that a log repeats and that were not read, each tried on that log first. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from skylift.runs.templates import Slot, Template
from skylift.values.patterns import number_behind, outside_common
from skylift.values.printed import escape, last_number
from skylift.values.tried import Proposed, Unread
from skylift_runtime.contract import METRIC_NAME_LIMIT, METRIC_PATTERN_LIMIT

_LEAST = 3
"""Lines that a number has to be told by, where its name does not say that it is a result."""
_MOST_TRIED = 100


def unread(templates: Iterable[Template], known: Collection[str]) -> list[Unread]:
    """Lines with a number whose name says that it is a result, and which was not read.

    :param known: names that were read from other lines: a bar, or a summary, says them once more.
    """
    found: dict[str, Unread] = {}
    for template in templates:
        for slot in template.slots:
            if slot.name not in known and not template.is_read(slot) and _is_result(slot):
                found.setdefault(slot.name, Unread(slot.name, template.line, template.text, template.count))
    return list(found.values())


def proposals(templates: Collection[Template], known: Collection[str]) -> list[Proposed]:
    """A pattern for each number that has a name and was not read: results first, then what recurs most.

    :param known: names that are taken.
    """
    forms = {slot.before for template in templates for slot in template.slots if slot.before}
    wanted = sorted(
        ((template, slot) for template in templates for slot in template.slots if _is_wanted(template, slot)),
        key=lambda pair: (not pair[1].result, -pair[0].count),
    )
    found: dict[str, Proposed] = {}
    for template, slot in wanted[:_MOST_TRIED]:
        if slot.name in found or slot.name in known or len(slot.name) > METRIC_NAME_LIMIT:
            continue
        # Who reads it is to understand it: what keeps others' ends out stands in it only where there are such.
        patterns = dict.fromkeys((number_behind(slot.before), number_behind(slot.before, forms)))
        pattern = next((one for one in patterns if _proved(one, slot.before, templates)), None)
        if pattern is not None:
            found[slot.name] = Proposed(
                slot.name, pattern, template.count, slot.first, slot.last, template.line, template.text
            )
    return list(found.values())


def _is_result(slot: Slot) -> bool:
    return slot.result and not slot.whole


def _is_wanted(template: Template, slot: Slot) -> bool:
    if not slot.name or template.is_read(slot):
        return False
    recurs = template.count >= _LEAST and slot.varies and not (slot.whole and slot.counts)
    return recurs or _is_result(slot)


def _proved(pattern: str, before: str, templates: Iterable[Template]) -> bool:
    """Whether a pattern finds the numbers behind these words, in the log and in the service's copy, and no others."""
    if len(pattern) > METRIC_PATTERN_LIMIT or outside_common(pattern):
        return False
    compiled = re.compile(pattern)
    return all(
        last_number(compiled, [text]) == expected and last_number(compiled, [escape(text)]) == expected
        for text, expected in _expected(before, templates)
    )


def _expected(before: str, templates: Iterable[Template]) -> Iterator[tuple[str, float | None]]:
    for template in templates:
        places = [place for place, slot in enumerate(template.slots) if _alike(slot.before, before)]
        for text, numbers in template.samples:
            yield text, numbers[places[-1]] if places else None


def _alike(one: str, other: str) -> bool:
    return one.split() == other.split() and one[-1:].isspace() == other[-1:].isspace()
