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


_MEASURES = frozenset(
    "loss losses acc accuracy auc auroc auprc aucpr f1 fscore fbeta recall rmse rmsle mse mae mape smape msle r2 medae "
    "perplexity ppl bpc bpb bleu sacrebleu rouge rougel rougelsum meteor chrf cider iou miou dice jaccard ndcg mrr wer "
    "cer psnr ssim lpips fid elbo nll logloss crossentropy entropy kappa mcc inertia silhouette brier ece eer deviance "
    "likelihood loglik nloglik spearman pearson sensitivity specificity score reward logit_acc top1 top5 acc1 acc5 "
    "prec1 prec5 map50 map5095 map75 map95 hinge bce kld".split()
)
_VAGUE = frozenset("error err errors return map precision prec ap objective".split())
_QUALIFIERS = frozenset(
    "train training val valid valida validation test testing eval evaluation dev holdout average avg mean total final "
    "best running macro micro weighted batch generator discriminator gen disc d g class balanced binary categorical "
    "sparse top cross entropy squared absolute percentage root log word character token roc pr dice pixel box mask "
    "explained variance rate epoch step ewa smoothed oob model student teacher in sample out of intermediate overall "
    "median max min".split()
)
"""Words that belong to the name of a measure that they stand in front of."""
_COUNTS = frozenset(
    "time times eta elapsed runtime duration dur sec secs second seconds ms minutes hours mem memory ram gpu gpus cpu "
    "cpus flos flops samples sample examples example images image instances instance count counts num number nnzs size "
    "sizes len length version id pid tid port rank world host hosts node nodes workers threads file files line lines "
    "col row rows bytes kb mb gb data params parameters epoch epochs step steps iter iters iteration iterations batches "
    "index idx shape seed fold folds trial total_flos throughput speed fps remaining progress percent timestamp ts date "
    "year month day status code exit pos offset tokens words day level priority depth leaves splits".split()
)
_OF_MEASURES = frozenset(
    "weight weights coef coefficient coeff scale scaler smooth smoothing fn func function name type dir path ratio thres "
    "thresh threshold thr patience delta margin target goal interval freq frequency every limit window decay reduction "
    "cutoff penalty tol tolerance mode".split()
)
"""What is set for a measure: `loss_weight`, `accuracy-target`."""
_SETTINGS = _OF_MEASURES | frozenset(
    "momentum dropout beta betas beta1 beta2 alpha gamma eps epsilon warmup layers layer hidden dim dims heads estimators "
    "features classes class jobs verbose lambda padding stride kernel bias true false default batch device lo hi low "
    "high regularization reg c p k n nproc bins".split()
)
_LONGEST = 80
_PARTS = re.compile(r"[A-Za-z]+\d*|\d+")
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
    measures, vague = _MEASURES.intersection(words), _VAGUE.intersection(words)
    if "mAP" in name:
        measures = measures | {"map"}
    if _COUNTS.intersection(words) and not (measures and words[-1] in measures):
        return Kind.COUNT if not measures or words[-1] in _COUNTS - {"epoch", "step"} else Kind.MEASURE
    if measures:
        beside = [word for word in words if word not in measures and word not in _QUALIFIERS]
        return Kind.SETTING if _OF_MEASURES.intersection(beside) else Kind.MEASURE
    if vague:
        beside = [word for word in words if word not in vague]
        if _OF_MEASURES.intersection(beside):
            return Kind.SETTING
        return Kind.MEASURE if _QUALIFIERS.intersection(beside) else Kind.VAGUE
    if _QUALIFIERS.issuperset(words):
        return Kind.COUNT
    return Kind.SETTING if _SETTINGS.intersection(words) else Kind.OTHER


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
