"""What can not be started, and what is said of it; what is started again."""

from __future__ import annotations

import subprocess

import pytest
from tests.functional.runtime.stage import Stage


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda stage: (stage.project / "project.json").unlink(), "no project.json"),
        (lambda stage: (stage.project / "project.json").write_text("{"), "is not JSON"),
        (lambda stage: (stage.project / "project.json").write_text('{"schema": 2}'), "has schema 2"),
        (lambda stage: (stage.project / "code" / "train.py").unlink(), "the entry point train.py is not"),
        (
            lambda stage: (stage.ml / "input" / "config" / "hyperparameters.json").write_text("[]"),
            "does not hold an object",
        ),
    ],
)
def test_what_cannot_be_started_says_why(stage: Stage, break_it: object, words: str) -> None:
    stage.script("")
    stage.write()
    assert callable(break_it)
    break_it(stage)
    done = subprocess.run(
        stage.command(), env=stage.environ(), capture_output=True, text=True, check=False, cwd=stage.root
    )
    assert done.returncode == 2, done.stderr
    assert words in stage.failure()
    assert done.stderr == f"skylift: {stage.failure()}\n"


def test_an_unknown_job_and_an_unknown_verb_are_refused(stage: Stage) -> None:
    stage.script("")
    assert stage.run(SKYLIFT_JOB="evaluate").failure == "the project has no job `evaluate`, only train"
    (stage.ml / "output" / "failure").unlink()
    done = subprocess.run(
        [*stage.command()[:-1], "serve"], env=stage.environ(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "cannot `serve`" in stage.failure()


def test_a_command_that_is_not_there_is_named(stage: Stage) -> None:
    stage.job = {"command": ["no-such-program"]}
    result = stage.run()
    assert (result.code, result.failure) == (2, "command not found: no-such-program")


@pytest.mark.parametrize("command", [["./not-executable"], ["sh", "a\0b"], ["."]])
def test_what_the_system_does_not_start_is_named(stage: Stage, command: list[str]) -> None:
    stage.ship("not-executable", "#!/bin/sh\n")
    stage.job = {"command": command}
    result = stage.run()
    assert result.code == 2
    assert result.failure.startswith(f"cannot start {command[0]}: ")


def test_it_starts_again_in_the_same_tree(stage: Stage) -> None:
    stage.script("import os; print(sorted(os.listdir())); open('left', 'w').close(); os.mkdir('folder')")
    stage.indexed_channel("train", {"a.csv": ("1\n", False)})
    assert [stage.run().out, stage.run().out] == ["['train.py']\n"] * 2


def test_a_failed_script_is_started_again_from_its_checkpoints(stage: Stage) -> None:
    stage.script(
        "import os, pathlib, sys\n"
        "model, work = pathlib.Path(os.environ['SM_MODEL_DIR']), pathlib.Path('left.txt')\n"
        "assert not list(model.iterdir()) and not work.exists()\n"
        "saved = model.parent / 'checkpoints' / 'step'\n"
        "saved.parent.mkdir(exist_ok=True)\n"
        "step = int(saved.read_text()) if saved.exists() else 0\n"
        "saved.write_text(str(step + 1)); (model / 'm').write_text(str(step)); work.write_text('x')\n"
        "if step < 2: raise SystemExit(75)\n"
    )
    stage.job["retry"] = {"max": 2, "exit_codes": [75]}
    result = stage.run()
    assert (result.code, result.failure) == (0, ""), result.err
    assert (stage.model / "m").read_text() == "2"
    assert "attempt 3 of 3" in result.err


@pytest.mark.parametrize(
    ("retry", "starts"), [({"max": 1, "exit_codes": []}, 2), ({"max": 5, "exit_codes": [75]}, 1)]
)
def test_the_last_attempt_tells_the_reason(stage: Stage, retry: dict[str, object], starts: int) -> None:
    stage.script("print('started'); raise ValueError('again')")
    stage.job["retry"] = retry
    result = stage.run()
    assert (result.code, result.failure) == (1, "ValueError: again (train.py:1)")
    assert result.out.count("started") == starts


def test_a_project_may_come_through_the_reserved_channel(stage: Stage) -> None:
    """For an image that knows nothing of it. Nobody sees the channel."""
    stage.script("import os; print(os.environ['SM_CHANNELS'], os.environ['SM_CHANNEL_TRAIN'][-5:])")
    stage.channel("train", {"a": "1"})
    stage.channel("skylift", {})
    stage.write()
    stage.project.joinpath("project.json").rename(stage.ml / "input/data/skylift/project.json")
    stage.project.joinpath("code").rename(stage.ml / "input/data/skylift/code")
    environ = stage.environ()
    del environ["SKYLIFT_PROJECT"]
    done = subprocess.run(stage.command(), env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, '["train"] train\n'), done.stderr
