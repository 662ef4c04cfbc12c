"""Metrics that a program prints in words, ``Test loss: 0.25``, as patterns for ``[metrics]`` (joint 18).

What it prints as ``name=number`` is read without a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

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
    rf"(?<![A-Za-z0-9])(?P<name>(?:[A-Za-z]\w*[ _/-]){{0,3}}(?:\w+_)?(?:{_MEASURES})(?:_[A-Za-z0-9]+)?(?:@\d+)?)"
    rf"(?P<between>\s*\)?\s*(?::|=|->|is|\s)[ \t]*){GAP}"
    rf"(?:(?P<ratio>[ ]?(?:/|of)[ ]?){GAP}(?:(?P<share>[ ]*[(\[=][ ]*){GAP})?)?",
    re.IGNORECASE,
)
_VAGUE = frozenset({"error", "err", "return", "map", "precision", "mixed_precision", "matmul_precision"})
"""These are as often something else: an exception's text, a dictionary, a type of numbers."""
_READ_ANYHOW = "="
_NUMBER = r"([-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)"
_RATIO = r"[\d.]+\s*(?:/|of)\s*[\d.]+\s*"
_TENSOR = r"(?:tensor\()?"


@dataclass(frozen=True)
class Measure:
    """A measure as a program prints it: ``Test loss`` and what stands between that and the number."""

    words: str
    between: str
    place: str
    share: str = ""
    """What stands in front of the number that counts, behind another two: ``9/10 (90%)``."""

    @property
    def name(self) -> str:
        """How it is called in records.

        >>> Measure("Average loss", ": ", "").name, Measure("val/Acc", " ", "").name
        ('average_loss', 'val/acc')
        """
        return re.sub(r"[\s-]+", "_", self.words.strip()).lower()

    def pattern(self, others: Iterable[str] = ()) -> str:
        r"""What finds its number, in the log and in the service's copy of it.

        >>> Measure("loss", ": ", "").pattern(["test loss"])
        '(?<![A-Za-z_/-])(?<!test )loss:\\s*(?:tensor\\()?([-+]?\\d*\\.?\\d+(?:[eE][-+]?\\d+)?)'

        :param others: words of the other measures; this one is not to be found in the end of one of those.
        """
        longer = sorted({other for other in others if other.endswith(f" {self.words}")})
        behind = "".join(f"(?<!{_spaced(other.removesuffix(self.words))} )" for other in longer)
        sign = re.escape(self.between.strip())
        blanks = r"\s*" if self.between[0].isspace() else ""
        joint = rf"{blanks}{sign}\s*" if sign else r"\s+"
        # A digit may stand in front: a tab is `#011` in the service's copy.
        rest = rf"{_RATIO}{re.escape(self.share.strip())}\s*" if self.share else _TENSOR
        return rf"(?<![A-Za-z_/-]){behind}{_spaced(self.words)}{joint}{rest}{_NUMBER}"


def read_metrics(program: Program) -> Findings:
    """The table ``metrics`` of one job: a pattern for each measure that is printed with its name in front."""
    measures: dict[str, Measure] = {}
    for measure in _measures(program):
        measures.setdefault(measure.name, measure)
    words = [measure.words for measure in measures.values()]
    kept = list(measures.values())[:_MOST]
    if not kept:
        return Findings()
    found = Findings({"metrics": {measure.name: measure.pattern(words) for measure in kept}})
    where = ", ".join(dict.fromkeys(measure.place for measure in kept))
    found.say(
        "metrics", ", ".join(measure.name for measure in kept), f"printed in words, {where}", sure=False
    )
    return found


def _measures(program: Program) -> Iterator[Measure]:
    for printed in prints(program):
        place = f"{printed.path.relative_to(program.root).as_posix()}:{printed.line}"
        for match in _NAMED.finditer(printed.text):
            measure = Measure(match["name"], match["between"], place, match["share"] or "")
            # Nine of ten is no number.
            if match["ratio"] and not measure.share:
                continue
            if measure.name not in _VAGUE and measure.between != _READ_ANYHOW:
                yield measure


def _spaced(words: str) -> str:
    return " ".join(re.escape(word) for word in words.split())
