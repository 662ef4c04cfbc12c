"""Which way a metric improves, by the words in its name. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_SMALLER_WORDS = """
    loss losses error errors err mse mae rmse rmsle msle mape smape wape mase medae mphe nll nloglik ce bce xent
    crossentropy logloss mlogloss multilogloss perplexity ppl bpc bpb wer cer ter eer fid kid lpips fpr fnr far
    frr inertia deviance hinge hingeloss brier crps pinball regret cost penalty distance hausdorff chamfer
    divergence kld rmspe rse mistakes misclassified
"""
_SMALLER = frozenset(_SMALLER_WORDS.split())
_LARGER_WORDS = """
    accuracy acc auc auroc roc aucpr auprc prauc map ap f1 f2 fbeta fscore precision prec recall sensitivity
    specificity r2 rsquared ndcg dcg mrr hits iou miou giou ciou jaccard dice bleu sacrebleu chrf chrfpp rouge
    rougel rougelsum meteor cider bertscore em psnr ssim msssim reward rewards return returns elbo likelihood
    loglik loglikelihood mcc kappa gini pearson spearman kendall corr correlation silhouette purity nmi ari ami
    tpr tnr pck success completeness homogeneity top
"""
_LARGER = frozenset(_LARGER_WORDS.split())
_WEAK = frozenset({"score", "scores"})
"""What a score is of says more: a Brier score is an error."""
_PAIRS = {
    ("explained", "variance"): False,
    ("exact", "match"): False,
    ("true", "positive"): False,
    ("true", "negative"): False,
    ("true", "positives"): False,
    ("true", "negatives"): False,
    ("win", "rate"): False,
    ("hit", "rate"): False,
    ("cross", "entropy"): True,
    ("davies", "bouldin"): True,
    ("false", "positive"): True,
    ("false", "negative"): True,
    ("false", "positives"): True,
    ("false", "negatives"): True,
}
_UNDONE_WORDS = """
    scale scaler weight weights coef coefficient threshold thresh lr type mode name function fn seed time seconds
    count std stddev interval window lambda gamma
"""
_UNDONE = frozenset(_UNDONE_WORDS.split())
"""Behind such a word, the weight of a loss, a number does not say how well anything went."""
_TURNED = frozenset({"neg", "negative", "minus", "negated"})
_OF_DATA = ("train", "training", "valid", "validation", "val", "test", "eval", "dev")
_HELD_OUT = (
    "validation",
    "valid",
    "val",
    "testing",
    "test",
    "evaluation",
    "eval",
    "dev",
    "holdout",
    "heldout",
    "oof",
)
_TRAINED_ON = ("training", "train", "tr")
_LAST_ONLY = {"l1": True, "l2": True}
"""LightGBM's names of two errors; elsewhere what comes after them is what counts."""
_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+")
_LONGEST = 256


@lru_cache(4096)
def is_held_out(name: str) -> bool:
    """Whether a metric is of what was not trained on, which says more.

    >>> [is_held_out(name) for name in ("validation:auc", "valid_0's l2", "accuracy/val", "bestValAcc", "testloss")]
    [True, True, True, True, True]
    >>> [is_held_out(name) for name in ("value_loss", "deviance", "train_loss")]
    [False, False, False]
    """
    return any(_is_of(word, _HELD_OUT) for word in _parts(name[-_LONGEST:]))


@lru_cache(4096)
def is_of_training(name: str) -> bool:
    """Whether a metric says of itself that it is of what was trained on."""
    return not is_held_out(name) and any(_is_of(word, _TRAINED_ON) for word in _parts(name[-_LONGEST:]))


@lru_cache(4096)
def is_of_the_best(name: str) -> bool:
    """Whether a name says that its values are records, told when there is one: not the measure itself."""
    return "best" in _parts(name[-_LONGEST:])


def smaller_is_better(name: str) -> bool | None:
    """Which way a metric improves, by its name; None when the name does not say.

    Word by word, and of several words the last counts, as it does in English.

    >>> smaller_is_better("validation:loss"), smaller_is_better("val_auc"), smaller_is_better("lr")
    (True, False, None)
    >>> smaller_is_better("error_free_accuracy"), smaller_is_better("lossless"), smaller_is_better("neg_log_loss")
    (False, None, False)
    """
    found: bool | None = None
    turned = False
    words = list(_words(name[-_LONGEST:]))
    for place, word in enumerate(words):
        pair = _PAIRS.get((words[place - 1], word)) if place else None
        said = _direction(word) if pair is None else pair
        if said is not None:
            found = said != (turned and pair is None)
        elif word in _WEAK and found is None:
            found = turned
        elif word in _UNDONE:
            found = None
        turned = turned or word in _TURNED
    if found is None and words and words[-1] in _LAST_ONLY:
        return _LAST_ONLY[words[-1]]
    return found


def _direction(word: str) -> bool | None:
    for text in (word, word.rstrip("0123456789")):
        if text in _SMALLER:
            return True
        if text in _LARGER:
            return False
    return None


def _words(name: str) -> Iterator[str]:
    """The words of a name, in small letters: what stands between signs, or is told apart by its capitals."""
    for found in _WORD.findall(name):
        whole = found.lower()
        if _is_known(whole):
            yield whole
            continue
        prefix = next((one for one in _OF_DATA if whole.startswith(one) and _is_known(whole[len(one) :])), "")
        if prefix:
            yield whole[len(prefix) :]
            continue
        yield from (part.lower() for part in _PART.findall(found) or [whole])


def _parts(name: str) -> list[str]:
    return [part.lower() for found in _WORD.findall(name) for part in _PART.findall(found) or [found]]


def _is_of(word: str, data: tuple[str, ...]) -> bool:
    """`val`, `val2`, and run together with a measure `valloss`; not `value`."""
    bare = word.rstrip("0123456789")
    return bare in data or any(word.startswith(one) and _is_known(word[len(one) :]) for one in data)


def _is_known(word: str) -> bool:
    return word in _WEAK or word in _LAST_ONLY or _direction(word) is not None
