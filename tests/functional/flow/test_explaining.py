"""A job that misses a file of the project is told which rule left it out, from the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.conformance.places import PROJECTS, Place, checkout

from skylift.flow.explaining import explain
from skylift.values.run_folder import RunFolder

LOCAL = Place("local", {})
MISSES = "from pathlib import Path\nopen(Path(__file__).parent / 'cache' / 'vocab.txt')\n"


@pytest.fixture
def project(weird_tmp_path: Path) -> Path:
    folder = checkout(PROJECTS / "stops", weird_tmp_path)
    (folder / ".gitignore").write_text("cache/\n*.so\n")
    (folder / "cache").mkdir()
    (folder / "cache" / "vocab.txt").write_text("secret words")
    return folder


def failed(project: Path, source: str) -> str:
    (project / "train.py").write_text(source)
    command = [sys.executable, "-m", "skylift", "run"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 4, done.stderr
    return done.stderr


def test_the_terminal_and_the_record_name_the_rule(project: Path) -> None:
    said = failed(project, MISSES)
    hint = "`cache/vocab.txt` exists in your project and did not ship: .gitignore:1 `cache/`"
    assert f"hint     {hint}" in said
    record = LOCAL.show(project, "@last")
    assert record.hint.startswith(hint)
    # What the job itself said stays what it was.
    assert hint not in record.failure_reason
    assert hint in LOCAL.skylift(project, "show").replace("\n", "")
    assert "secret words" not in said


def test_a_module_that_is_ignored(project: Path) -> None:
    (project / "fast.cpython-311-x86_64-linux-gnu.so").write_text("")
    hint = (
        "`fast.cpython-311-x86_64-linux-gnu.so` exists in your project and did not ship: .gitignore:2 `*.so`"
    )
    assert hint in failed(project, "import fast")


def test_a_folder_that_any_exception_names(project: Path) -> None:
    said = failed(project, "import os\nassert os.path.isdir('cache/x'), 'no vocabulary in cache/vocab.txt'")
    assert "hint     `cache/vocab.txt` exists in your project and did not ship: .gitignore:1 `cache/`" in said


def test_what_failed_for_another_reason_gets_no_hint(project: Path) -> None:
    assert "did not ship" not in failed(project, "raise KeyError('cache')")
    assert LOCAL.show(project, "@last").hint == ""


def test_an_intent_of_before_explains_nothing(tmp_path: Path) -> None:
    assert explain(RunFolder(tmp_path / ".skylift" / "runs" / "x"), {}, "FileNotFoundError: 'train.py'") == ""
