"""Models in formats that hold anything: that a JSON file is a model only its name says."""

from __future__ import annotations

import posixpath
import re

from skylift.project.init.evidence.roles import words

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_MODEL = words(
    "model models weight weights net network checkpoint checkpoints ckpt ckpts classifier regressor estimator "
    "booster coefficients coefs"
)
_ABOUT_IT = words(
    "metric metrics score scores result results report log logs history summary config configs settings args "
    "arguments info metadata meta card eval evaluation accuracy loss losses predictions params hyperparameters "
    "stats names list comparison importance importances test data"
)
"""What is written about a model."""
_PARAMS = words("params parameters")
_BY_STEM = (".json", ".yaml", ".yml", ".txt", ".npy", ".npz")
_BY_FOLDER = (".json", ".npy", ".npz")
_ARRAYS = (".npy", ".npz")
_PERHAPS = words(
    "state states params parameters coef coeffs theta policy agent qtable centroids clusters tree trees forest fitted "
    "trained learner ranker regression last best final"
)
_NO_MODEL = words(
    "features feature embeddings predictions preds outputs labels train valid val split splits dataset cache cached "
    "processed preprocessed raw samples curve curves time times history"
)


def names_model(path: str) -> bool:
    """Whether a file of no telling kind is a model by its name, or by that of its folder.

    >>> [names_model(path) for path in ("out/model.json", "models/last.json", "net_scores.json", "rows.json")]
    [True, True, False, False]
    """
    folder, name = posixpath.split(path.removesuffix(".gz"))
    stem, suffix = posixpath.splitext(name)
    named = _words(stem)
    if suffix.lower() in _ARRAYS:
        # Settings are no arrays: those are what was learned.
        named -= _PARAMS
    if suffix.lower() not in _BY_STEM or named & _ABOUT_IT:
        return False
    return bool(named & _MODEL) or (suffix.lower() in _BY_FOLDER and bool(_words(folder) & _MODEL))


def may_be_model(path: str) -> bool:
    """Whether a file could be a model, were nothing else one.

    >>> [may_be_model(path) for path in ("out/last.npz", "x.npz", "theta.json", "rows.json", "train_features.npz")]
    [True, True, True, False, False]
    """
    stem, suffix = posixpath.splitext(posixpath.basename(path.removesuffix(".gz")))
    named = _words(stem)
    if suffix.lower() not in _BY_STEM or (named - _PARAMS) & (_ABOUT_IT | _NO_MODEL):
        return False
    return suffix.lower() == ".npz" or bool(named & _PERHAPS)


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}
