"""How a metric was printed: what stood in front of its number. Whoever looks for it in a log elsewhere needs that. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from skylift.runs.points import Point
from skylift.values.printed import shown, unescape

_MOST_NAMES = 60
_MOST_POINTS = 20
"""Of a name whose form is not found: it may stand in the head of a table, and every row would be looked at."""
_LONGEST_LINE = 4096
_LONGEST = 120
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?P<percent>\s?%)?")
_JOINT = r"(?P<joint>['\"]?\s*(?:[:=]|->|is\b)?\s*(?:['\"]|tensor\(|np\.float\d+\()?)"
_WORD = re.compile(r"[^\W_]+")
_BETWEEN = r"(?:'s )?[ \t_/.:@-]{0,3}"


class Forms:
    """The form of each metric, from the first lines that it was read from."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}
        self._seen: dict[str, int] = {}
        self._done: set[str] = set()

    @property
    def looked(self) -> bool:
        return bool(self._seen)

    def wants(self, points: Iterable[Point]) -> list[Point]:
        """The points of metrics whose form is still to be found, few of each."""
        wanted = []
        for point in points:
            if point.name in self._done:
                continue
            if point.name not in self._seen and len(self._seen) >= _MOST_NAMES:
                # No request holds so many. A log with a new name in each line must not be searched for each.
                continue
            wanted.append(point)
            self._seen[point.name] = self._seen.get(point.name, 0) + 1
            if self._seen[point.name] >= _MOST_POINTS:
                self._done.add(point.name)
        return wanted

    def learn(self, points: Sequence[Point], lines: Sequence[str]) -> None:
        """Look for the points in the lines that they were read from."""
        for point in points:
            if point.name not in self._found:
                form = next((form for line in lines if (form := form_of(line, point))), "")
                if form:
                    self._found[point.name] = form
                    self._done.add(point.name)

    def as_json(self) -> dict[str, str]:
        return dict(sorted(self._found.items()))


def form_of(line: str, point: Point) -> str:
    r"""What stands in front of a metric's number in a line, from its name on; empty where its name does not.

    >>> form_of("[3]\tvalidation-auc:0.71\ttrain-auc:0.8", Point("validation:auc", 0.71, 3))
    'validation-auc:'
    >>> form_of("{'eval_loss': 0.41, 'epoch': 1.0}", Point("eval_loss", 0.41, None))
    "'eval_loss': "
    >>> form_of("0  0.41  0.52", Point("train_loss", 0.41, None))
    ''
    """
    if not math.isfinite(point.value):
        return ""
    for said in reversed(shown(unescape(line))):
        text = said[-_LONGEST_LINE:]
        for number in reversed(list(_NUMBER.finditer(text))):
            value = float(number[0].rstrip(" %\t"))
            is_share = number["percent"] and math.isclose(value, point.value * 100)
            if value == point.value or is_share:
                form = _in_front(text[: number.start()], point.name)
                if form:
                    return form
    return ""


def _in_front(before: str, name: str) -> str:
    """The end of a text, if it is a name and what joins it to its number."""
    pattern = _form(name)
    found = pattern.search(before[-_LONGEST:]) if pattern is not None else None
    return found[0] if found is not None and found["joint"] else ""


@lru_cache(4 * _MOST_NAMES)
def _form(name: str) -> re.Pattern[str] | None:
    words = _WORD.findall(name)
    if not words:
        return None
    spelled = _BETWEEN.join(re.escape(word) for word in words)
    if len(words) > 1 and name.startswith("test:"):
        # ` * Acc@1 71.3`, at the end of a loop.
        spelled = rf"(?:{spelled}|\* {{1,4}}{_BETWEEN.join(map(re.escape, words[1:]))})"
    return re.compile(rf"(?:(?<![\w/.@-])|(?<=\[\dm)|(?<=\[\d\dm))['\"]?{spelled}{_JOINT}\Z", re.IGNORECASE)
