"""Stages of a pipeline that give their programs paths by place: the words are theirs, and nobody gives them again."""

from __future__ import annotations

from typing import Any

from tests.functional.project.folder import Folder

from skylift.project.init.detect import detect
from skylift.project.parameters.schema import read_schema
from skylift.values.settings import JobSettings

PIPELINE = """
stages:
  split:
    cmd: python steps/split.py raw/all.csv
    deps: [raw/all.csv]
    outs: [raw/parts]
  train:
    cmd: python steps/train.py raw/parts forest.pkl
    deps: [raw/parts]
    outs: [forest.pkl]
  evaluate:
    cmd: python steps/evaluate.py forest.pkl raw/parts
    deps: [forest.pkl, raw/parts]
    outs: [scores]
"""
SPLIT = """
import os, sys, pickle
def main():
    if len(sys.argv) != 2:
        sys.exit("one file, please")
    source = sys.argv[1]
    os.makedirs(os.path.join("raw", "parts"), exist_ok=True)
    rows = open(source).read().split()
    with open(os.path.join("raw", "parts", "rows.pkl"), "wb") as fd:
        pickle.dump(rows, fd)
if __name__ == "__main__":
    main()
"""
TRAIN = """
import os, pickle, sys
def main():
    if len(sys.argv) < 3:
        sys.exit("two, please")
    parts = sys.argv[1]
    target = sys.argv[2]
    depth = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    with open(os.path.join(parts, "rows.pkl"), "rb") as fd:
        rows = pickle.load(fd)
    forest.fit(rows)
    with open(target, "wb") as fd:
        pickle.dump(forest, fd)
if __name__ == "__main__":
    main()
"""
EVALUATE = """
import os, pickle, sys
def main():
    with open(sys.argv[1], "rb") as fd:
        forest = pickle.load(fd)
    rows = pickle.load(open(os.path.join(sys.argv[2], "rows.pkl"), "rb"))
if __name__ == "__main__":
    main()
"""


def _config(project: Folder, **files: str) -> dict[str, Any]:
    steps = {"split": SPLIT, "train": TRAIN, "evaluate": EVALUATE}
    project.write_all({"dvc.yaml": PIPELINE, **{f"steps/{name}.py": text for name, text in steps.items()}})
    project.write_all(files)
    project.commit()
    return dict(detect(project.root).config)


def test_words_of_a_command_are_bound_to_nothing(project: Folder) -> None:
    config = _config(project)
    assert config["command"] == ["python", "steps/train.py", "raw/parts", "forest.pkl"]
    assert "arguments" not in config
    assert not any("arguments" in job for job in config["jobs"].values())


def test_a_word_that_is_there_is_an_input(project: Folder) -> None:
    config = _config(project, **{"raw/all.csv": "1", "raw/parts/rows.pkl": "x", ".gitignore": "/raw\n"})
    assert config["channels"] == {"parts": "raw/parts"}
    assert config["paths"] == {"raw/parts": "{channel:parts}"}
    assert config["jobs"]["split"]["channels"] == {"raw": "raw"}
    assert config["jobs"]["split"]["paths"] == {"raw/all.csv": "{channel:raw}/all.csv"}


def test_results_are_of_the_kind_that_the_pipeline_says(project: Folder) -> None:
    # `pickle.dump` alone would make rows.pkl the model.
    config = _config(project)
    assert config["collect"] == {"model": ["forest.pkl"]}
    assert config["jobs"]["split"]["collect"] == {"output": ["raw/parts/**"]}


def test_what_the_pipeline_does_not_declare_is_collected_beside_it(project: Folder) -> None:
    logs = TRAIN.replace("    forest.fit(rows)", "    forest.fit(rows)\n    plt.savefig('curve.png')")
    config = _config(project, **{"steps/train.py": logs})
    assert config["collect"] == {"model": ["forest.pkl"], "output": ["curve.png"]}


def test_only_what_the_command_does_not_say_can_be_given(project: Folder) -> None:
    project.write("steps/train.py", TRAIN)
    job = JobSettings("train", command=("python", "steps/train.py", "raw/parts", "forest.pkl"))
    assert [one.key for one in read_schema(project.root, job).parameters] == ["depth"]
    bare = JobSettings("train", command=("python", "steps/train.py"))
    assert [one.key for one in read_schema(project.root, bare).parameters] == ["parts", "target", "depth"]


def test_a_model_that_git_ignores_beside_the_code_ships_for_the_stage_that_reads_it(project: Folder) -> None:
    config = _config(project, **{"forest.pkl": "x", ".gitignore": "/forest.pkl\n", "raw/parts/rows.pkl": "x"})
    assert config["ship"] == {"include": ["/forest.pkl"]}
    assert config["jobs"]["evaluate"]["channels"] == {"parts": "raw/parts"}


def test_of_several_jobs_each_has_what_it_reads(project: Folder) -> None:
    split = SPLIT.replace("    os.makedirs", "    open('words.npy', 'rb')\n    os.makedirs")
    files = {
        "words.npy": "x",
        "forest.pkl": "x",
        ".gitignore": "*.npy\n/forest.pkl\n",
        "steps/split.py": split,
    }
    assert _config(project, **files)["ship"] == {"include": ["/words.npy", "/forest.pkl"]}


def test_text_that_git_ignores_does_not_ship_unasked(project: Folder) -> None:
    train = TRAIN.replace("    forest.fit(rows)", "    forest.fit(rows, open('keys.json'))")
    files = {"keys.json": "{}", ".gitignore": "/keys.json\n", "steps/train.py": train}
    project.write_all({"dvc.yaml": PIPELINE, **files})
    project.commit()
    found = detect(project.root)
    assert "ship" not in found.config
    assert any('[ship] include = ["keys.json"]' in line for line in found.left_to_you)
