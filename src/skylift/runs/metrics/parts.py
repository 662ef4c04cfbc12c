"""Which part of the data numbers are of, where a text says it once for several: ``val: loss 0.3 acc 0.9``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from skylift.runs.metrics.numbers import Found

_PARTS = "train|training|val|valid|validation|test|testing|eval|evaluation|dev|holdout"
_PART = re.compile(rf"(?<![A-Za-z])(?:{_PARTS})(?![A-Za-z])", re.IGNORECASE)
# Right in front of a measure, and by itself: `Test: [1/9] Time 3.1 Loss 0.3` says where a loop is.
_HEAD = re.compile(
    rf"(?<![\w./@'\"-])(?:[\[(](?P<in>{_PARTS})[\])][:,]?|(?P<part>{_PARTS})(?::|[ ](?=[-|][ ])))"
    r"[ \t]{0,4}(?:[-|][ ]|\{['\"]?)?"
    r"(?=[A-Za-z])",
    re.IGNORECASE,
)
# `Epoch 1 [Val]: 100%|██| 8/8 [00:01<00:00, loss=0.3]`, `valid | epoch 001 | loss 0.3`
_OF_LINE = re.compile(
    rf"(?<![\w./@'\"-])(?:[\[(]?(?P<bar>{_PARTS})[\])]?:[ ]{{1,4}}\d{{1,3}}%\||(?P<row>{_PARTS}) \| epoch \d+ \|)"
    # A loop of its own, and what it says at its end: `Test: [1/9]  Loss 0.3`, ` * Acc@1 71.3`
    r"|^\s{0,8}(?:(?P<loop>test|val|valid|validation|eval):[ \t]{1,4}\[\s{0,8}\d+/\d+\]|(?P<end>\* {1,4})(?=(?:acc|prec)@1 ))",
    re.IGNORECASE,
)
_OTHER = re.compile(r"(?<![\w@])\d|[,;|]")
_LED = re.compile(rf"(?<![\w./@'\"-])(?P<part>{_PARTS})[ ]", re.IGNORECASE)
_NEXT = re.compile(r"[ ]?%?(?P<sign>[,;]?)[ \t]{1,4}[\w@]{1,30}\s?[:=]?\s?", re.ASCII)


def by_part(text: str, found: Sequence[tuple[Found, bool]]) -> list[Found]:
    """The same numbers, with the part in the names of those that are measured on it.

    It is said in front of what is measured on it, ``val: loss 0.3 acc 0.9``, or with the first of several measures,
    ``val Loss: 0.3 Acc: 0.9``. A name that says its own part is left as it is.

    :param found: numbers in the order of the text, and whether each is a measure.

    >>> numbers = [(Found("loss", 0.5, 12, 15), True), (Found("loss", 0.7, 28, 31), True)]
    >>> [one.name for one in by_part("train: loss 0.5 | val: loss  0.7", numbers)]
    ['train:loss', 'val:loss']
    """
    if not found or (_PART.search(text) is None and "* " not in text):
        return [one for one, _ in found]
    prefixes = _prefixes(text, [one for one, is_measure in found if is_measure])
    return [one._replace(name=prefixes.get(one.start, "") + one.name) for one, _ in found]


def _prefixes(text: str, measures: Sequence[Found]) -> dict[int, str]:
    bare = [one for one in measures if _PART.search(one.name) is None]
    said = {start: f"{part}:" for start, part in _headed(text, bare)}
    twice = {name for name, count in Counter(one.name for one in bare).items() if count > 1}
    # With two parts in a line, what comes behind both may be of neither.
    one_part = len({part[0].lower() for part in _PART.finditer(text)}) == 1
    for start, part, name, parted in _led(text, measures):
        if start not in said and (name in twice or (one_part and not parted)):
            said[start] = f"{part}_"
    return said


def _headed(text: str, bare: Sequence[Found]) -> Iterator[tuple[int, str]]:
    line = _OF_LINE.search(text)
    if line is not None:
        part = "test" if line["end"] else (line["bar"] or line["row"] or line["loop"]).lower()
        yield from ((one.start, part) for one in bare if one.start >= line.end())
        return
    heads = list(_HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends, strict=False):
        inside = [one for one in bare if head.end() <= one.start < end]
        # The name of the first one stands where the head ends.
        if not inside or _OTHER.search(text, head.end(), inside[0].start):
            continue
        for one in inside:
            if "|" in text[head.end() : one.start]:
                break
            yield one.start, (head["in"] or head["part"]).lower()


def _led(text: str, measures: Sequence[Found]) -> Iterator[tuple[int, str, str, bool]]:
    """Where, of what part, the name, and whether more than a blank parts it from the number in front of it."""
    part, end, by_equals = "", 0, False
    for one in measures:
        between = text[end : one.start]
        end, before, by_equals = one.end, by_equals, between.rstrip().endswith("=")
        if _PART.search(one.name) is None:
            follows = _NEXT.fullmatch(between)
            # Spelled in another way, it is by another hand: `Train loss: 0.5 ndcg=0.7`.
            part = part if follows and before == by_equals else ""
            if part and follows:
                yield one.start, part, one.name, bool(follows["sign"])
        else:
            leads = list(_LED.finditer(between))
            part = leads[-1]["part"].lower() if leads else ""
