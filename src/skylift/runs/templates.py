"""Lines that recur with only their numbers changing, and what the words in front of each number call it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from skylift.runs.metrics.names import Kind, kind
from skylift.values.directions import smaller_is_better
from skylift.values.printed import shown, unescape

_MOST = 2000
"""Kinds of lines that are told apart; a log that never repeats itself is not all kept in memory."""
_SAMPLES = 3
_LONGEST = 400
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_BAR = re.compile(r"[#=>█▉▊▋▌▍▎▏━╸╺·.-]{3,}")
_ALONE_BEFORE = re.compile(r"(?:^|[\s:=(\[{'\"|,>])\Z")
_ALONE_AFTER = re.compile(r"[\s,;|)\]}'\"%]|\Z|\.(?:\s|\Z)")
_UNIT = re.compile(
    r"\s?(?:(?:ms|us|µs|s|sec|secs|seconds?|min|mins|minutes?|hours?|h|[kKMGT]i?B|bytes|it|items?|samples?|examples?|tokens?"
    r"|imgs?|images?|steps?|batch(?:es)?|epochs?|iters?|frames?|files?|rows?|params?|parameters|GPUs?|CPUs?|cores?|GHz|MHz|°?C|W)"
    r"(?:/(?:s|sec|step|it|epoch|batch|ms))?)(?![A-Za-z])"
)
_WORDS = re.compile(
    r"(?P<words>[^\W\d_][\w@/.-]*(?:[ \t]+[^\W\d_][\w@/.-]*)*)(?P<joint>['\"]?\s*(?:[:=]|->)?\s*['\"]?)\Z"
)
_OF_ADDRESSES = ("?", "&")
_MOST_WORDS = 3
_SEPARATOR = re.compile(r"[,;|(){}\[\]\t]|\s-\s|:\s|\0")
_FILLING_WORDS = """
    was is are of at now to by the a an with has and in on for reached got = - so far we i you it our my its this that
    get gets gave achieved achieves obtained
"""
_FILLING = frozenset(_FILLING_WORDS.split())
_NO_RESULT_WORDS = """
    epoch epochs step steps iter iters iteration iterations batch batches time eta elapsed took seconds duration
    version port pid seed size shape params parameters memory mem gpu gpus cpu cpus rank world worker workers
    layer layers samples sample rows files bytes total progress device num number line lines page day date year
    month id exit code node host remaining left round rounds fold folds trial build python cuda max_epochs n count
    warning error: from than
"""
_SET = (Kind.SETTING, Kind.COUNT)
_NO_RESULT = frozenset(_NO_RESULT_WORDS.split())


@dataclass
class Slot:
    """One number of a kind of lines."""

    before: str
    """What stands in front of it, as it was first printed, from its name on: ``quality index ``."""
    name: str
    """What that calls it; empty where nothing does, or where it is no result."""
    first: float
    last: float
    whole: bool
    result: bool = False
    """Its last word says which way it is better: `val loss`, and not `loss improved from`."""
    varies: bool = False
    counts: bool = True
    """Each value is one more than the one before: a counter."""
    read: int = 0
    """How often a metric had this value."""


@dataclass
class Template:
    """A kind of lines."""

    line: int
    text: str
    slots: list[Slot]
    count: int = 0
    is_named: bool = field(init=False)
    """Whether one of its numbers is called anything."""
    samples: list[tuple[str, tuple[float, ...]]] = field(default_factory=list)
    """Some of its lines, the first and the last, with their numbers."""

    def __post_init__(self) -> None:
        self.is_named = any(slot.name for slot in self.slots)

    def take(self, text: str, numbers: tuple[float, ...], read: Collection[float]) -> None:
        if len(numbers) != len(self.slots):
            # Of the same kind by its masked text, and yet with another number of numbers.
            return
        self.count += 1
        if len(self.samples) >= 2 * _SAMPLES:
            del self.samples[_SAMPLES]
        self.samples.append((text, numbers))
        for slot, number in zip(self.slots, numbers, strict=True):
            if self.count > 1:
                slot.varies = slot.varies or number != slot.last
                slot.counts = slot.counts and number == slot.last + 1
            slot.whole = slot.whole and number.is_integer()
            slot.last = number
            slot.read += number in read

    def is_read(self, slot: Slot) -> bool:
        """Whether it was read as a metric; two numbers of a line may be the same by chance."""
        return slot.read * 2 > self.count


class Templates:
    """The kinds of lines of a log, as they come."""

    def __init__(self) -> None:
        self._known: dict[str, Template] = {}

    def __iter__(self) -> Iterator[Template]:
        return iter(self._known.values())

    def take(self, line: int, said: str, read: Collection[float]) -> None:
        """
        :param said: a line, as it was printed or as the service stores it.
        :param read: the numbers that metrics were read from.
        """
        pieces = shown(unescape(said[-4 * _LONGEST :]))
        raw = pieces[-1].strip("\r") if pieces else ""
        text = _COLOUR.sub("", raw)
        masked, count = _NUMBER.subn("\0", text) if len(text) <= _LONGEST else ("", 0)
        if not count:
            return
        key = " ".join(_BAR.sub("~", masked).split())
        template = self._known.get(key)
        if template is None:
            if len(self._known) >= _MOST:
                return
            slots = [_slot(text, one) for one in _NUMBER.finditer(text)]
            template = self._known[key] = Template(line, text, slots)
        # Most lines have no number that is called anything, and there can be millions of them.
        if template.is_named:
            template.take(raw, tuple(map(float, _NUMBER.findall(text))), read)


def _slot(text: str, found: re.Match[str]) -> Slot:
    before, words = _called(text, found)
    if words and (text.startswith("[CV") or (before.endswith("=") and kind("_".join(words)) in _SET)):
        # What a search tries, and what else is given to a program.
        before, words = "", []
    name = re.sub(r"[^\w@/.]+", "_", "_".join(words)).strip("_./").lower()
    value = float(found[0])
    # `loss of precision` is no precision.
    says = (
        bool(words)
        and smaller_is_better(words[-1]) is not None
        and not any(word.lower() in _FILLING for word in words)
    )
    return Slot(before if name else "", name, value, value, value.is_integer(), says)


def _called(text: str, found: re.Match[str]) -> tuple[str, list[str]]:
    """The words in front of a number with what joins them to it, and those of them that name it."""
    front, behind = text[: found.start()], text[found.end() : found.end() + 16]
    alone = _ALONE_BEFORE.search(front[-1:]) and _ALONE_AFTER.match(behind)
    if _UNIT.match(behind) or not alone:
        return "", []
    masked = _NUMBER.sub(lambda one: "\0" * len(one[0]), front)
    words = _WORDS.search(masked)
    if words is None or not words["joint"]:
        return "", []
    at = max((one.end() for one in _SEPARATOR.finditer(words["words"])), default=0)
    own = words["words"][at:].split()
    last = len(own)
    while last and own[last - 1].lower() in _FILLING:
        last -= 1
    first = max(0, last - _MOST_WORDS)
    while first < last and own[first].lower() in _FILLING:
        first += 1
    named = own[first:last]
    if not named or named[-1].lower() in _NO_RESULT or named[0].lower() in _NO_RESULT:
        return "", []
    start = words.start("words") + at
    # From the first of these words on; the text in front is as long as it was, masked or not.
    start += [one.start() for one in re.finditer(r"\S+", front[start:])][first]
    return ("", []) if front[start - 1 : start] in _OF_ADDRESSES else (front[start:], named)
