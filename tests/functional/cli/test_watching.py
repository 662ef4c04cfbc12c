"""A run that is watched on a terminal, and one that is watched by a file: what they get to see."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.functional.cli.terminal import CTRL_C, Window

# Each step waits for somebody who has looked: nothing here depends on how fast a machine is.
TRAIN = r"""
import os, sys, time
from pathlib import Path

def step(name):
    while not (Path(WAIT) / name).exists():
        time.sleep(0.02)

print("a line before", flush=True)
for percent in (10, 50):
    sys.stderr.write(f"\r{percent:3d}%|{'#' * (percent // 10):10}| loss=0.{percent}")
    sys.stderr.flush()
step("seen")
sys.stderr.write(f"\r100%|{'#' * 10}| loss=0.05\n")
print("epoch=1 val_loss=0.25\nepoch=2 val_loss=0.125", flush=True)
print("\x1b]0;mine\x07\x1b[2J\x1b[10A 航班 \x1b[32mgreen\x1b[0m", flush=True)
step("ended")
if os.environ.get("FAIL") or (Path(WAIT) / "fail").exists():
    raise ValueError("no rows")
(Path(os.environ["SM_MODEL_DIR"]) / "model").write_text("x")
"""
CONFIG = 'name = "watched"\nentry-point = "train.py"\n'


@pytest.fixture
def signs(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def project(weird_tmp_path: Path, signs: Path) -> Path:
    root = weird_tmp_path / "project"
    root.mkdir()
    (root / "train.py").write_text(TRAIN.replace("WAIT", repr(str(signs))))
    (root / "skylift.toml").write_text(CONFIG)
    return root


def run_in(project: Path, columns: int = 80, rows: int = 24, **variables: str) -> Window:
    arguments = ["run", "--python", sys.executable]
    return Window(project, arguments, columns, rows, python=("-m", "skylift"), **variables)


def has(*words: str) -> Callable[[list[str]], bool]:
    return lambda lines: all(any(word in line for line in lines) for word in words)


def test_a_bar_moves_below_the_log_and_stands_in_it_at_the_end(project: Path, signs: Path) -> None:
    window = run_in(project)
    lines = window.until(has("50%|#####", "Training", "loss 0.5"))
    before = next(index for index, line in enumerate(lines) if line == "a line before")
    assert lines[before + 1] == " 50%|#####     | loss=0.50"
    assert lines[before + 2].startswith("Training ")
    assert sum("%|" in line for line in lines) == 1
    (signs / "seen").touch()
    lines = window.until(has("val_loss 0.125 best ↓ █▁", "step 2"))
    assert sum("%|" in line for line in lines) == 1
    (signs / "ended").touch()
    assert window.end() == 0
    lines = window.lines
    assert "100%|##########| loss=0.05" in lines
    assert sum("%|" in line for line in lines) == 1
    assert not any(line.startswith("Training ") for line in lines)
    assert any(line.startswith("     job  Training  ") for line in lines)
    assert any(line.startswith("  val_loss  0.125  ↓ 0.125 at 2  █▁") for line in lines)
    assert any(line.startswith("Completed  watched-") for line in lines)
    assert lines[-1].startswith("  next     skylift show ")
    assert window.screen.title == ""
    assert any(line.startswith("\\x1b]0;mine\\x07\\x1b[2J") for line in lines)


def test_of_a_failure_the_reason_is_told_first_and_once(project: Path, signs: Path) -> None:
    for sign in ("seen", "ended", "fail"):
        (signs / sign).touch()
    window = run_in(project)
    assert window.end() == 4
    lines = window.lines
    head = next(index for index, line in enumerate(lines) if line.startswith("Failed  watched-"))
    assert lines[head + 1].startswith("  ValueError: no rows (train.py:")
    assert not any(line.startswith("error:") for line in lines)


def test_ctrl_c_takes_the_footer_away_and_gives_the_terminal_back(project: Path) -> None:
    window = run_in(project)
    window.until(has("50%|#####", "Training"))
    window.type("\r\rabc")
    window.type(CTRL_C)
    assert window.end() == 130
    lines = window.lines
    assert "stopping; the job may save its work. Again to kill it" in lines
    bar = next(index for index, line in enumerate(lines) if line.startswith(" 50%|#####"))
    phase = next(index for index, line in enumerate(lines) if line.startswith("     job  Training  "))
    assert bar < phase
    assert any(line.startswith("Stopped  watched-") for line in lines)
    assert not any(line.startswith(("Training ", "abc")) for line in lines)


@pytest.mark.parametrize(("columns", "rows"), [(20, 12), (160, 5), (12, 3)])
def test_no_footer_is_left_behind_whatever_the_size(
    project: Path, signs: Path, columns: int, rows: int
) -> None:
    window = run_in(project)
    window.until(has("50%|#####", "Training"))
    window.resize(columns, rows)
    (signs / "seen").touch()
    window.until(has("Training"))
    (signs / "ended").touch()
    assert window.end() == 0
    assert not any(line.startswith("Training ") for line in window.all_lines)


def test_a_stop_by_the_terminal_leaves_nothing_and_is_gone_on_from(project: Path, signs: Path) -> None:
    window = run_in(project)
    window.until(has("50%|#####", "Training"))
    window.signal(signal.SIGTSTP)
    window.until(lambda lines: lines[-1:] == ["a line before"])
    window.signal(signal.SIGCONT)
    window.until(has("50%|#####", "Training"))
    (signs / "seen").touch()
    (signs / "ended").touch()
    assert window.end() == 0


def test_without_colours_and_utf_8_there_are_none(project: Path, signs: Path) -> None:
    window = run_in(project, NO_COLOR="1", LC_ALL="C")
    window.until(has("50%|#####", "Training"))
    (signs / "seen").touch()
    window.until(has("val_loss 0.125 best (low) #_"))
    (signs / "ended").touch()
    assert window.end() == 0
    assert "\x1b[2m" not in window.bytes.decode()
    assert not any("↓" in line or "█" in line for line in window.lines)


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {}], ids=["dumb", "file"])
def test_elsewhere_there_are_plain_lines_and_nothing_twice(
    project: Path, signs: Path, variables: dict[str, str]
) -> None:
    for sign in ("seen", "ended"):
        (signs / sign).touch()
    if variables:
        window = run_in(project, 80, 24, **variables)
        assert window.end() == 0
        said = window.bytes.decode().replace("\r\n", "\n")
    else:
        done = subprocess.run(
            [sys.executable, "-m", "skylift", "run", "--python", sys.executable],
            cwd=project, capture_output=True, check=True,
        )  # fmt: skip
        said = done.stderr.decode()
    assert "\x1b" not in said
    assert "\r" not in said
    lines = said.splitlines()
    assert lines.count("100%|##########| loss=0.05") == 1
    assert sum("%|" in line for line in lines) == 1
    phases = [line.split()[1] for line in lines if line.startswith("     job  ")]
    assert phases == ["Starting", "Downloading", "Training", "Uploading"]


def test_quiet_is_quiet(project: Path, signs: Path) -> None:
    for sign in ("seen", "ended"):
        (signs / sign).touch()
    window = Window(project, ["run", "--quiet", "--python", sys.executable])
    assert window.end() == 0
    assert len(window.lines) == 1
    assert window.lines[0].startswith("watched-")


def test_a_log_that_is_followed_shows_the_bar_as_well(project: Path, signs: Path) -> None:
    start = [sys.executable, "-m", "skylift", "run", "--detach", "--python", sys.executable]
    subprocess.run(start, cwd=project, check=True, capture_output=True)
    window = Window(project, ["logs", "-f"])
    lines = window.until(has("50%|#####"))
    assert lines == ["a line before", " 50%|#####     | loss=0.50"]
    (signs / "seen").touch()
    (signs / "ended").touch()
    assert window.end() == 0
    assert window.lines[:2] == ["a line before", "100%|##########| loss=0.05"]
    assert sum("%|" in line for line in window.lines) == 1


def test_who_attaches_sees_what_the_starter_would_and_leaves_without_stopping(
    project: Path, signs: Path
) -> None:
    start = [sys.executable, "-m", "skylift", "run", "--detach", "--python", sys.executable]
    subprocess.run(start, cwd=project, check=True, capture_output=True)
    window = Window(project, ["attach"])
    window.until(has("50%|#####", "Training"))
    window.type(CTRL_C)
    assert window.end() == 130
    assert any(line.startswith("left running: watched-") for line in window.lines)
    assert not any(line.startswith("Training ") for line in window.lines)
    (signs / "seen").touch()
    (signs / "ended").touch()
    subprocess.run([*start[:3], "wait"], cwd=project, check=True, capture_output=True)
    window = Window(project, ["attach"])
    assert window.end() == 0
    assert any(line.startswith("Completed  watched-") for line in window.lines)
    assert "a line before" not in window.lines
    assert window.lines[-1].startswith("  log      skylift logs ")
    window = Window(project, ["attach", "-n", "all"])
    assert window.end() == 0
    assert "a line before" in window.lines


def test_who_attaches_is_shown_the_last_lines_and_what_comes(project: Path, signs: Path) -> None:
    many = 'print("\\n".join(f"row {number}." for number in range(100)), flush=True)\n'
    (project / "train.py").write_text(many + (project / "train.py").read_text())
    start = [sys.executable, "-m", "skylift", "run", "--detach", "--python", sys.executable]
    subprocess.run(start, cwd=project, check=True, capture_output=True)
    window = Window(project, ["attach", "--tail", "all"], rows=150)
    window.until(has("50%|#####", "row 0."))
    window.type(CTRL_C)
    assert window.end() == 130
    window = Window(project, ["attach"], rows=150)
    lines = window.until(has("50%|#####", "a line before"))
    assert sum(line.startswith("row ") for line in lines) == 19
    window.type(CTRL_C)
    assert window.end() == 130
    window = Window(project, ["attach", "-n", "0"], rows=150)
    assert not any(line.startswith(("row ", "a line")) for line in window.until(has("50%|#####", "Training")))
    (signs / "seen").touch()
    window.until(has("100%|##########|", "epoch=2 val_loss=0.125"))
    (signs / "ended").touch()
    assert window.end() == 0
    assert any(line.startswith("Completed  watched-") for line in window.lines)
