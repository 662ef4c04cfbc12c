"""Paths that a script has hard-coded, where they lead out of the copy that it runs in."""

from __future__ import annotations

import pytest
from tests.functional.runtime.stage import Stage

RESUME = """
import os, pickle
place = "checkpoints/last.pkl"
done = pickle.load(open(place, "rb")) if os.path.exists(place) else 0
os.makedirs("checkpoints", exist_ok=True)
pickle.dump(done + 1, open(place, "wb"))
open("checkpoints/notes.txt", "w").write("x")
print("before", done)
"""


def test_a_folder_beside_the_project_is_beside_the_copy(any_stage: Stage) -> None:
    any_stage.channel("train", {"x.csv": "from the channel"})
    any_stage.script("print(open('../data/raw/x.csv').read()); print(open('../input/y.csv').read())")
    any_stage.job["paths"] = {"../data/raw": "{channel:train}", "../input/y.csv": "{channel:train}/x.csv"}
    result = any_stage.run()
    assert (result.code, result.out) == (0, "from the channel\n" * 2), result.err


def test_a_second_start_finds_it_where_the_first_one_left_it(stage: Stage) -> None:
    stage.channel("train", {"x.csv": "1"})
    stage.script("import os, sys; sys.exit(0 if os.listdir('../data') == ['x.csv'] else 5)")
    stage.job["paths"] = {"../data": "{channel:train}"}
    assert [stage.run().code for _ in range(2)] == [0, 0]


@pytest.mark.parametrize(
    "path",
    [
        "..",
        "../",
        "../.",
        "../code",
        "../input/data/x",
        "../input",
        "../input/config",
        "../checkpoints",
        "../output/x",
        "../../x",
    ],
)
def test_what_is_not_the_projects_own_is_never_laid(stage: Stage, path: str) -> None:
    stage.script("")
    stage.channel("train", {"x.csv": "1"})
    stage.job["paths"] = {path: "{channel:train}"}
    result = stage.run()
    assert result.code == 2
    assert "which is not a path inside the project" in result.failure


def test_what_lies_beside_the_copy_does_not_give_way(stage: Stage) -> None:
    stage.script("")
    stage.channel("train", {})
    (stage.ml / "data").mkdir()
    (stage.ml / "data" / "mine").write_text("")
    stage.job["paths"] = {"../data": "{channel:train}"}
    result = stage.run()
    assert result.code == 2
    assert "is there already" in result.failure
    assert (stage.ml / "data" / "mine").exists()


def test_the_best_checkpoint_can_be_the_model(any_stage: Stage) -> None:
    any_stage.script(RESUME)
    any_stage.job["paths"] = {"checkpoints": "{checkpoints}"}
    any_stage.job["collect"] = {"model": ["checkpoints/last.pkl"]}
    assert any_stage.run().out == "before 0\n"
    # As after an interruption: the checkpoints are all that is kept.
    assert any_stage.run().out == "before 1\n"
    names = {
        path.relative_to(any_stage.ml).as_posix() for path in any_stage.ml.rglob("*.*") if path.is_file()
    }
    assert {"model/checkpoints/last.pkl", "checkpoints/last.pkl", "checkpoints/notes.txt"} <= names
    assert not any(name.startswith(("model/", "output/data")) and "notes" in name for name in names)


def test_what_is_the_model_is_not_kept_twice(stage: Stage) -> None:
    stage.script("import os; os.mkdir('out'); open('out/m.pt', 'w').close(); open('out/log', 'w').close()")
    stage.job["collect"] = {"output": ["out/**"], "model": ["out/*.pt"]}
    assert stage.run().code == 0
    kept = sorted(
        path.relative_to(stage.ml).as_posix() for path in stage.ml.rglob("out/*") if "code" not in path.parts
    )
    assert kept == ["model/out/m.pt", "output/data/out/log"]
