"""Metrics that a program prints in words, ``Test loss: 0.25``, as patterns for ``[metrics]`` (joint 18).

What is read without a pattern gets none: a reader is asked, with the line that the program would print.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from skylift.project.init.findings import Findings
from skylift.project.init.frameworks import framework_prints
from skylift.project.init.listings import listings, spoken_of
from skylift.project.init.meters import meter_prints
from skylift.project.init.prints import GAP, prints
from skylift.project.init.samples import nothing_is_read, read_as
from skylift.project.source.program import Program
from skylift.values.patterns import in_front, plain
from skylift.values.ports import ReadsMetrics
from skylift.values.words import first_of
from skylift_runtime.contract import METRIC_PATTERN_LIMIT

_MOST = 12
"""Patterns for one job: each is tried on every line, and the service takes 40 in all."""
_MEASURES = (
    "loss|losses|acc|accuracy|auc|auroc|f1|precision|prec|recall|rmse|mse|mae|mape|r2|perplexity|ppl|bpc|bleu|rouge|"
    "iou|miou|dice|map|ndcg|mrr|wer|cer|psnr|ssim|fid|elbo|reward|return|logloss|kappa|mcc|err|error"
)
_SETTING = "thres|weight|coef|scale|smooth|_(?:fn|func|name|type|dir|path|ratio)$"
_NAMED = re.compile(
    rf"(?<![A-Za-z0-9])(?P<name>(?:[A-Za-z]\w*(?:'s)?[ _/-]){{0,3}}(?:\w+_)?(?:{_MEASURES})(?:_[A-Za-z0-9]+)?(?:@\d+)?)"
    rf"(?P<between>\s*\)?\s*(?::|=|->|is|\s)[ \t]*){GAP}"
    rf"(?:(?P<ratio>[ ]?(?:/|of)[ ]?){GAP}(?:(?P<share>[ ]*[(\[=][ ]*){GAP})?)?",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^(?:(?:the|an?|and|our|with|of|is)[ ])+", re.IGNORECASE)
"""Of the sentence, and not of the name: `and the validation loss is`."""
_NAME = re.compile(
    rf"(?!.*(?:{_SETTING}))(?:[A-Za-z][\w/.-]*[_/.-])?(?:{_MEASURES})\d*(?:[@_/.-]\w+)?", re.IGNORECASE
)
"""One measure, and no word besides."""
_SAY_NOTHING = frozenset({"set", "fold", "data", "dataset", "the", "our"})
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
    text: str = ""
    """All that is printed, with a gap for each value."""
    gap: int = 0
    """Which of them is the number."""

    @property
    def name(self) -> str:
        """How it is called in records.

        >>> Measure("Average loss", ": ", "").name, Measure("val/Acc", " ", "").name
        ('average_loss', 'val/acc')
        """
        return re.sub(r"[\s-]+", "_", self.words.strip().replace("'s", "")).lower()

    @property
    def shorter(self) -> str:
        """The same without words that say nothing: a reader may leave them out.

        >>> Measure("Test-set R2", ": ", "").shorter
        'test_r2'
        """
        return "_".join(word for word in self.name.split("_") if word not in _SAY_NOTHING)

    def head(self, others: Iterable[str] = ()) -> str:
        r"""What finds the place of its number, in the log and in the service's copy of it.

        >>> Measure("loss", ": ", "").head(["test loss"])
        '(?:(?:^|[^ A-Za-z_/.@-]|\\[[0-9;]*m)|(?:^|[^t]) |(?:^|[^s])t |(?:^|[^e])st |(?:^|[^t])est )loss:\\s*(?:tensor\\()?'

        :param others: words of the other measures; this one is not to be found in the end of one of those.
        """
        longer = sorted({other for other in others if other.endswith(f" {self.words}")})
        front = in_front(other.removesuffix(self.words) for other in longer)
        sign = plain(self.between.strip())
        blanks = r"\s*" if self.between[0].isspace() else ""
        joint = rf"{blanks}{sign}\s*" if sign else r"\s+"
        rest = rf"{_RATIO}{plain(self.share.strip())}\s*" if self.share else _TENSOR
        rest = _QUOTED if self.between.startswith("'") else rest
        return f"{front}{_spaced(self.words)}{joint}{rest}"


def read_metrics(program: Program, reads: ReadsMetrics = nothing_is_read) -> Findings:
    """The table ``metrics`` of one job: a pattern for each measure that is printed and would not be read without one.

    :param reads: tells what is read of a line by itself.
    """
    measures: dict[str, list[Measure]] = {}
    for measure in (*_printed(program), *_listed(program), *_framed(program)):
        measures.setdefault(_called(measure, reads), []).append(measure)
    words = [measure.words for forms in measures.values() for measure in forms]
    seen = {name: forms for name, forms in measures.items() if all(_is_read(form, reads) for form in forms)}
    wanted = {name: forms for name, forms in measures.items() if name not in seen}
    kept = dict(list(wanted.items())[:_MOST])
    found = Findings()
    if kept:
        found.config["metrics"] = {name: _pattern(forms, words) for name, forms in kept.items()}
        found.say("metrics", ", ".join(kept), f"printed in words, {_places(kept)}", sure=False)
    if seen:
        why = f"read as they are printed, without a pattern, {_places(seen)}"
        found.say("metrics", first_of(list(seen), _MOST), why)
    return found


def _called(measure: Measure, reads: ReadsMetrics) -> str:
    """What a measure is called by who reads it, where that is the same name in fewer words."""
    if measure.shorter == measure.name:
        return measure.name
    names = read_as(measure.text, measure.gap, reads)
    return measure.shorter if measure.shorter in names and measure.name not in names else measure.name


def _is_read(measure: Measure, reads: ReadsMetrics) -> bool:
    """Whether a number is read without a pattern, under the name that a pattern would give it."""
    names = (measure.name, measure.shorter)
    return measure.between == _READ_ANYHOW or any(
        name in names for name in read_as(measure.text, measure.gap, reads)
    )


def _places(measures: Mapping[str, list[Measure]]) -> str:
    places = list(dict.fromkeys(forms[0].place for forms in measures.values()))
    return ", ".join(places[:_MOST_PLACES]) + (" and elsewhere" if places[_MOST_PLACES:] else "")


def _pattern(forms: Iterable[Measure], words: Iterable[str]) -> str:
    r"""What finds the number of a measure, in any of the forms that it is printed in.

    >>> _pattern([Measure("Loss", ": ", ""), Measure("loss", " ", "")], [])
    '(?:(?:^|[^A-Za-z_/.@-]|\\[[0-9;]*m)Loss:\\s*(?:tensor\\()?|(?:^|[^A-Za-z_/.@-]|\\[[0-9;]*m)loss\\s+(?:tensor\\()?)([-+]?\\d*\\.?\\d+(?:[eE][-+]?\\d+)?)'
    """
    told = list(words)
    heads = list(dict.fromkeys(measure.head(told) for measure in forms))[:_MOST_FORMS]
    while len(heads) > 1 and len(_either(heads)) > METRIC_PATTERN_LIMIT:
        heads.pop()
    return _either(heads)


def _either(heads: Sequence[str]) -> str:
    return (heads[0] if len(heads) == 1 else f"(?:{'|'.join(heads)})") + _NUMBER


def _printed(program: Program) -> Iterator[Measure]:
    for printed in (*prints(program), *meter_prints(program)):
        place = _place(program, printed.path, printed.line)
        for match in _NAMED.finditer(printed.text):
            gap = printed.text.count(GAP, 0, match.end()) - 1
            share = match["share"] or ""
            words = _LEAD.sub("", match["name"])
            measure = Measure(words, match["between"], place, share, printed.text, gap)
            # Nine of ten is no number.
            if match["ratio"] and not measure.share:
                continue
            if measure.name not in _VAGUE:
                yield measure


def _listed(program: Program) -> Iterator[Measure]:
    """What is printed by names that do not stand in the text itself."""
    found = list(listings(program))
    spoken = spoken_of(program, _NAME) if any(one.names is None for one in found) else []
    for one in found:
        for name in spoken if one.names is None else one.names:
            if _NAME.fullmatch(name) and name.lower() not in _VAGUE:
                text = f"{{'{name}': {GAP}}}" if one.between.startswith("'") else f"{name}{one.between}{GAP}"
                yield Measure(name, one.between, _place(program, one.path, one.line), text=text)


def _framed(program: Program) -> Iterator[Measure]:
    """What the framework prints that trains."""
    for one in framework_prints(program):
        place = f"{_place(program, one.path, one.line)} by {one.by}"
        yield Measure(one.name, one.between, place, text=one.text, gap=one.gap)


def _place(program: Program, path: Path, line: int) -> str:
    return f"{path.relative_to(program.root).as_posix()}:{line}"


def _spaced(words: str) -> str:
    return " ".join(plain(word) for word in words.split())
