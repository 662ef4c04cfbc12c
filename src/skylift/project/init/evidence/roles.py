"""What a name says that a program is for."""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Literal

Role = Literal["train", "main", "evaluate", "prepare", "other", ""]
"""``main`` could be anything, mostly training; ``other`` is no job; empty says nothing."""


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORDS: dict[Role, frozenset[str]] = {
    "train": words("train training trainer fit finetune finetuning pretrain pretraining learn sft dpo lora"),
    "evaluate": words("evaluate eval evaluation evaluator test testing validate validation val"),
    "prepare": words("prepare preparation preprocess preprocessing preprocessor prep featurize featurization feature features "
        "tokenize tokenizer process split etl ingest ingestion augment dataset datasets"),
    "other": words("serve server serving inference infer predict prediction predictor app api deploy deployment export convert "
        "plot visualize visualise visualization demo sample generate generator download bench benchmark profile "
        "submit launch launcher sweep tune tuning hyperopt hpo optuna upload utils util new setup show report webapp "
        "gradio streamlit dashboard docs version conf logger config helper helpers lint format release cleanup explain "
        "monitor publish register"),
}  # fmt: skip
_MAIN = frozenset(
    {"main", "__main__", "run", "start", "cli", "experiment", "pipeline", "job", "entrypoint", "entry_point"}
)
_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_NOT_ALONE = frozenset({"sagemaker", "submit", "aws", "vertex", "azure", "azureml"})
_EXACT: dict[Role, frozenset[str]] = {
    "evaluate": words("evaluate eval evaluation test validate"),
    "prepare": words("prepare preprocess preprocessing featurize featurization prep prepare_data preprocess_data"),
}  # fmt: skip


def role_of(path: str) -> Role:
    """By the file's name, and where that says nothing by its folder's.

    >>> [role_of(p) for p in ("a/fine_tune.py", "prepare_training_data.py", "evaluation/run.py", "run_sagemaker.py")]
    ['train', 'prepare', 'evaluate', 'other']
    """
    pure = PurePosixPath(path)
    found = role_of_name(pure.stem)
    if found in ("main", "") and len(pure.parts) > 1:
        around = role_of_name(pure.parts[-2])
        if around in ("train", "evaluate", "prepare") and found == "main":
            return around
    return found


@lru_cache(maxsize=1 << 14)
def role_of_name(name: str) -> Role:
    """What the first word of a name decides that decides anything."""
    parts = [word.lower() for word in _PARTS.findall(name)]
    pairs = {first + second for first, second in itertools.pairwise(parts)}
    if pairs & {"finetune", "finetuning", "pretrain", "pretraining"}:
        return "train"
    for word in parts:
        for role, known in _WORDS.items():
            if word in known:
                return role
    if set(parts) & _NOT_ALONE:
        return "other"
    return "main" if name.lower() in _MAIN or set(parts) & {"main", "run"} else ""


def says_exactly(stem: str, role: Role) -> bool:
    """Whether a name is that of such a job and nothing more: ``evaluate``, not ``evaluate_baselines``."""
    return stem.lower().replace("-", "_") in _EXACT.get(role, ())
