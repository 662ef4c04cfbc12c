"""Shell scripts as entry points, folders that are not there, and the shell that somebody opens."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.functional.runtime.stage import Stage


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("#!/bin/bash -u", "bash"),
        ("#!/usr/bin/env bash", "bash"),
        ("#! /bin/sh", "other"),
        ("set -e", "other"),
    ],
)
def test_a_script_is_run_by_what_its_first_line_names(stage: Stage, first: str, said: str) -> None:
    """Whether or not it is executable. Here ``/bin/sh`` is bash on some machines: it then calls itself POSIX."""
    ask = 'case "${BASH_VERSION:+$SHELLOPTS}" in ""|*posix*) echo other;; *) echo bash;; esac'
    stage.ship("run {1}.sh", f'{first}\n{ask}\necho "$@"\n')
    stage.job = {"entry_point": "run {1}.sh"}
    stage.hyperparameters = {"epochs": "3"}
    done = stage.run()
    assert done.out == f"{said}\n--epochs 3\n", done.err


def test_a_script_that_did_not_ship_is_told(stage: Stage) -> None:
    stage.job = {"entry_point": "run.sh"}
    done = stage.run()
    assert done.code == 2
    assert done.failure == "the entry point run.sh is not among the files that ship"


def test_the_folders_of_the_platform_are_made_where_there_are_none(stage: Stage) -> None:
    stage.script("import os; open(os.environ['SM_MODEL_DIR'] + '/m', 'w').write('w')")
    stage.write()
    for name in ("model", "output", "checkpoints"):
        shutil.rmtree(stage.ml / name, ignore_errors=True)
    subprocess.run(stage.command(), env=stage.environ(), check=True)
    assert (stage.model / "m").read_text() == "w"


def test_start_up_files_of_a_shell_do_not_change_which_python_it_is(stage: Stage, tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash")
    home = tmp_path / "home"
    home.mkdir()
    (home / ".bashrc").write_text('PATH="/somewhere/shims:$PATH"; ours() { echo "from bashrc"; }\n')
    stage.script("")
    stage.write()
    *start, _ = stage.command()
    done = subprocess.run(
        [*start, "shell"],
        input="ours; command -v python || echo none; echo $PATH\n",
        env={**stage.environ(), "HOME": str(home), "SHELL": bash},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "from bashrc" in done.stdout
    first = done.stdout.splitlines()[-1].split(":")[0]
    assert first == str(Path(stage.python).parent) or "/somewhere/shims" not in done.stdout.splitlines()[-1]
