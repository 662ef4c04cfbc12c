"""Which lines are worth a look: most of a log holds no metric, and there can be millions of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

BARE = ("oss", "OSS", "cc", "uc", "rec", "rror", "core", "f1", "mse", "ppl", "erplexity")
"""Of names in front of a number with nothing in between, or a colon alone: `Loss 0.3`, `auc:0.7`. Only those with one
of these are known, as looking for numbers everywhere takes its time."""
# Each begins with plain characters, which the search for it is several times as fast for as for anything else.
_HINTS = [
    re.compile(pattern)
    for pattern in (
        rb"=[ \t]{0,40}[-+.\dnNiI\x1b#]",
        rb":[ \t]{1,40}['\"]?[-+.\dnNiIt(\x1b#]",
        rb"\":['\"]?[-+.\dnNiI]",
        rb"':['\"]?[-+.\dnNiI]",
        rb"->[ \t]{0,40}[-+.\dnNiI]",
        rb"\]\t",
        rb"\]#011",
        rb"poch",
        rb"EPOCH",
        *(
            word.encode() + rb"[\w/@.:-]{0,40}(?:[ \t]{1,20}|#011|:)[ \t]{0,20}[-+.\dnNiI\x1b#]"
            for word in BARE
        ),
        # In phrases, and at the head of tables.
        rb" is [-+.\d]",
        rb" was [-+.\d]",
        rb"\) {1,4}[-+]?\d{0,6}\.\d",
        rb"holdout {1,4}[-+.\d]",
        rb" set {1,4}[-+.\d]",
        rb"macro {1,4}[-+.\d]",
        rb"micro {1,4}[-+.\d]",
        rb"weighted {1,4}[-+.\d]",
        rb"etric[ ]{1,40}[|\xe2]",
        rb"step[ ]{0,40}[|,\xe2]",
        rb"Step[ ]{0,40}[|,\xe2]",
        rb"iteration[ ]{0,40}[|,\xe2]",
        rb"round[ ]{0,40}[|,\xe2]",
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


def is_bare(name: str) -> bool:
    """Whether a name is one of those that are known with nothing between them and their number."""
    return any(word in name for word in BARE)
