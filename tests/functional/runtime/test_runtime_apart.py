"""The runtime and the user's code keep apart: neither finds the other's modules, signals or descriptors."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from tests.functional.runtime.stage import Stage


@pytest.mark.parametrize("form", [["-m", "skylift_runtime"], ["folder"], ["-S", "folder"]], ids=" ".join)
def test_other_ways_to_start_it_are_the_same_and_not_inherited(
    tmp_path: Path, runtime: Path, form: list[str]
) -> None:
    stage = Stage(tmp_path, runtime)
    stage.script("import sys; print(sys.path); print(sys.argv); print('site' in sys.modules)")
    stage.write()
    done = subprocess.run(
        [stage.python, *(str(runtime) if word == "folder" else word for word in form), "train"],
        env=stage.environ(PYTHONPATH=f"{runtime.parent}:/some/where"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert str(runtime.parent) not in done.stdout
    assert "/some/where" in done.stdout
    assert done.stdout.endswith("['train.py']\nTrue\n")


def test_a_module_that_shadows_the_standard_librarys_is_the_users_trouble_alone(
    tmp_path: Path, runtime: Path
) -> None:
    stage = Stage(tmp_path, runtime)
    hostile = tmp_path / "hostile"
    hostile.mkdir()
    (hostile / "json.py").write_text("raise SystemExit(5)")
    stage.script("import sys; print('started', flush=True); import json")
    result = stage.run(PYTHONPATH=str(hostile))
    assert (result.code, result.out) == (5, "started\n")


def test_success_says_nothing_of_its_own(stage: Stage) -> None:
    stage.script("import os; print('hello'); open(os.environ['SM_MODEL_DIR'] + '/model', 'w')")
    result = stage.run()
    assert (result.code, result.out, result.err, result.failure) == (0, "hello\n", "", "")


def test_a_package_of_the_users_may_be_called_like_ours(any_stage: Stage) -> None:
    any_stage.ship("skylift_runtime/__init__.py", "NAME = 'theirs'")
    any_stage.ship("skylift_runtime/facts.py", "def read():\n    raise ValueError(__name__)\n")
    any_stage.script(
        "import sys\n"
        "print([name for name in sys.modules if name.startswith('skylift')])\n"
        "import skylift_runtime.facts\n"
        "print(skylift_runtime.NAME)\n"
        "skylift_runtime.facts.read()\n"
    )
    result = any_stage.run()
    assert (result.out, result.failure) == (
        "[]\ntheirs\n",
        "ValueError: skylift_runtime.facts (skylift_runtime/facts.py:2)",
    )


def test_a_script_that_removes_the_runtime_fails_with_its_own_error(stage: Stage, tmp_path: Path) -> None:
    copy = tmp_path / stage.runtime.name
    if stage.runtime.is_file():
        shutil.copy2(stage.runtime, copy)
    else:
        shutil.copytree(stage.runtime, copy)
    stage.runtime = copy
    stage.script(f"import subprocess\nsubprocess.run(['rm', '-r', {str(copy)!r}])\nraise ValueError('x')\n")
    result = stage.run()
    assert (result.code, result.failure) == (1, "exit code 1")
    assert "ValueError: x" in result.err
    assert "During handling" not in result.err


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="needs /proc to see signals and descriptors"
)
def test_a_program_starts_with_default_signals_and_no_descriptors_of_others(stage: Stage) -> None:
    stage.job = {"command": ["sh", "-c", "ls /proc/self/fd; grep SigIgn /proc/self/status; ps -o sid= -p $$ || true; echo $$"]}  # fmt: skip
    stage.write()
    reading, writing = os.pipe()
    done = subprocess.run(
        stage.command(),
        env=stage.environ(),
        pass_fds=(reading, writing),
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(reading)
    os.close(writing)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.split()
    # The fourth is that of `ls` for the folder itself.
    assert lines[:4] == ["0", "1", "2", "3"]
    ignored = int(lines[lines.index("SigIgn:") + 1], 16)
    assert not ignored >> (signal.SIGPIPE - 1) & 1
    assert lines[-1] == lines[-2]
