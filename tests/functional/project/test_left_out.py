"""Which rule left a file out, told by the real git."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.functional.project.folder import Folder

from skylift.project.files.left_out import Rules, why_left_out
from skylift.project.files.ship import files_that_ship


def why(project: Folder, path: str, include: tuple[str, ...] = (), **channels: str) -> str:
    folders = {folder: name for name, folder in channels.items()}
    return why_left_out(Rules(project.root, include, folders), path)


def test_file_line_and_pattern_of_gits_rules(project: Folder) -> None:
    project.write_all({".gitignore": "# ours\n\n/data/\n*.log\n", "pkg/.gitignore": "*.so\n"})
    project.commit()
    project.write_all(
        {"data/ü vocab.txt": "", "pkg/fast.so": "", "pkg/:x.so": "", "mine.tmp": "", "pkg/ok.py": ""}
    )
    project.write(".git/info/exclude", "*.tmp\n")
    assert why(project, "data/ü vocab.txt") == (
        "`data/ü vocab.txt` exists in your project and did not ship: .gitignore:3 `/data/`; "
        'to ship it: [ship] include = ["data/ü vocab.txt"], or a channel'
    )
    assert "did not ship: pkg/.gitignore:1 `*.so`" in why(project, "pkg/fast.so")
    assert "did not ship: pkg/.gitignore:1 `*.so`" in why(project, "pkg/:x.so")
    assert "did not ship: .git/info/exclude:1 `*.tmp`" in why(project, "mine.tmp")
    assert why(project, "pkg/ok.py") == ""


def test_the_last_rule_counts_as_it_does_for_shipping(project: Folder) -> None:
    project.write_all({".gitignore": "*.bin\n!keep.bin\n", ".skyliftignore": "\n# big\n\n*.npz\n!ok.npz\n"})
    project.write_all({"keep.bin": "", "a.bin": "", "a.npz": "", "ok.npz": "", "forced.bin": ""})
    project.git("init", "--quiet")
    project.git("add", "--force", "forced.bin")
    shipped = {file.path for file in files_that_ship(project.root, ["a.bin"])}
    for path in ("keep.bin", "a.bin", "a.npz", "ok.npz", "forced.bin"):
        assert (why(project, path, include=("a.bin",)) == "") == (path in shipped), path
    assert "did not ship: .skyliftignore:4 `*.npz`" in why(project, "a.npz")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (".env", "`.env` never ships"),
        ("conf/.env.local", "`.env.local` never ships"),
        ("my env/lib/x.py", "`my env` is an environment, which never ships"),
        ("pkg/__pycache__/a.pyc", "`__pycache__` never ships"),
        ("pkg/a.pyc", "byte-code never ships"),
    ],
)
def test_what_never_ships_is_told_as_that_and_nothing_of_it_is_read(
    project: Folder, path: str, said: str
) -> None:
    project.write_all({"my env/pyvenv.cfg": "", "train.py": ""})
    project.write(path, "TOKEN=s3cret")
    assert why(project, path, include=("*",)) == f"`{path}` exists in your project and did not ship: {said}"


def test_a_channels_folder_is_opened_as_a_channel(project: Folder) -> None:
    project.write_all({".gitignore": "data/\n", "data/train/a.csv": "", "data/eval/b.csv": ""})
    project.commit()
    assert "it is in channel `train`: open it at SM_CHANNEL_TRAIN, or set [paths]" in why(
        project, "data/train/a.csv", train="data/train"
    )
    other = Rules(project.root, elsewhere={"data/eval": "eval"})
    assert "channel `eval` of another job" in why_left_out(other, "data/eval/b.csv")


def test_folders_whose_files_did_not_ship(project: Folder) -> None:
    project.write_all({".gitignore": "out/*\n", "out/old.txt": "", "mixed/a.txt": "", "train.py": ""})
    project.commit()
    (project.root / "empty").mkdir()
    assert why(project, "out").endswith(
        '.gitignore:1 `out/*`; to ship it: [ship] include = ["out/"], or a channel'
    )
    assert "out/old.txt" in [file.path for file in files_that_ship(project.root, ["out/"])]
    assert "the folder `out` of your project did not ship (.gitignore:1 `out/*`)" in why(
        project, "out/new.txt"
    )
    assert "`empty` of your project has no file in it" in why(project, "empty")
    assert "`empty` of your project has no file in it" in why(project, "empty/new.txt")
    assert why(project, "mixed") == why(project, "mixed/new.txt") == why(project, "nowhere/new.txt") == ""


def test_what_git_has_and_the_work_tree_has_not(project: Folder) -> None:
    project.write_all({"vo cab.txt": "", "conf/a.yaml": "", "train.py": ""})
    project.commit()
    (project.root / "vo cab.txt").unlink()
    (project.root / "conf/a.yaml").unlink()
    assert why(project, "vo cab.txt").endswith("not in your work tree: git restore 'vo cab.txt'")
    assert "`conf/a.yaml` is tracked by git" in why(project, "conf/a.yaml")
    assert why(project, "never was.txt") == ""


def test_repositories_inside_have_their_own_rules(project: Folder, tmp_path: Path) -> None:
    library = Folder(tmp_path / "library")
    library.write_all({"lib.py": "", ".gitignore": "\n*.bin\n"})
    library.commit()
    project.write_all({"train.py": "", ".gitignore": "ignored/\n"})
    project.commit()
    project.git("submodule", "--quiet", "add", str(library.root), "deps/library")
    project.write("deps/library/w.bin")
    Folder(project.root / "ignored").write("mine.py")
    Folder(project.root / "ignored").commit()
    assert "did not ship: deps/library/.gitignore:2 `*.bin`" in why(project, "deps/library/w.bin")
    assert "did not ship: .gitignore:1 `ignored/`" in why(project, "ignored/mine.py")
    assert why(project, "deps/library/lib.py") == ""
    project.git("submodule", "--quiet", "deinit", "--force", "deps/library")
    assert why(project, "deps/library/lib.py") == (
        "`deps/library` is a submodule that is not here: git submodule update --init"
    )


def test_a_project_inside_a_repository(project: Folder) -> None:
    project.write_all(
        {".gitignore": "*.bin\n/alone/\n", "a/train.py": "", "a/w.bin": "", "alone/train.py": ""}
    )
    project.write("alone/w.bin")
    project.commit()
    assert "did not ship: ../.gitignore:1 `*.bin`" in why(Folder(project.root / "a"), "w.bin")
    # The repository knows nothing of this one: everything in it ships.
    assert why(Folder(project.root / "alone"), "train.py") == ""


def test_what_lies_behind_a_link_out_of_the_project(project: Folder, tmp_path: Path) -> None:
    (tmp_path / "store/train").mkdir(parents=True)
    (tmp_path / "store/train/a.csv").write_text("")
    (project.root / "data").symlink_to(tmp_path / "store")
    project.write_all({".skyliftignore": "/data\n", "train.py": ""})
    assert why(project, "data/train/a.csv").endswith(
        f"`data` is a link to {tmp_path}/store, left out by .skyliftignore:1 `/data`"
    )
    assert "channel `train`" in why(project, "data/train/a.csv", train="data/train")


def test_a_folder_of_many_ignored_files_takes_no_longer_than_a_small_one(project: Folder) -> None:
    project.write_all({".gitignore": "cache/*\n", "train.py": ""})
    project.commit()
    (project.root / "cache").mkdir()
    for number in range(20_000):
        (project.root / "cache" / f"{number}.bin").touch()
    began = time.process_time()
    assert "did not ship" in why(project, "cache")
    assert "did not ship" in why(project, "cache/19999.bin")
    # Its own time, whatever else the machine does: reading all names would take longer.
    assert time.process_time() - began < 1
