"""Files that are none, under the names of files that are read: pipes, devices, folders; and too much of everything."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.functional.cli.asking import skylift
from tests.functional.project.folder import Folder

from skylift.errors import UsageError
from skylift.host.files import read_source
from skylift.project.files.ship import files_that_ship
from skylift.project.init.detect import detect
from skylift.project.init.workspace import members
from skylift.project.source.walking import paths_matching

TRAIN = (
    "import argparse\np = argparse.ArgumentParser()\np.add_argument('--epochs', type=int)\np.parse_args()\n"
)
NAMES = (
    "pyproject.toml", "setup.cfg", "setup.py", "environment.yml", "MLproject", "dvc.yaml", "Makefile", "README.md",
    "Dockerfile", "conf/config.yaml", "train.ipynb", "requirements.txt", "Pipfile", "Pipfile.lock", "uv.lock",
    "poetry.lock", ".python-version", "params.yaml", "config.json", "skylift.toml", "skylift.local.toml",
    ".skylift/init.json", ".skyliftignore", "pylock.skylift.toml", "uv.toml", "train.sh", ".venv/pyvenv.cfg",
)  # fmt: skip
VERBS = (
    ("init", "--dry-run"),
    ("init", "--yes"),
    ("check",),
    ("run", "--help"),
    ("run", "--dry-run", "--on", "local"),
    ("init", "--undo", "--yes"),
)
_PATIENCE_S = 120


@pytest.fixture
def patience() -> Iterator[None]:
    """What waits for ever fails."""

    def end(*_: object) -> None:
        raise AssertionError("it waits for what never comes")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(_PATIENCE_S)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
@pytest.mark.parametrize("name", NAMES)
def test_no_verb_waits_for_what_is_no_file(project: Folder, name: str, kind: str) -> None:
    project.write("train.py", TRAIN)
    place = project.root / name
    place.parent.mkdir(parents=True, exist_ok=True)
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "device":
        place.symlink_to("/dev/zero")
    else:
        place.mkdir()
    for words in VERBS:
        answer = skylift(project.root, *words)
        assert answer.returncode in (0, 2, 3), (words, answer.stderr)


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("skylift.toml", 'extends = "/dev/zero"\nentry-point = "train.py"\n'),
        ("skylift.toml", 'requirements = ["/dev/zero"]\nentry-point = "train.py"\n'),
        ("requirements.txt", "-r /dev/zero\n-c /dev/random\nnumpy\n"),
        ("requirements.txt", "x" * 3_000_000),
        ("requirements.txt", "numpy" + " " * 3_000_000 + "x"),
        ("requirements.txt", "a://" + "b@" * 1_000_000),
        ("requirements.txt", "?token" * 500_000),
        ("pyproject.toml", '[project]\nname = "x"\n[tool.uv.workspace]\nmembers = ["' + "**/" * 30 + 'x"]\n'),
        ("pyproject.toml", '[project]\nname = "x"\n[tool.uv.workspace]\nmembers = ["../../../../**"]\n'),
    ],
    ids=range(9),
)
def test_no_verb_takes_for_ever(project: Folder, name: str, text: str) -> None:
    project.write("train.py", TRAIN)
    for number in range(40):
        (project.root / f"a/b{number}/c/d/e").mkdir(parents=True)
    (project.root / name).write_text(text)
    for words in VERBS:
        answer = skylift(project.root, *words)
        assert answer.returncode in (0, 2, 3), (words, answer.stderr)


@pytest.mark.usefixtures("patience")
def test_folders_without_end_are_read_as_far_as_anybody_goes(project: Folder) -> None:
    project.write("train.py", TRAIN + "import torch\n")
    here = os.open(project.root, os.O_RDONLY)
    for _ in range(1500):
        # No path is that long.
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    try:
        assert detect(project.root).config["entry-point"] == "train.py"
        with pytest.raises(UsageError, match="folders in each other"):
            files_that_ship(project.root)
        answer = skylift(project.root, "init", "--yes")
        assert answer.returncode == 0, answer.stderr
    finally:
        # Python's own way to remove a tree can not go that deep.
        subprocess.run(["rm", "-rf", project.root / "d"], check=True)


def test_what_is_read_has_an_end(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert read_source(tmp_path / "a", 5) == b"12345"
    with pytest.raises(OSError, match="larger than"):
        read_source(tmp_path / "a", 4)
    with pytest.raises(OSError, match="neither a file"):
        read_source(Path("/dev/zero"))
    with pytest.raises(FileNotFoundError):
        read_source(tmp_path / "b")


def test_patterns_mean_what_they_mean_to_uv(project: Folder, tmp_path: Path) -> None:
    project.write_all(
        {"packages/a/pyproject.toml": "", "packages/a/a/setup.py": "", "x.py": "", "packages/no/x": ""}
    )
    (project.root / "packages/up").symlink_to(tmp_path)
    for pattern, expected in {
        "packages/*": ["packages/a"],
        "packages/a/a": ["packages/a/a"],
        "**": ["packages/a", "packages/a/a"],
        "**/**/a": ["packages/a", "packages/a/a"],
        "packages/[a]": ["packages/a"],
        "../*": [],
        "/": [],
        "": [],
        "a\0b": [],
    }.items():
        assert members(project.root, {"tool": {"uv": {"workspace": {"members": [pattern]}}}}) == expected
    assert paths_matching(project.root, "*.py") == [project.root / "x.py"]
