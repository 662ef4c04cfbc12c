"""Lines as a program would print them, with numbers in their gaps, to see what is read from them without a pattern."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from skylift.project.init.prints import GAP
from skylift.values.ports import ReadsMetrics

_TURNS = (1, 2, 3)
"""Some readers want to see a line again before they believe in it."""
_COUNTED = re.compile(r"(?:epochs?|steps?|iter\w*|batch\w*|round|fold|\[|\(|/|\bof)\W{0,3}\Z", re.IGNORECASE)
_OF = re.compile(r"\s?(?:/|of\b)\s?\0")


def nothing_is_read(lines: Sequence[str]) -> list[dict[str, float]]:
    """Stands in for a reader."""
    return [{} for _ in lines]


def read_as(text: str, gap: int, reads: ReadsMetrics) -> tuple[str, ...]:
    """The names under which the number of a gap is read, each time that the text is printed; none where it is not.

    :param text: with ``GAP`` for each value.
    :param gap: which of them, from 0.
    """
    samples = [_sample(text, turn) for turn in _TURNS]
    found = reads([line for line, _ in samples])
    # The first line may be needed to know the form.
    read = [
        {name for name, value in points.items() if math.isclose(value, values[gap])}
        for points, (_, values) in zip(found[1:], samples[1:], strict=True)
    ]
    return tuple(sorted(set.intersection(*read)))


def _sample(text: str, turn: int) -> tuple[str, list[float]]:
    line, values = "", []
    parts = text.split(GAP)
    for place, part in enumerate(parts[:-1]):
        line += part
        is_count = _COUNTED.search(line) or _OF.match(parts[place + 1] + GAP)
        number = f"{turn}" if is_count else f"{0.1 * turn + 0.0103 * (place + 1):.4f}"
        line += number
        values.append(float(number))
    return line + parts[-1], values
