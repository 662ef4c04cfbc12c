"""The judge itself: each key of ``expect.json`` finds what is wrong, and nothing in what is right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.functional.shapes.judge import differences

from skylift.values.project import Detection, Understood

SCRIPT = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.parse_args()
"""
CONFIG: dict[str, Any] = {
    "entry-point": "train.py",
    "python": "3.11",
    "dependencies": ["PyYAML>=6", "torch"],
    "channels": {"rows": "data/rows", "other": {"local": "data/other", "cloud": "s3://acme/other/"}},
    "arguments": {"data-dir": "{channel:rows}/a.csv", "out": "{model}"},
    "paths": {"data/other": "{channel:other}", "runs": "{output}"},
    "collect": {"model": ["*.pkl"], "output": ["logs/**"]},
    "metrics": {"loss": "loss: (.*)"},
    "jobs": {"evaluate": {"command": ["python", "evaluate.py"], "arguments": {"k": "{output}"}}},
    "targets": {"cloud": {"backend": "sagemaker", "instance-type": "ml.m5.large"}},
}
RIGHT: dict[str, Any] = {
    "entry-point": ["-m train", "train.py"],
    "starts": "train.py",
    "command": None,
    "parameters": {"lr": {"type": ["number", "float"], "default": 0.1}},
    "complete": True,
    "commands": [],
    "channels": ["data/other", "data/rows"],
    "arguments": {"data_dir": "channel:data/rows/a.csv", "out": ["{model}", "{output}"], "seed": None},
    "reads": ["data/other/b.csv"],
    "kept": {"runs/1/x": "output", "model.pkl": ["model", "checkpoints"], "logs/a/b.txt": "output"},
    "metrics": {"loss": "loss: (.*)"},
    "others": {"evaluate.py": {"arguments": {"k": "{output}"}}},
    "dependencies": ["pyyaml"],
    "dependencies-too": ["torch", "numpy"],
    "requirements": None,
    "python": ["3.10", "3.11"],
    "targets": {"cloud": {"instance-type": "ml.m5.large"}},
    "said": ["entry point.*its name"],
    "unsure": ["python"],
    "never": ["/opt/ml"],
    "unsaid": ["secret"],
}
WRONG: tuple[dict[str, Any], ...] = (
    {"entry-point": "main.py"},
    {"entry-point": None},
    {"starts": "main.py"},
    {"command": ["torchrun"]},
    {"entry-point": "train.py", "parameters": {}},
    {"entry-point": "train.py", "parameters": {"lr": {}, "epochs": {}}},
    {"entry-point": "train.py", "parameters": {"lr": {"default": 0.2}}},
    {"entry-point": "train.py", "parameters": {"lr": {"default": None}}},
    {"entry-point": "train.py", "parameters": {"lr": {"type": ["int", "str"]}}},
    {"entry-point": "train.py", "complete": False},
    {"entry-point": "train.py", "commands": ["fit"]},
    {"channels": ["data/rows"]},
    {"channels": {"training": "data/rows", "other": "data/other"}},
    {"arguments": {"out": None}},
    {"arguments": {"data-dir": "channel:data/other/a.csv"}},
    {"reads": ["data/rows/a.csv"]},
    {"reads": {"data/other/b.csv": "elsewhere/b.csv"}},
    {"kept": {"net.bin": "model"}},
    {"kept": {"model.pkl": "output"}},
    {"metrics": {}},
    {"hyperparameters": {"lr": 1}},
    {"others": {}},
    {"others": {"test.py": {}}},
    {"others": {"evaluate.py": {"arguments": {"k": "{model}"}}}},
    {"dependencies": ["pyyaml"]},
    {"dependencies": ["pyyaml", "torch", "numpy"]},
    {"requirements": ["requirements.txt"]},
    {"python": "3.10"},
    {"targets": {"cloud": {"instance-count": 2}}},
    {"said": ["network"]},
    {"unsure": ["entry point"]},
    {"never": ["s3://"]},
    {"unsaid": ["its name"]},
    {"candidates": ["main.py"]},
)


def test_nothing_is_found_in_what_is_right(tmp_path: Path) -> None:
    assert _differences(RIGHT, tmp_path) == []


@pytest.mark.parametrize("expected", WRONG, ids=str)
def test_each_key_finds_what_is_wrong(expected: Mapping[str, Any], tmp_path: Path) -> None:
    assert len(_differences(expected, tmp_path)) == 1


def _differences(expected: Mapping[str, Any], root: Path) -> list[str]:
    (root / "train.py").write_text(SCRIPT)
    rows = (
        Understood("entry point", "train.py", "its name is train.py"),
        Understood("python", "3.11", "nothing says which", sure=False),
    )
    return differences(expected, Detection(CONFIG, rows), root)
