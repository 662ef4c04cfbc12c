"""The files that go with a job."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from tests.functional.project.folder import Folder

from skylift.errors import UsageError
from skylift.project.files.ship import files_that_ship
from skylift.values.project import ShippedFile


def paths(project: Folder, *include: str, without: tuple[str, ...] = ()) -> list[str]:
    return [file.path for file in files_that_ship(project.root, include, without=without)]


NEVER = {
    ".env": "SECRET=1",
    ".env.local": "SECRET=1",
    "pkg/.env": "SECRET=1",
    ".venv/pyvenv.cfg": "",
    ".venv/lib/x.py": "",
    "my env/pyvenv.cfg": "",
    "my env/bin/python": "",
    "__pycache__/a.pyc": "",
    "pkg/__pycache__/a.pyc": "",
    ".pytest_cache/x": "",
    ".mypy_cache/x": "",
    ".ruff_cache/x": "",
    "pkg/.ipynb_checkpoints/x.ipynb": "",
    "node_modules/x.js": "",
    ".skylift/runs/a/record.json": "",
    "skylift.local.toml": "",
}


@pytest.mark.parametrize("in_git", [True, False])
def test_what_never_ships(project: Folder, in_git: bool) -> None:  # noqa: FBT001
    project.write_all({**NEVER, "train.py": "", "pkg/environment.py": "", "pkg/env.py": ""})
    if in_git:
        project.git("init", "--quiet")
        project.git("add", "--force", "--all")
    assert paths(project, "*") == ["pkg/env.py", "pkg/environment.py", "train.py"]


def test_tracked_and_untracked_but_not_ignored(project: Folder) -> None:
    project.write_all({"train.py": "", ".gitignore": "*.log\nbuild/\n", "gone.py": "", "kept.log": ""})
    project.git("init", "--quiet")
    project.git("add", "--force", "kept.log")
    project.commit()
    (project.root / "gone.py").unlink()
    project.write_all({"new.py": "", "run.log": "", "build/vocab.txt": "", "build/other.bin": ""})
    assert paths(project) == [".gitignore", "kept.log", "new.py", "train.py"]
    assert "build/vocab.txt" in paths(project, "build/vocab.txt")
    assert "build/other.bin" not in paths(project, "build/vocab.txt")
    project.write(".skyliftignore", "*.log\n!kept.log\n/new.py\n.skyliftignore\n")
    assert paths(project) == [".gitignore", "kept.log", "train.py"]


def test_a_project_inside_a_repository(project: Folder) -> None:
    project.write_all({"a/train.py": "", "a/x.log": "", "b/other.py": "", ".gitignore": "*.log\n/ignored/\n"})
    project.write("ignored/deep/train.py")
    project.commit()
    assert [file.path for file in files_that_ship(project.root / "a")] == ["train.py"]
    # The repository knows nothing of this one, so it is a project of its own.
    assert [file.path for file in files_that_ship(project.root / "ignored" / "deep")] == ["train.py"]


def test_submodules_and_repositories_inside(project: Folder, tmp_path: Path) -> None:
    library = Folder(tmp_path / "library")
    library.write_all({"lib.py": "", ".gitignore": "x.log", "x.log": ""})
    library.commit()
    project.write("train.py")
    project.commit()
    project.git("submodule", "--quiet", "add", str(library.root), "deps/library")
    Folder(project.root / "inner").write("mine.py")
    Folder(project.root / "inner").commit()
    project.write("deps/library/x.log")
    found = paths(project)
    assert {"deps/library/lib.py", "inner/mine.py", "train.py"} <= set(found)
    assert "deps/library/x.log" not in found


def test_folders_of_channels_travel_as_data(project: Folder) -> None:
    project.write_all({"train.py": "", "data/train/a.csv": "", "data/training.md": "", "other/x": ""})
    assert paths(project, without=("./data/train/", "../elsewhere", "/abs", ".")) == [
        "data/training.md",
        "other/x",
        "train.py",
    ]
    assert "data/train/a.csv" in paths(project, "data/train/a.csv", without=("data/train",))


def test_names_of_every_kind(project: Folder) -> None:
    names = [" lead", "a\nb.py", "q\"uo'te", "tab\t.txt", "ü/日本.py", "-rf", "*", "back\\slash", "empty"]
    project.write_all(dict.fromkeys(names, ""))
    assert paths(project) == sorted(names)
    project.commit()
    assert paths(project) == sorted(names)


@pytest.mark.parametrize("in_git", [True, False])
def test_a_name_that_is_not_text_is_refused(project: Folder, in_git: bool) -> None:  # noqa: FBT001
    project.write("train.py")
    (Path(os.fsdecode(os.fsencode(project.root) + b"/caf\xe9.py"))).touch()
    if in_git:
        project.commit()
    with pytest.raises(UsageError, match="not UTF-8"):
        files_that_ship(project.root)


@pytest.mark.parametrize("in_git", [True, False])
def test_links_and_modes(project: Folder, in_git: bool) -> None:  # noqa: FBT001
    project.write("run.sh").chmod(0o755)
    project.write("pkg/a.py").chmod(0o600)
    (project.root / "pkg" / "to_run").symlink_to("../run.sh")
    (project.root / "folder").symlink_to("pkg")
    (project.root / "absolute").symlink_to(project.root / "pkg" / "a.py")
    (project.root / "dangling").symlink_to("pkg/nothing")
    if in_git:
        project.commit()
    assert files_that_ship(project.root) == (
        ShippedFile("absolute", link="pkg/a.py"),
        ShippedFile("dangling", link="pkg/nothing"),
        ShippedFile("folder", link="pkg"),
        ShippedFile("pkg/a.py"),
        ShippedFile("pkg/to_run", link="../run.sh"),
        ShippedFile("run.sh", executable=True),
    )


def test_links_out_of_the_project_are_all_named(project: Folder, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (project.root / "etc").symlink_to("/etc")
    (project.root / "up").symlink_to("../outside")
    (project.root / "round").symlink_to("up/../../outside")
    (project.root / "loop").symlink_to("loop")
    with pytest.raises(UsageError) as caught:
        files_that_ship(project.root)
    assert all(name in str(caught.value) for name in ("etc", "up", "round"))
    assert ".skyliftignore" in caught.value.hints[0]
    project.write(".skyliftignore", "etc\nup\nround\n")
    assert paths(project) == [".skyliftignore", "loop"]


def test_a_channel_behind_a_link_is_no_reason_to_refuse(project: Folder, tmp_path: Path) -> None:
    (tmp_path / "store" / "train").mkdir(parents=True)
    (project.root / "data").symlink_to(tmp_path / "store")
    project.write("train.py")
    assert paths(project, without=("data/train",)) == ["train.py"]


def test_what_is_no_file_is_refused(project: Folder, tmp_path: Path) -> None:
    os.mkfifo(project.root / "pipe")
    with socket.socket(socket.AF_UNIX) as opened:
        here = Path.cwd()
        os.chdir(project.root)
        try:
            opened.bind("socket")
        finally:
            os.chdir(here)
    with pytest.raises(UsageError, match="pipe is neither a file nor a link\nsocket is neither"):
        files_that_ship(project.root)
