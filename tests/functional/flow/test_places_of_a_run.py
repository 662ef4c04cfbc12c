"""Programs that know nothing of the contract, from ``init`` to ``pull``, with no change."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

from tests.conformance.places import Place

# The interpreter of the tests has all that these programs need.
LOCAL = Place("local", {"VIRTUAL_ENV": sys.prefix})

FIXED = """
    import os, pickle, shutil
    DATA, OUT, LAST = "../data", "out", "checkpoints/last.pkl"
    if os.path.exists(OUT):
        shutil.rmtree(OUT)
    os.mkdir(OUT)
    os.makedirs(os.path.dirname(LAST), exist_ok=True)
    rows = sum(len(open(os.path.join(DATA, name)).readlines()) for name in os.listdir(DATA))
    done = pickle.load(open(LAST, "rb")) if os.path.exists(LAST) else 0
    with open(LAST, "wb") as file:
        pickle.dump(done + 1, file)
    with open("local/clean.txt") as file:
        rows += len(file.readlines())
    with open("local/predictions.csv", "w") as file:
        file.write("1")
    with open("reports/scores.txt", "w") as file:
        file.write(str(rows))
    with open(f"{OUT}/net.pkl", "wb") as file:
        pickle.dump(rows, file)
"""
OPTIONS = """
    import argparse, json, pickle
    from pathlib import Path
    def load(folder):
        return [path.read_text() for path in sorted(Path(folder).glob("*.txt"))]
    def save(model, to):
        with open(to, "wb") as file:
            pickle.dump(model, file)
    parser = argparse.ArgumentParser()
    parser.add_argument("--src", default="rows")
    parser.add_argument("--one", default="rows/a.txt")
    parser.add_argument("--to", default="net.pkl")
    parser.add_argument("--scores", default="scores.json")
    args = parser.parse_args()
    with open(args.scores, "w") as file:
        json.dump({"rows": len(load(args.src)), "one": Path(args.one).read_text()}, file)
    save(load(args.src), args.to)
"""


def trained(project: Path, files: dict[str, str]) -> tuple[set[str], set[str]]:
    """What the job left as its model, and as its output."""
    for path, text in files.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(textwrap.dedent(text))
    LOCAL.skylift(project, "init", "--yes")
    LOCAL.skylift(project, "run", "--set", "targets.local.output-compression=NONE")
    return left(project, "model"), left(project, "data")


def left(project: Path, kind: str) -> set[str]:
    return {
        path.relative_to(top).as_posix()
        for top in project.glob(f".skylift/runs/*/artifacts/{kind}")
        for path in top.rglob("*")
        if path.is_file()
    }


def test_hard_coded_paths_of_every_kind(weird_tmp_path: Path) -> None:
    project = weird_tmp_path / "project"
    model, output = trained(
        project,
        {
            "train.py": FIXED,
            "../data/a.txt": "1\n2\n",
            "local/clean.txt": "3\n",
            "reports/.gitkeep": "",
            "pyproject.toml": "",
        },
    )
    assert model == {"out/net.pkl", "checkpoints/last.pkl"}
    assert output == {"local/predictions.csv", "reports/scores.txt"}
    assert not (project / "out").exists()


def test_options_of_every_kind(weird_tmp_path: Path) -> None:
    files = {"train.py": OPTIONS, "rows/a.txt": "1", "rows/b.txt": "2", "pyproject.toml": ""}
    model, output = trained(weird_tmp_path / "project", files)
    assert (model, output) == ({"net.pkl"}, {"scores.json"})
