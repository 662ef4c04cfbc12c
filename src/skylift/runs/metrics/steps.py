"""Where training stands, as a line says it: ``Epoch 3/10``, ``[12]``, ``step 1,000``."""

from __future__ import annotations

import re

from skylift.runs.metrics.numbers import whole

_WORD = r"global[_ -]?step|epoch|step|iteration|iter|episode"
_STEP = re.compile(
    rf"(?<![a-z0-9_.-])(?P<word>{_WORD})(?:\((?:train|val|test)\))?['\"]?(?:[ ]{{0,40}}[:=#]|[ ]?->)?[ \t]{{0,20}}"
    r"['\"]?\[?[ ]{0,8}(?P<value>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?(?:e[-+]?\d+)?)(?![\w%]|:\d|\.\w)"
)
_WORDS = ("step", "epoch", "iter", "episode")
# `Epochs 10`, `best epoch: 3`, `max step 5` say nothing of where training stands.
_OTHERWISE = re.compile(r"(?:best|max|min|last|num|total|per|every|after|(?<!end )of|from|warmup)[ _]$")
_BRACKET = re.compile(r"^(?:\W{0,4}|.{0,60}(?<=[\s\]]))\[(?P<value>\d+)\](?=[\s\[])")
_PAIR = re.compile(r"^\s{0,8}\[\s{0,8}(?P<value>\d+)\s{0,4}[,/]\s{0,8}\d+\]")
_TIMM = re.compile(r"^(?:.{0,60}[ \]])?(?:Train|Val|Test|Eval)\w{0,6}:\s{1,4}(?P<value>\d+)\s{1,4}\[")


def step_of(text: str) -> tuple[int | None, bool]:
    """The step that a text says, and whether it says one that is not whole.

    Steps that count through all epochs go before epochs, which go before what counts within one.

    >>> step_of("Epoch 3/10"), step_of("epoch=2 global_step=1,500"), step_of("'epoch': 0.5"), step_of("12 epochs")
    ((3, False), (1500, False), (None, True), (None, False))
    """
    part = False
    first: int | None = None
    lowered = text.lower()
    for match in _STEP.finditer(lowered) if any(word in lowered for word in _WORDS) else ():
        if _OTHERWISE.search(lowered[max(0, match.start() - 10) : match.start()]):
            continue
        value = whole(match["value"])
        if value is None:
            part = True
        elif match["word"].startswith("global"):
            return value, part
        elif first is None:
            first = value
    if first is not None or part:
        return first, part
    other = _PAIR.search(text) or _BRACKET.search(text) or _TIMM.search(text)
    return (whole(other["value"]) if other else None), False


def says_epoch(text: str) -> bool:
    """Whether a line's step is an epoch: what follows without a step is of the same."""
    return "poch" in text or "EPOCH" in text or _TIMM.search(text) is not None
