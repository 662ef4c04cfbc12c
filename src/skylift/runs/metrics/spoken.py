"""What a line says, without what only moves the cursor, paints, or tells who speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skylift.values.printed import unescape

LONGEST = 4096
"""Characters looked at, at either end of what is shown at one time: more are no metric, and patterns take their time."""
_MOST_PIECES = 400
_PAINT = re.compile(r"\x1b(?:\[[0-9;?]{0,20}[A-Za-z]|[()][A-Z0-9])")
# A progress bar writes over itself: `\r` goes back to the line's start, `\b` a step.
_OVERWRITTEN = re.compile(r"\r|\x08+")
# Others go on behind a bar that has not ended its line.
_BEHIND = re.compile(r"(?<=\]) ?(?=[A-Za-z\d{*'])")
_BAR = ("%|", "it/s", "s/it", "━", "[=", "[..", "[>")
_LOGGED = re.compile(
    r"^(?:DEBUG|INFO|WARNING|ERROR|CRITICAL):[\w.]*:"
    r"|^\s{0,8}\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\]?"
    r"|^\s{0,8}\[?\d\d[-/]\d\d(?:[-/]\d{2,4})? \d\d:\d\d:\d\d(?:[.,]\d{1,9})?\]?|^\s{0,8}\[?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\]?"
)
# What holds no metric: the layers of a model, what is said of variables and errors, commands, what installers and
# trackers say, code.
_NOT_METRICS = re.compile(
    r"\s*\([\w-]+\): (?:\d+ x )?\w+\(|\s*(?:[a-z_]\w*\.)*\w*(?:Error|Exception|Warning): |\S+\.py:\d+: "
    r"|\s*(?:[$+] )?(?:export|python3?|torchrun|skylift|pip3?|apt-get|git|docker|accelerate) [^:]|wandb: |\[LightGBM\] "
    r"|\s*(?:hyper[-_ ]?param\w*|hparams|config\w*|cfg|arg(?:ument)?s|options|settings|flags)[ ]?[:=]"
    r"|\s*Average (?:Precision|Recall)\s+\(A[PR]\) @\[|\s*(?:Collecting|Downloading|Requirement|Installing|Using cached|Successfully|remote:|Receiving|Resolving|Get:\d|HEAD is)"
    r"|\s*(?:return|assert|raise|if|elif|while|for|def|class|import|from|with|yield|del|lambda|print\() ?\S.*[(=:]"
)
_SAID = re.compile(r"\b[Ee]nvironment variable\b|\b[Oo]verrides?\b|\b[Oo]verriding\b")
# Printed arguments; what is said once more, with less digits.
_WITHIN = re.compile(
    r"\b(?:Namespace\(.*\)|TrainOutput\(global_step=.*|(?:Metric|Monitored metric) \S{1,80} (?:improved|did not improve).*)"
)


def pieces(line: str) -> Iterator[str]:
    r"""What a terminal showed of a line, one after the other, as plain text.

    >>> list(pieces("\r\x1b[1m 50%\x1b[0m#015100%"))
    [' 50%', '100%']
    """
    if len(line) <= LONGEST and line.isprintable() and "#" not in line and "%|" not in line:
        yield line
        return
    shown = [piece for piece in _OVERWRITTEN.split(unescape(line)) if piece and not piece.isspace()]
    for piece in shown[:2] + shown[2:][-_MOST_PIECES:] if len(shown) > _MOST_PIECES else shown:
        for part in _ends(_PAINT.sub("", piece) if "\x1b" in piece else piece):
            if "%|" in part:
                yield from _BEHIND.split(part)
            else:
                yield part


def _ends(text: str) -> Iterator[str]:
    if len(text) <= LONGEST:
        yield text
        return
    # Cut between words: half a number is another number.
    yield text[:LONGEST].rpartition(" ")[0]
    yield text[-LONGEST:].partition(" ")[2]


def is_bar(text: str) -> bool:
    """
    >>> is_bar("50%|███  | 8/16 [00:00<00:00, 9.1it/s, loss=1]"), is_bar("loss=1")
    (True, False)
    """
    return any(mark in text for mark in _BAR)


def metrics_part(text: str) -> str:
    """The text with blanks in place of what holds no metric, so that all that is left stays where it was."""
    logged = _LOGGED.match(text)
    if logged:
        text = _blank(logged) + text[logged.end() :]
    if _NOT_METRICS.match(text) or (("nvironment" in text or "verrid" in text) and _SAID.search(text)):
        return ""
    return (
        _WITHIN.sub(_blank, text)
        if "Namespace" in text or "TrainOutput" in text or "etric " in text
        else text
    )


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
