"""Modules that start nothing: a function as the entry point, or what is missing for one."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder

from skylift.project.init.detect import detect

_BODY = "    rows = open(data).read()\n    model.fit(rows)\n"


@pytest.mark.parametrize(
    ("path", "code", "entry"),
    [
        ("train.py", f"def train(data, lr=0.1):\n{_BODY}", "train:train"),
        ("src/pkg/train.py", "def main(lr=0.1):\n    model.fit(lr)\n", "pkg.train:main"),
        (
            "fit.py",
            "def helper(x): pass\ndef fit_model(epochs: int, *, seed):\n    model.fit(seed)\n",
            "fit:fit_model",
        ),
        ("train.py", "def train(data_dir, n_trees, cfg=None):\n    model.fit(1)\n", "train:train"),
    ],
)
def test_a_function_whose_arguments_can_be_typed_is_a_guess(
    project: Folder, path: str, code: str, entry: str
) -> None:
    project.write(path, code)
    found = detect(project.root)
    assert found.config["entry-point"] == entry
    row = next(row for row in found.understood if row.topic == "entry point")
    assert not row.sure
    assert "nothing in it starts anything; a job can call its " in row.why


@pytest.mark.parametrize(
    ("code", "wants"),
    [
        ("def train(model, loader, lr=0.1):\n    model.fit(loader)\n", "model and loader"),
        ("def train(data, lr=0.1):\n    for row in data:\n        model.fit(row)\n", "data"),
        ("def train(x: Model, seed: int):\n    x.fit(seed)\n", "x"),
        ("def train(seed, /):\n    model.fit(seed)\n", "seed"),
    ],
)
def test_a_function_that_wants_objects_is_told_with_the_way_out(
    project: Folder, code: str, wants: str
) -> None:
    project.write("train.py", code)
    found = detect(project.root)
    assert "entry-point" not in found.config
    (line,) = (line for line in found.left_to_you if line.startswith("train.py has train("))
    assert f"; what {wants} can be, no command line says" in line
    assert 'below `if __name__ == "__main__":`' in line


def test_a_program_goes_before_a_function(project: Folder) -> None:
    project.write("train.py", f"def train(data):\n{_BODY}")
    project.write("go.py", "from train import train\nif __name__ == '__main__':\n    train('data.csv')\n")
    assert detect(project.root).config["entry-point"] == "go.py"


def test_what_a_function_must_be_given_has_no_default_of_run_time(project: Folder) -> None:
    project.write("train.py", f"def train(data):\n{_BODY}")
    found = detect(project.root)
    assert any(
        line.startswith("--data must be given, and train.py:2 open reads it") for line in found.left_to_you
    )


@pytest.mark.parametrize("code", ["def train(:\n", "train = 3\n", "async def train(): model.fit(1)\n", "\0"])
def test_what_has_no_such_function_has_no_entry_point(project: Folder, code: str) -> None:
    project.write("train.py", code)
    assert "entry-point" not in detect(project.root).config
