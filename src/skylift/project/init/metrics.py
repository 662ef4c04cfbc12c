"""Metrics that a program prints in words, ``Test loss: 0.25``, as patterns for ``[metrics]`` (joint 18).

What it prints as ``name=number`` is read without a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from skylift.project.init.findings import Findings
from skylift.project.init.prints import GAP, prints
from skylift.project.source.program import Program

_MOST = 12
"""Patterns for one job: each is tried on every line, and the service takes 40 in all."""
_MEASURES = (
    "loss|losses|acc|accuracy|auc|auroc|f1|precision|recall|rmse|mse|mae|mape|r2|perplexity|ppl|bpc|bleu|rouge|"
    "iou|miou|dice|map|ndcg|mrr|wer|cer|psnr|ssim|fid|elbo|reward|return|logloss|kappa|mcc|err|error"
)
_NAMED = re.compile(
    rf"(?P<name>(?:[A-Za-z]\w*[ _/-]){{0,3}}(?:\w+_)?(?:{_MEASURES})(?:_[A-Za-z0-9]+)?(?:@\d+)?)"
    rf"(?P<between>\s*\)?\s*(?::|=|->|is|\s)[ \t]*){GAP}",
    re.IGNORECASE,
)
_VAGUE = frozenset({"error", "err", "return", "map", "precision", "mixed_precision", "matmul_precision"})
"""These are as often something else: an exception's text, a dictionary, a type of numbers."""
_READ_ANYHOW = "="
_NUMBER = r"([-+]?(?:[0-9]*\.)?[0-9]+(?:[eE][-+]?[0-9]+)?)"
_TENSOR = r"(?:tensor\()?"


def read_metrics(program: Program) -> Findings:
    """The table ``metrics`` of one job: a pattern for each measure that is printed with its name in front."""
    patterns: dict[str, str] = {}
    places: dict[str, str] = {}
    for name, pattern, place in _found(program):
        if name not in patterns and len(patterns) < _MOST:
            patterns[name], places[name] = pattern, place
    found = Findings({"metrics": patterns} if patterns else {})
    if patterns:
        where = ", ".join(dict.fromkeys(places.values()))
        found.say("metrics", ", ".join(patterns), f"printed in words, {where}", sure=False)
    return found


def _found(program: Program) -> Iterator[tuple[str, str, str]]:
    for printed in prints(program):
        place = f"{printed.path.relative_to(program.root).as_posix()}:{printed.line}"
        for match in _NAMED.finditer(printed.text):
            name = metric_name(match["name"])
            if name not in _VAGUE and match["between"] != _READ_ANYHOW:
                yield name, metric_pattern(match["name"], match["between"]), place


def metric_name(words: str) -> str:
    """How a measure is called in records.

    >>> metric_name("Average loss"), metric_name("val/Acc")
    ('average_loss', 'val/acc')
    """
    return re.sub(r"[\s-]+", "_", words.strip()).lower()


def metric_pattern(words: str, between: str) -> str:
    r"""What finds its number, in the log and in the service's copy of it.

    The name is a whole one: ``loss:`` is not found in ``Test loss: 0.5``, which is another measure.

    >>> metric_pattern("loss", ": ")
    '(?<![A-Za-z_/-])(?<![A-Za-z] )loss:\\s*(?:tensor\\()?([-+]?(?:[0-9]*\\.)?[0-9]+(?:[eE][-+]?[0-9]+)?)'
    """
    name = r"\s+".join(re.escape(word) for word in words.split())
    sign = re.escape(between.strip())
    joint = rf"{_blanks(between)}{sign}\s*" if sign else r"\s+"
    return rf"(?<![A-Za-z_/-])(?<![A-Za-z] ){name}{joint}{_TENSOR}{_NUMBER}"


def _blanks(between: str) -> str:
    return r"\s*" if between[0].isspace() else ""
