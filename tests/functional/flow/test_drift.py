"""A run with an environment of the user's own says how it differs from the lock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.conformance.places import PROJECTS, Place, checkout

LOCAL = Place("local", {})
LOCK = """lock-version = "1.0"
created-by = "test"

[[packages]]
name = "click"
version = "1.0"

[[packages.wheels]]
url = "https://files.example/click-1.0-py3-none-any.whl"
hashes = { sha256 = "00" }

[[packages]]
name = "no-such-thing"
version = "1.0"

[[packages.wheels]]
url = "https://files.example/no_such_thing-1.0-py3-none-any.whl"
hashes = { sha256 = "00" }
"""


@pytest.fixture
def project(weird_tmp_path: Path) -> Path:
    return checkout(PROJECTS / "succeeds", weird_tmp_path)


def run(project: Path) -> str:
    command = [sys.executable, "-m", "skylift", "run", "--python", sys.executable, "epochs=1"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_it_is_said_in_a_line_and_kept_in_the_record(project: Path) -> None:
    (project / "pylock.skylift.toml").write_text(LOCK)
    said = run(project)
    (line,) = [line for line in said.splitlines() if "environment differs from pylock.skylift.toml" in line]
    assert "1 missing (no-such-thing)" in line
    drift = LOCAL.show(project, "@last").at("Skylift.interpreter.drift")
    assert drift["changed"]["click"][1] == "1.0"
    assert drift["missing"] == ["no-such-thing"]
    assert "boto3" in drift["extra"]
    assert "differs from the lock" in LOCAL.skylift(project, "show")


def test_without_a_lock_there_is_nothing_to_differ_from(project: Path) -> None:
    assert "differs" not in run(project)
    assert "drift" not in LOCAL.show(project, "@last").at("Skylift.interpreter")


def test_without_a_lock_it_differs_from_what_is_required(project: Path) -> None:
    (project / "requirements.txt").write_text("click<1\nno-such-thing\nnever; python_version < '3'\n")
    config = project / "skylift.toml"
    config.write_text(
        config.read_text().replace("[channels]", 'requirements = ["requirements.txt"]\n[channels]', 1)
    )
    (line,) = [line for line in run(project).splitlines() if "differs from what is required" in line]
    assert line.endswith(", not <1; no-such-thing is missing")


def test_a_lock_that_is_none_does_not_keep_a_run_from_starting(project: Path) -> None:
    (project / "pylock.skylift.toml").write_text("lock-version = 1\n")
    assert "not a valid lock" in run(project)
