"""How long it takes to understand a project: ``skylift init`` on a large repository."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Row, median, table, timed

_FILES = 5000
_TRAIN = """
import argparse
from pkg.part_0.mod_0 import build
from pkg.part_1.mod_1 import load

def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", default="data/train")
    parser.add_argument("--lr", type=float, default=0.1)
    args = parser.parse_args()
    build(load(args.data_dir), args.lr)

if __name__ == "__main__":
    main()
"""
_MODULE = '''
"""Module {n}."""
import argparse
import numpy as np

class Model{n}:
    def __init__(self, size={n}):
        self.layers = [np.zeros((size, size)) for _ in range(3)]

    def fit(self, data, rate=0.1):
        for step in range(100):
            loss = sum(float(layer.sum()) for layer in self.layers) * rate
            print("step", step, "loss", loss)
        return self

def build(data, rate):
    return Model{n}().fit(data, rate)

def load(path):
    with open(path) as stream:
        return stream.read()

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default={n})
    print(parser.parse_args())
'''


def report(runs: int) -> str:
    """``skylift init --dry-run`` beside what Python needs to parse every file, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _repository(root)
        ours = [str(Path(sys.executable).with_name("skylift")), "init", "--dry-run", "--yes", "-C", folder]
        parse = "import ast, pathlib, sys\nfor path in pathlib.Path(sys.argv[1]).rglob('*.py'): ast.parse(path.read_bytes())"
        commands = {"ours": ours, "parse": [sys.executable, "-c", parse, folder]}
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(runs):
            for name, command in commands.items():
                seconds[name].append(timed(command, env=os.environ))
    row = Row(
        f"{_FILES} files, beside ast.parse of each", "s", median(seconds["ours"]), median(seconds["parse"])
    )
    return table("reading", "skylift init --dry-run", "the other", [row])


def _repository(root: Path) -> None:
    (root / "pkg").mkdir()
    (root / "pkg/__init__.py").touch()
    (root / "data/train").mkdir(parents=True)
    (root / "data/train/a.csv").write_text("1\n")
    (root / "pyproject.toml").write_text(
        '[project]\nname = "large"\nversion = "1"\ndependencies = ["numpy"]\n'
    )
    (root / "train.py").write_text(_TRAIN)
    for n in range(_FILES - 5):
        part = root / "pkg" / f"part_{n % 50}"
        part.mkdir(exist_ok=True)
        (part / "__init__.py").touch()
        (part / f"mod_{n}.py").write_text(_MODULE.format(n=n))
