"""The model, the baseline it has to beat, and checkpoints."""

import os
import pickle
from collections import defaultdict
from pathlib import Path

import numpy as np
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.neural_network import MLPClassifier


def make_model(hidden, lr, batch_size, seed):
    return MLPClassifier(
        hidden_layer_sizes=(hidden,),
        learning_rate_init=lr,
        batch_size=batch_size,
        alpha=1e-3,
        random_state=seed,
    )


class Baseline:
    """How often the carrier was late at that hour; what everybody knows without a model."""

    def fit(self, flights, late):
        self.rate = float(np.mean(late))
        seen = defaultdict(list)
        for flight, is_late in zip(flights, late):
            seen[flight["carrier"], flight["hour"]].append(is_late)
        # Ten flights of the average kind keep rare combinations from jumping to conclusions.
        self.rates = {key: (sum(v) + 10 * self.rate) / (len(v) + 10) for key, v in seen.items()}
        return self

    def predict(self, flights):
        return np.array([self.rates.get((f["carrier"], f["hour"]), self.rate) for f in flights])


def score(late, probability):
    return {
        "loss": float(log_loss(late, probability, labels=[0, 1])),
        "auc": float(roc_auc_score(late, probability)),
    }


def save_checkpoint(folder, epoch, state):
    """Written beside and moved into place: whoever stops us finds a whole file or the one before."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / "checkpoint.tmp"
    with open(fresh, "wb") as file:
        pickle.dump(dict(state, epoch=epoch), file)
    os.replace(fresh, folder / f"epoch-{epoch:04d}.pkl")


def load_checkpoint(folder, settings):
    """The latest checkpoint that was made with the same settings, or None."""
    for path in sorted(Path(folder).glob("epoch-*.pkl"), reverse=True):
        with open(path, "rb") as file:
            state = pickle.load(file)
        if state["settings"] == settings:
            return state
    return None
