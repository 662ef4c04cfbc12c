"""A shell where a run's code starts, before or after the run, from the command line."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from tests.conformance.places import PROJECTS, Place, checkout

LOCAL = Place("local", {})
SKYLIFT = [sys.executable, "-m", "skylift"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return checkout(PROJECTS / "succeeds", tmp_path)


def said(project: Path, *words: str, code: int = 0) -> str:
    done = subprocess.run(
        [*SKYLIFT, "shell", *words], cwd=project, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == code, done.stderr
    return done.stdout


def typed(project: Path, arguments: list[str], keys: list[tuple[str, str]]) -> tuple[str, int]:
    """What is seen on a terminal on which somebody types, and the exit code.

    ``keys``: what has to be seen first, and what is typed then.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*SKYLIFT, *arguments],
        cwd=project,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "SHELL": "/bin/sh", "PS1": "$ ", "ENV": ""},
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - there is one thread
    )
    os.close(theirs)
    seen, looked_at = b"", 0
    for data in iter(lambda: _more(ours), b""):
        seen += data
        while keys and (found := seen.find(keys[0][0].encode(), looked_at)) >= 0:
            looked_at = found + len(keys[0][0])
            os.write(ours, keys.pop(0)[1].encode())
    os.close(ours)
    return seen.decode(errors="replace"), process.wait(60)


def _more(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # EIO: nobody holds the other end any more
        return b""


def test_a_shell_of_a_run_has_its_environment_and_leaves_everything_as_it_was(project: Path) -> None:
    record = LOCAL.run(project)
    script = "import os, json; print(json.dumps([os.getcwd(), os.environ['SM_CHANNEL_TRAIN'], os.environ['TRAINING_JOB_NAME']]))"
    found = said(project, "@last", "--", "python", "-c", script)
    assert record.name in found
    folder = project / ".skylift" / "runs" / record.name
    before = (folder / "record.json").read_bytes(), (folder / "log").read_bytes()
    said(project, record.name[-4:], "sh", "-c", 'echo new > "$SM_CHANNEL_TRAIN/new"; exit 5', code=5)
    assert before == ((folder / "record.json").read_bytes(), (folder / "log").read_bytes())
    assert not (project / "data/train/new").exists()
    assert len(json.loads(LOCAL.skylift(project, "runs", "--json"))) == 1


def test_what_a_failed_run_left_is_there(project: Path) -> None:
    (project / "train.py").write_text("open('left.txt', 'w').write('here'); raise SystemExit(3)\n")
    LOCAL.run(project, expect=4)
    assert said(project, "@last", "cat", "left.txt") == "here"


def test_a_shell_before_any_run_is_no_run(project: Path) -> None:
    seen, code = typed(project, ["run", "--shell"], [("would run", "exit 7\n")])
    assert code == 7, seen
    assert "it would run: python train.py" in seen
    assert LOCAL.skylift(project, "runs", "--json").strip() == "[]"
    assert list((project / ".skylift" / "shells").iterdir()) == []


def test_ctrl_c_is_for_what_runs_in_the_shell(project: Path) -> None:
    keys = [
        ("would run", "sh -c 'echo $((20 + 22)); exec sleep 60'\n"),
        ("42", "\x03"),
        ("^C", "echo $((80 + 7)); exit 0\n"),
    ]
    seen, code = typed(project, ["run", "--shell"], keys)
    assert code == 0, seen
    assert "87" in seen


def test_a_target_in_the_cloud_has_no_shell(project: Path) -> None:
    command = [*SKYLIFT, "run", "--shell", "--on", "cloud", "--set", "targets.cloud.backend=sagemaker"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "--on docker --shell" in done.stderr


def test_a_command_that_is_not_there_says_so(project: Path) -> None:
    LOCAL.run(project)
    done = subprocess.run(
        [*SKYLIFT, "shell", "@last", "no-such-program"],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "no-such-program" in done.stderr
