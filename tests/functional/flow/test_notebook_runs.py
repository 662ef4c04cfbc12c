"""``skylift run`` with a notebook for an entry point, from the command line to the artifacts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from tests.notebooks import notebook

CELLS = (
    ("epochs = 1\nmodel_dir = 'model'", ["parameters"]),
    "for epoch in range(epochs):\n    print(f'epoch={epoch} loss={1 / (epoch + 1)}')",
    "open(model_dir + '/m', 'w').close()",
)


def skylift(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "skylift", *arguments]
    return subprocess.run(
        command, cwd=folder, env=dict(os.environ), capture_output=True, text=True, check=False
    )


@pytest.fixture
def project(weird_tmp_path: Path) -> Path:
    folder = weird_tmp_path / "project"
    folder.mkdir()
    (folder / "train.ipynb").write_text(notebook(*CELLS))
    return folder


def test_a_notebook_runs_like_a_script(project: Path, notebook_python: str) -> None:
    assert skylift(project, "init", "--yes").returncode == 0
    done = skylift(project, "run", "epochs=3", "--python", notebook_python)
    assert done.returncode == 0, done.stderr
    shown = json.loads(skylift(project, "show", "@last", "--json").stdout)
    assert shown["Skylift"]["arguments"] == {"epochs": 3}
    assert shown["Skylift"]["metrics"]["last"] == {"loss": pytest.approx(1 / 3)}
    (run,) = (project / ".skylift" / "runs").glob("project-*")
    with tarfile.open(run / "artifacts" / "output.tar.gz") as archive:
        assert archive.getnames() == ["train.ipynb"]


def test_an_environment_without_nbconvert_is_told_before_anything_starts(project: Path) -> None:
    skylift(project, "init", "--yes")
    done = skylift(project, "run", "--python", sys.executable)
    assert done.returncode == 3
    assert "can not execute notebooks: it has no `nbclient`" in done.stderr
    assert "nbconvert" in done.stderr.split("hint:", 1)[1]
    assert not (project / ".skylift" / "runs").exists()


def test_what_a_notebook_has_no_place_for_is_refused(project: Path) -> None:
    skylift(project, "init", "--yes")
    for arguments, words in (
        (("--", "--x"), "no arguments after `--`"),
        (("epoch=1",), "did you mean `epochs`?"),
    ):
        done = skylift(project, "run", "--python", sys.executable, *arguments)
        assert done.returncode == 2
        assert words in done.stderr
