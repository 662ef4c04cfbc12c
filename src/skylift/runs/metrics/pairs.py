"""Names with their numbers: ``loss=0.3``, ``Train Loss: 0.3``, ``{'loss': 0.3}``, ``Acc@1 71.3``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple

from skylift.runs.metrics.hints import is_bare
from skylift.runs.metrics.names import Kind, is_qualifier, joined, kind
from skylift.runs.metrics.numbers import END, NUMBER, Found, found
from skylift.runs.metrics.parts import by_part

_VALUE = re.compile(
    r"(?P<sep>['\"]?[ \t]{0,30}(?::|=|->)[ \t]{0,40}|[ \t]{1,20})"
    r"(?P<wrap>['\"]|tensor\(|np\.float\d\d?\()?"
    # Of nine of ten, which are ninety percent, the percent count.
    r"(?:\d[\d.,]{0,15}[ ]?(?:/|of)[ ]?\d[\d.,]{0,15}[ ]{0,4}[(\[=][ ]{0,4})?"
    rf"(?P<value>{NUMBER})(?:[ ]?%|(?P<rest>(?=[ ][*/+][ ]?\w|[ ]-{{1,2}}>)))?{END}"
)
_TOKEN = re.compile(r"[A-Za-z_][\w.@/:-]*$")
_SIMPLE = re.compile(r"[a-z][a-z0-9_/]*|LR")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+")
"""Of the environment: `OMP_NUM_THREADS=1`."""
_NEXT = re.compile(r"[ \t]{1,40}([A-Za-z][\w@./-]{0,60})")
_LOOK_BACK = 120
_MOST_WORDS = 4
_LAST_PART = re.compile(r"[A-Za-z]+\d?\.?$")
_LED = re.compile(r"[A-Za-z] $")
_NO_NAMES = frozenset(
    (
        "info",
        "debug",
        "warning",
        "error",
        "the",
        "a",
        "with",
        "of",
        "is",
        "at",
        "for",
        "and",
        "in",
        "on",
        "to",
        "by",
        "epoch",
        "step",
    )
)
"""Words of sentences, and of logs."""
_NOT_BEFORE = frozenset("`?&$\\<-./@:\"'%")
_CONTAINERS = frozenset(
    (
        "metrics",
        "metric",
        "scores",
        "values",
        "logs",
        "log",
        "scalars",
        "data",
        "results",
        "result",
        "outputs",
        "summary",
    )
)
"""Keys that say nothing of what they hold."""


class Pair(NamedTuple):
    """A number with a name in front of it, of which is not yet known whether it is a metric."""

    found: Found
    by: str
    """``=`` for what is joined to its number by it, ``"`` for a key, ``:`` and a blank."""
    alone: bool
    """No part of a call, as ``Adam(lr=0.1)`` is."""
    told: bool = True
    """With nothing between name and number, a whole number may count things, and a word behind it be a sentence."""

    spelled: str = ""
    """The name as it was printed, where that is another one: `mAP`."""
    simple: bool = True
    """One word, with no other in front of it."""

    @property
    def kind(self) -> Kind:
        return kind(self.spelled or self.found.name)


def pairs(text: str, *, stepped: bool) -> list[Found]:
    """The metrics among a text's pairs.

    :param stepped: the text says a step, so it speaks of training.
    """
    every = [(pair, pair.kind) for pair in _pairs(text)]
    kinds = [of for _, of in every]
    measures, settings = kinds.count(Kind.MEASURE), kinds.count(Kind.SETTING)
    if not stepped and settings > max(2, measures):
        # What was set before training begins.
        return []
    told, given = stepped or measures > 0, settings > 0 or Kind.COUNT in kinds
    counted = [
        (pair.found, of in (Kind.MEASURE, Kind.VAGUE))
        for pair, of in every
        if _counts(pair, of, told=told, given=given, measured=measures > 0)
    ]
    return by_part(text, counted)


def _counts(pair: Pair, of: Kind, *, told: bool, given: bool, measured: bool) -> bool:
    match of:
        case Kind.COUNT:
            return False
        case Kind.MEASURE:
            return pair.by != " " or pair.told
        case Kind.VAGUE:
            return pair.by == "=" or (pair.by != " " and told)
        case Kind.SETTING:
            return False
        case Kind.OTHER:
            if pair.by == "=":
                return pair.alone and (told or (not given and pair.told and len(pair.found.name) > 1))
            return told if pair.by == '"' else pair.by == ":" and measured and pair.alone and pair.simple


def _pairs(text: str) -> Iterator[Pair]:
    inside: list[str] = []
    at, nested = 0, "{" in text
    for match in _VALUE.finditer(text):
        if nested:
            _nest(inside, text[at : match.start()])
            at = match.end()
        sign = match["sep"].strip(" \t'\"")
        if match["rest"] is not None or (match["wrap"] and sign != ":"):
            continue
        head = text[max(0, match.start() - _LOOK_BACK) : match.start()]
        quote = match["sep"][0]
        if quote in "'\"":
            key = head.rpartition(quote)[2] if quote in head else ""
            if sign == ":" and key:
                yield Pair(found(_within(inside, key), match, "value"), '"', alone=True)
            continue
        pair = _spoken(head, match, sign, text)
        if pair is not None:
            yield pair


def _spoken(head: str, match: re.Match[str], sign: str, text: str) -> Pair | None:
    token = _TOKEN.search(head, max(head.rfind(" "), head.rfind("\t")) + 1)
    if token is None:
        return None
    before = head[: token.start()]
    if (not sign or match["sep"] == ":") and not is_bare(token[0]):
        return None
    if before[-1:] in _NOT_BEFORE or (_VARIABLE.fullmatch(token[0]) and _is_variable(token[0])):
        return None
    alone = _is_alone(text, match.start())
    words = _words_before(before)
    if match["sep"] == "=":
        known = list(takewhile(is_qualifier, words)) if kind(token[0]) is Kind.MEASURE else []
        name = joined(" ".join([*reversed(known), token[0]])) if known else token[0]
        # Whole numbers count things: `found=1`.
        told = not match["value"].isdigit()
        return Pair(found(name, match, "value"), "=", alone, told, " ".join([*reversed(words[:1]), token[0]]))
    kept = words if len(words) < _MOST_WORDS else list(takewhile(is_qualifier, words))[: _MOST_WORDS - 1]
    spelled = " ".join([*reversed(kept), token[0].rstrip(".:")])
    told = not match["value"].isdigit() and _ends(text, match.end())
    simple = not words and _SIMPLE.fullmatch(token[0]) is not None and _LED.search(before) is None
    return Pair(found(joined(spelled), match, "value"), (sign and ":") or " ", alone, told, spelled, simple)


def _words_before(text: str) -> list[str]:
    """The words that lead to a place, the nearest first, back to what separates them from others.

    >>> _words_before("| Style "), _words_before("loss 0.3, "), _words_before("INFO epoch 1 test "), _words_before("[D ")
    (['Style'], [], ['test'], ['D'])
    """
    found: list[str] = []
    if text[-1:] != " " or text[-2:] == "  ":
        return found
    for word in reversed(text[:-1].split(" ")):
        last = _LAST_PART.search(word)
        if last is None or last[0].rstrip(".").lower() in _NO_NAMES:
            break
        found.append(last[0])
        if last.start():
            break
    return found


def _ends(text: str, at: int) -> bool:
    """Whether what follows a number is a pair again, or no word: `loss 0.3 after 5 epochs` is a sentence."""
    word = _NEXT.match(text, at)
    return word is None or is_qualifier(word[1]) or kind(word[1]) is Kind.MEASURE


def _is_variable(name: str) -> bool:
    """
    >>> _is_variable("HYDRA_FULL_ERROR"), _is_variable("VAL_LOSS"), _is_variable("OMP_NUM_THREADS")
    (True, False, True)
    """
    return "ERROR" in name or kind(name) is not Kind.MEASURE


def _is_alone(text: str, at: int) -> bool:
    if "(" not in text:
        return True
    opened = text.rfind("(", 0, at)
    return (
        opened <= text.rfind(")", 0, at)
        or opened == 0
        or not (text[opened - 1].isalnum() or text[opened - 1] in "_ ")
    )


def _nest(inside: list[str], between: str) -> None:
    """Keep the keys of the dictionaries that a place is in."""
    for match in re.finditer(r"(?:['\"]([^'\"{}]{1,60})['\"]\s{0,4}:\s{0,4})?(\{)|\}", between):
        if match[2]:
            inside.append(match[1] or "")
        elif inside:
            inside.pop()


def _within(inside: list[str], key: str) -> str:
    """A key with the one that it is under: ``{"val": {"loss": 1}}`` is ``val:loss``."""
    above = [name for name in inside if name and name.lower() not in _CONTAINERS]
    return ":".join([*above[-2:], key])
