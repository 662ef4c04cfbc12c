"""Which lines are worth a look: most of a log holds no metric, and there can be millions of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Each begins with plain characters, which the search for it is several times as fast for as for anything else.
_HINTS = [
    re.compile(pattern)
    for pattern in (
        rb"= {0,40}[-+.\dnNiI]",
        rb": {1,30}['\"]?[-+.\dnNiIt(]",
        rb":\t[-+.\dlt]",
        rb"\":['\"]?[-+.\dnNiI]",
        rb"\]\t",
        rb"\]#011",
        rb"-> ?[-+.\d]",
        rb"poch",
        rb"EPOCH",
        rb"oss[\w/@.:-]{0,40}[ \t]{0,40}[-+.\d(:]",
        rb"cc[\w/@.-]{0,40}[ \t:]{1,40}[-+.\d]",
        rb"uc[\w/@.-]{0,20}[ \t:]{1,40}[-+.\d]",
        rb"rec[\w/@.-]{0,20}[ \t:]{1,40}[-+.\d]",
        rb"rror[\w/@.-]{0,20}[ \t:]{1,40}\d*\.\d",
        rb"core[\w/@.-]{0,20}[ \t:]{1,40}\d*\.\d",
        rb"f1[\w/@.-]{0,20}[ \t:]{1,40}\d*\.\d",
        rb"inertia [-+.\d]",
        rb" reached ",
        rb" metric",
        rb"ter  ",
        rb"recall ",
        rb" R  ",
    )
]


def hinted(data: bytes) -> list[int]:
    """Where the lines begin that may hold a metric, or the head of a table, or a step: in order."""
    starts: set[int] = set()
    for hint in _HINTS:
        starts.update(_starts(hint, data))
    return sorted(starts)


def _starts(hint: re.Pattern[bytes], data: bytes) -> Iterator[int]:
    at = 0
    while (match := hint.search(data, at)) is not None:
        yield data.rfind(b"\n", 0, match.start()) + 1
        at = data.find(b"\n", match.end())
        if at < 0:
            return
