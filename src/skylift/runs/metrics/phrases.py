"""Metrics that are told in more words than a name: ``Accuracy on the test set: 0.77``, ``R^2: 0.93``, ``F1 (macro): 0.6``.

Every word of such a phrase must be a known one: what is not understood whole is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from skylift.runs.metrics.names import Kind, is_qualifier, kind
from skylift.runs.metrics.numbers import END, NUMBER, Found, found

_LIKELY = re.compile(
    r"[(^²'\u2019]|[A-Za-z\d]-[A-Za-z]| (?:on|over|of|across|is|was|macro|micro|weighted)\b|old"
)
_PHRASE = re.compile(
    rf"(?:^\W{{0,60}}|[,;|\]:-] |\band (?:the )?)(?P<what>[A-Za-z\d](?:[\w@'\u2019^²/. -]|\([\w %-]{{1,24}}\)){{0,90}}?)"
    r"(?P<sep>[ \t]{0,8}\b(?:is|was)[ ]?[:=]?[ ]{1,4}|[ \t]{0,8}[:=][ \t]{0,8}|[ ]{1,4})"
    rf"(?P<value>{NUMBER}){END}[ ]?%?(?:[ ]?\(?(?:±|\+/-|\+-)[ ]?{NUMBER}%?\)?)?(?=\s*(?:$|[,;|)]|\.(?:\s|$)|- |and\b))"
)
_ASIDE = re.compile(r"\s?\((?P<said>[^()]{1,24})\)$")
_TAIL = re.compile(r"\s(?:on|over|of|across|for|in)\s(?P<said>.{1,60})$")
_WORD = re.compile(r"[A-Za-z][A-Za-z\d_@/.]*|\d+")
_PARTS = {
    part: part for part in ("train", "test", "val", "valid", "validation", "dev", "eval", "holdout")
} | {
    "training": "train",
    "testing": "test",
    "evaluation": "eval",
}
_AVERAGES = frozenset(("macro", "micro", "weighted", "binary", "samples"))
_OF_WHAT_WORDS = """
    the a our all of on over across network model classifier images samples examples set data dataset split folds runs
    seeds hold out held unseen
"""
_OF_WHAT = frozenset(_OF_WHAT_WORDS.split())
"""What may be said of where a measure was taken, besides the part of the data."""
_LEAD = frozenset(
    ("the", "a", "our", "model", "cv", "cross", "cohen", "matthews", "pearson", "spearman", "log", "roc")
)
_DROPPED = frozenset(("the", "a", "our", "set", "data", "dataset", "fold"))
_SHARE = frozenset(("%", "in %", "percent"))


def phrases(text: str) -> list[Found]:
    """The metrics of a text that are told in phrases; of others, which are but names, nothing.

    >>> [(one.name, one.value) for one in phrases("Accuracy of the network on the 10000 test images: 54 %")]
    [('test_accuracy', 54.0)]
    >>> [one.name for one in phrases("The validation loss is 0.3 and the validation accuracy is 0.8")]
    ['validation_loss', 'validation_accuracy']
    """
    return list(_phrases(text)) if _LIKELY.search(text) else []


def _phrases(text: str) -> Iterator[Found]:
    for match in _PHRASE.finditer(text):
        sign = match["sep"].strip()
        # With nothing between, only what can count nothing is a value.
        if sign or not match["value"].isdigit():
            name = _name(match["what"], told=bool(sign))
            if name is not None and (name[1] or sign[:1] in ("i", "w")):
                yield found(name[0], match, "value")


def _name(what: str, *, told: bool) -> tuple[str, bool] | None:
    """What a phrase calls its number, and whether it is more than a name with blanks."""
    plain = re.sub(r"\bR(?:\^2|²|-squared\b)", "R2", what.strip(), flags=re.IGNORECASE)
    plain = re.sub(r"['\u2019]s\b", "", plain)
    more = plain != what.strip()
    aside, tail = _ASIDE.search(plain), None
    plain = plain[: aside.start()] if aside else plain
    tail = _TAIL.search(plain)
    core = plain[: tail.start()] if tail else plain
    where = _where(tail["said"], told=told) if tail else ""
    if where is None or "(" in core:
        return None
    words = _core(core)
    if words is None:
        return None
    if aside:
        words = _with_aside(words, aside["said"].strip().lower())
    if words is None or (where and _PARTS.keys() & {*words}):
        return None
    named = [where, *words] if where else words
    if kind(" ".join(named)) is not Kind.MEASURE:
        return None
    hyphened = "-" in core or named != core.lower().split() or words[-1] in _AVERAGES
    return "_".join(named), more or bool(aside or tail) or hyphened


def _core(text: str) -> list[str] | None:
    """The words of a name, each known for one of a measure's; None where another is among them."""
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) > 6 or re.search(r"[^\w@'/. -]", text):
        return None
    counts = [at for at, word in enumerate(words) if word.isdigit()]
    if any(words[at + 1 : at + 2] != ["fold"] for at in counts):
        return None
    kept = [word for word in words if word not in _DROPPED and not word.isdigit()]
    last = next((word for word in reversed(kept) if word not in _AVERAGES), "")
    if not last or kind(last) not in (Kind.MEASURE, Kind.VAGUE):
        return None
    known = all(word in _LEAD or word in _AVERAGES or is_qualifier(word) for word in kept if word != last)
    return kept if known else None


def _where(said: str, *, told: bool) -> str | None:
    """The part of the data that is said, empty for none; None for what is not understood."""
    words = [word.lower() for word in re.findall(r"[^\s-]+", said)]
    parts = {_PARTS[word] for word in words if word in _PARTS} | (
        {"holdout"} if {"hold", "held"} & {*words} else set()
    )
    unknown = [word for word in words if word not in _PARTS and word not in _OF_WHAT and not word.isdigit()]
    if unknown or len(parts) > 1 or (not told and not parts):
        return None
    return next(iter(parts), "")


def _with_aside(words: Sequence[str], said: str) -> list[str] | None:
    if said in _SHARE:
        return list(words)
    if said in _AVERAGES or said in ("cv", "oob"):
        return [*words, said]
    if said in _PARTS:
        return None if _PARTS.keys() & {*words} else [_PARTS[said], *words]
    # Its abbreviation: `Mean Absolute Error (MAE)`.
    if kind(said) is Kind.MEASURE and said.isalnum():
        return [*(word for word in words if word in _PARTS), said]
    return None
