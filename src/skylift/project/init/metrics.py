"""Metrics that a program prints in words, ``Test loss: 0.25``, as patterns for ``[metrics]`` (joint 18).

What it prints as ``name=number`` is read without a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from skylift.project.init.findings import Findings
from skylift.project.init.frameworks import framework_prints
from skylift.project.init.listings import listings, spoken_of
from skylift.project.init.meters import meter_prints
from skylift.project.init.prints import GAP, prints
from skylift.project.source.program import Program

_MOST = 12
"""Patterns for one job: each is tried on every line, and the service takes 40 in all."""
_MEASURES = (
    "loss|losses|acc|accuracy|auc|auroc|f1|precision|prec|recall|rmse|mse|mae|mape|r2|perplexity|ppl|bpc|bleu|rouge|"
    "iou|miou|dice|map|ndcg|mrr|wer|cer|psnr|ssim|fid|elbo|reward|return|logloss|kappa|mcc|err|error"
)
_SETTING = "thres|weight|coef|scale|smooth|_(?:fn|func|name|type|dir|path|ratio)$"
_NAMED = re.compile(
    rf"(?<![A-Za-z0-9])(?P<name>(?:[A-Za-z]\w*[ _/-]){{0,3}}(?:\w+_)?(?:{_MEASURES})(?:_[A-Za-z0-9]+)?(?:@\d+)?)"
    rf"(?P<between>\s*\)?\s*(?::|=|->|is|\s)[ \t]*){GAP}"
    rf"(?:(?P<ratio>[ ]?(?:/|of)[ ]?){GAP}(?:(?P<share>[ ]*[(\[=][ ]*){GAP})?)?",
    re.IGNORECASE,
)
_NAME = re.compile(
    rf"(?!.*(?:{_SETTING}))(?:[A-Za-z][\w/.-]*[_/.-])?(?:{_MEASURES})\d*(?:[@_/.-]\w+)?", re.IGNORECASE
)
"""One measure, and no word besides."""
_VAGUE = frozenset({"error", "err", "return", "map", "precision", "mixed_precision", "matmul_precision"})
"""These are as often something else: an exception's text, a dictionary, a type of numbers."""
_MOST_FORMS = 3
_MOST_PLACES = 4
_READ_ANYHOW = "="
_NUMBER = r"([-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)"
_RATIO = r"[\d.]+\s*(?:/|of)\s*[\d.]+\s*"
_TENSOR = r"(?:tensor\()?"
_QUOTED = r"(?:tensor\(|np\.float\d+\(|')?"
"""In a dictionary that is printed."""


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

    def head(self, others: Iterable[str] = ()) -> str:
        r"""What finds the place of its number, in the log and in the service's copy of it.

        >>> Measure("loss", ": ", "").head(["test loss"])
        '(?<![A-Za-z_/-])(?<!test )loss:\\s*(?:tensor\\()?'

        :param others: words of the other measures; this one is not to be found in the end of one of those.
        """
        longer = sorted({other for other in others if other.endswith(f" {self.words}")})
        behind = "".join(f"(?<!{_spaced(other.removesuffix(self.words))} )" for other in longer)
        sign = re.escape(self.between.strip())
        blanks = r"\s*" if self.between[0].isspace() else ""
        joint = rf"{blanks}{sign}\s*" if sign else r"\s+"
        # A digit may stand in front: a tab is `#011` in the service's copy.
        rest = rf"{_RATIO}{re.escape(self.share.strip())}\s*" if self.share else _TENSOR
        rest = _QUOTED if self.between.startswith("'") else rest
        return rf"(?<![A-Za-z_/-]){behind}{_spaced(self.words)}{joint}{rest}"


def read_metrics(program: Program) -> Findings:
    """The table ``metrics`` of one job: a pattern for each measure that is printed with its name in front."""
    measures: dict[str, list[Measure]] = {}
    for measure in (*_printed(program), *_listed(program), *_framed(program)):
        measures.setdefault(measure.name, []).append(measure)
    if not measures:
        return Findings()
    words = [measure.words for forms in measures.values() for measure in forms]
    kept = dict(list(measures.items())[:_MOST])
    found = Findings({"metrics": {name: _pattern(forms, words) for name, forms in kept.items()}})
    places = list(dict.fromkeys(forms[0].place for forms in kept.values()))
    where = ", ".join(places[:_MOST_PLACES]) + (" and elsewhere" if places[_MOST_PLACES:] else "")
    found.say("metrics", ", ".join(kept), f"printed in words, {where}", sure=False)
    return found


def _pattern(forms: Iterable[Measure], words: Iterable[str]) -> str:
    r"""What finds the number of a measure, in any of the forms that it is printed in.

    >>> _pattern([Measure("Loss", ": ", ""), Measure("loss", " ", "")], [])
    '(?:(?<![A-Za-z_/-])Loss:\\s*(?:tensor\\()?|(?<![A-Za-z_/-])loss\\s+(?:tensor\\()?)([-+]?\\d*\\.?\\d+(?:[eE][-+]?\\d+)?)'
    """
    heads = list(dict.fromkeys(measure.head(words) for measure in forms))[:_MOST_FORMS]
    return (heads[0] if len(heads) == 1 else f"(?:{'|'.join(heads)})") + _NUMBER


def _printed(program: Program) -> Iterator[Measure]:
    for printed in (*prints(program), *meter_prints(program)):
        place = _place(program, printed.path, printed.line)
        for match in _NAMED.finditer(printed.text):
            measure = Measure(match["name"], match["between"], place, match["share"] or "")
            # Nine of ten is no number.
            if match["ratio"] and not measure.share:
                continue
            if measure.name not in _VAGUE and measure.between != _READ_ANYHOW:
                yield measure


def _listed(program: Program) -> Iterator[Measure]:
    """What is printed by names that do not stand in the text itself."""
    found = list(listings(program))
    spoken = spoken_of(program, _NAME) if any(one.names is None for one in found) else []
    for one in found:
        for name in spoken if one.names is None else one.names:
            if _NAME.fullmatch(name) and name.lower() not in _VAGUE:
                yield Measure(name, one.between, _place(program, one.path, one.line))


def _framed(program: Program) -> Iterator[Measure]:
    """What the framework prints that trains."""
    for one in framework_prints(program):
        yield Measure(one.name, one.between, f"{_place(program, one.path, one.line)} by {one.by}")


def _place(program: Program, path: Path, line: int) -> str:
    return f"{path.relative_to(program.root).as_posix()}:{line}"


def _spaced(words: str) -> str:
    return " ".join(re.escape(word) for word in words.split())
