"""What a number's name says of it: a measure, a setting, or something that is counted beside training."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache


class Kind(Enum):
    MEASURE = "a measure, wherever it stands"
    VAGUE = "a measure if something else says so, too: an error is as often an exception"
    OTHER = "anything; a metric in the company of a measure or of a step"
    SETTING = "given to the program, not found by it"
    COUNT = "of the machine, the clock or the data: never a metric"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MEASURES = _words(
    "loss losses acc accuracy auc auroc auprc aucpr f1 fscore fbeta recall rmse rmsle mse mae mape smape msle r2 medae "
    "perplexity ppl bpc bpb bleu sacrebleu rouge rougel rougelsum meteor chrf cider iou miou dice jaccard ndcg mrr wer "
    "cer psnr ssim lpips fid elbo nll logloss crossentropy entropy kappa mcc inertia silhouette brier ece eer deviance "
    "likelihood loglik nloglik spearman pearson sensitivity specificity score reward logit_acc top1 top5 acc1 acc5 "
    "prec1 prec5 map50 map5095 map75 map95 hinge bce kld"
)
_VAGUE = _words("error err errors return map precision prec ap objective")
_QUALIFIERS = _words(
    "train training val valid valida validation test testing eval evaluation dev holdout average avg mean total final "
    "best last running macro micro weighted batch generator discriminator gen disc d g class balanced binary categorical "
    "sparse top cross entropy squared absolute percentage root log word character token roc pr dice pixel box mask "
    "explained variance rate epoch step ewa smoothed oob model student teacher intermediate overall "
    "median max min"
)
"""Words that belong to the name of a measure that they stand in front of."""
_COUNTS = _words(
    "time times eta elapsed runtime duration dur sec secs second seconds ms minutes hours mem memory ram gpu gpus cpu "
    "cpus flos flops samples sample examples example images image instances instance count counts num number nnzs size "
    "sizes len length version id pid tid port rank world host hosts node nodes workers threads file files line lines "
    "col row rows bytes kb mb gb data params parameters epoch epochs step steps iter iters iteration iterations batches "
    "start end loaded wps ups wpb bsz wall batch_size index idx shape seed fold folds trial total_flos throughput speed fps remaining progress percent timestamp ts date "
    "year month day status code exit pos offset tokens words day level priority depth leaves splits"
)
_OF_MEASURES = _words(
    "weight weights coef coefficient coeff scale scaler smooth smoothing fn func function name type dir path ratio thres "
    "thresh threshold thr patience delta margin target goal interval freq frequency every limit window decay reduction "
    "cutoff penalty tol tolerance mode"
)
"""What is set for a measure: `loss_weight`, `accuracy-target`."""
_SETTINGS = _OF_MEASURES | _words(
    "momentum dropout beta betas beta1 beta2 alpha gamma eps epsilon warmup layers layer hidden dim dims heads estimators "
    "features classes class jobs verbose lambda padding stride kernel bias true false default batch device lo hi low "
    "high support subsample colsample bytree theta regularization reg c p k n nproc bins"
)
_OF_EACH = _words("epoch step")
"""`loss_epoch` is one of an epoch."""
_NONE: frozenset[str] = frozenset()
_LONGEST = 80
_PARTS = re.compile(r"[A-Za-z]+\d*|\d+")
_AT = re.compile(r"(?:precision|prec|map|ap|hits?|hr)@\d", re.IGNORECASE)
"""Of so many found: no type of numbers."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=4096)
def kind(name: str) -> Kind:
    """What a name says.

    >>> [kind(name).name for name in ("val_loss", "mAP@50", "loss_weight", "eval_runtime", "error", "test error", "area")]
    ['MEASURE', 'MEASURE', 'SETTING', 'COUNT', 'VAGUE', 'MEASURE', 'OTHER']
    """
    if len(name) > _LONGEST:
        return Kind.COUNT
    words = [word.lower() for word in _PARTS.findall(name)]
    words += [word.lower() for word in _PARTS.findall(_CAMEL.sub("_", name)) if word.lower() not in words]
    measures = _MEASURES.intersection(words) or ({"map"} if "mAP" in name or _AT.search(name) else _NONE)
    counts = _COUNTS.intersection(words)
    if counts and (not measures or words[-1] in counts - _OF_EACH):
        return Kind.COUNT
    if measures:
        return Kind.SETTING if _OF_MEASURES.intersection(words) - _QUALIFIERS else Kind.MEASURE
    if _VAGUE.intersection(words):
        return _vague(words)
    if _QUALIFIERS.issuperset(words):
        return Kind.COUNT
    return Kind.SETTING if _SETTINGS.intersection(words) else Kind.OTHER


def _vague(words: list[str]) -> Kind:
    beside = [word for word in words if word not in _VAGUE]
    if _OF_MEASURES.intersection(beside):
        return Kind.SETTING
    return Kind.MEASURE if _QUALIFIERS.intersection(beside) else Kind.VAGUE


def is_qualifier(word: str) -> bool:
    """Whether a word may stand in front of a measure as part of its name."""
    lowered = word.lower().rstrip(".")
    return lowered in _QUALIFIERS or lowered in _MEASURES or lowered in _VAGUE


def joined(words: str) -> str:
    """A name of several words, as records have it.

    >>> joined("Avg. loss"), joined("Val-Acc"), joined("Prec@5")
    ('avg_loss', 'val_acc', 'prec@5')
    """
    return re.sub(r"[\s-]+", "_", words.replace(". ", " ").strip()).lower()
