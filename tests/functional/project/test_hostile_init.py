"""``init`` and its way back in a tree that somebody laid out with care."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.functional.project.folder import Folder

from skylift.errors import NotReady, UsageError
from skylift.host.files import DamagedFile
from skylift.project.init.undo import carry_out, plan_undo
from skylift.project.init.write import accept, propose
from skylift.values.project import Detection, Proposal

CONFIG = {"name": "x", "entry-point": "train.py"}
EDIT = {"before": "", "after": "", "hunks": [], "proposed": {}}
MEMORY: Mapping[str, Any] = {
    "schema": 1,
    "file": "skylift.toml",
    "began": True,
    "edits": [EDIT],
    "pending": False,
}


def proposal(project: Folder) -> Proposal:
    return propose(project.root, Detection(CONFIG, ()))


@pytest.mark.parametrize(
    "file", ["../victim.txt", "train.py", "/etc/hosts", "./skylift.toml", 3, None, ["x"]]
)
def test_a_memory_that_came_with_a_clone_names_no_other_file(project: Folder, file: object) -> None:
    victim = project.root.parent / "victim.txt"
    victim.write_text("precious")
    project.write("train.py", "precious")
    project.write(".skylift/init.json", json.dumps({**MEMORY, "file": file}))
    with pytest.raises(DamagedFile, match="is not what skylift init wrote"):
        plan_undo(project.root)
    assert victim.read_text() == (project.root / "train.py").read_text() == "precious"


@pytest.mark.parametrize(
    "wrong",
    [
        {"edits": 3},
        {"edits": [3]},
        {"edits": [{**EDIT, "before": 3}]},
        {"edits": [{**EDIT, "hunks": "abc"}]},
        {"edits": [{**EDIT, "hunks": [{"at": "0", "removed": "", "added": ""}]}]},
        {"edits": [{**EDIT, "hunks": [{"at": -5, "removed": "", "added": "x"}]}]},
        {"edits": [{**EDIT, "hunks": [{"at": True, "removed": "", "added": "x"}]}]},
        {"edits": [{**EDIT, "hunks": [{"at": 0, "removed": None, "added": "x"}]}]},
        {"edits": [{**EDIT, "hunks": [{"at": 0, "removed": "", "added": "", "more": 1}]}]},
        {"edits": [{**EDIT, "proposed": [["a", 1]]}]},
        {"edits": [{**EDIT, "proposed": json.loads('{"a":' * 60 + "1" + "}" * 60)}]},
        {"began": "yes"},
        {"pending": 0},
    ],
)
def test_a_memory_that_we_could_not_have_written_is_damaged(project: Folder, wrong: dict[str, Any]) -> None:
    project.write("skylift.toml", 'name = "x"\n')
    project.write(".skylift/init.json", json.dumps({**MEMORY, **wrong}))
    with pytest.raises(DamagedFile, match="is not what skylift init wrote"):
        plan_undo(project.root)


@pytest.mark.parametrize("text", ["[" * 100_000, "\0", "{", '{"schema": ' + "9" * 6000 + "}"])
def test_a_memory_that_is_no_json_is_damaged(project: Folder, text: str) -> None:
    project.write(".skylift/init.json", text)
    with pytest.raises(DamagedFile, match="is damaged"):
        plan_undo(project.root)


def test_nothing_is_written_or_removed_behind_a_link_that_is_our_folder(
    project: Folder, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".gitignore").write_text("*\n")
    (elsewhere / "init.json").write_text(json.dumps(MEMORY))
    (project.root / ".skylift").symlink_to(elsewhere)
    with pytest.raises(NotReady, match="is a link"):
        accept(proposal(project))
    with pytest.raises(NotReady, match="is a link"):
        plan_undo(project.root)
    assert sorted(path.name for path in elsewhere.iterdir()) == [".gitignore", "init.json"]
    assert not (project.root / "skylift.toml").exists()


def test_a_config_that_is_a_link_to_nothing_is_not_written(project: Folder, tmp_path: Path) -> None:
    (project.root / "skylift.toml").symlink_to(tmp_path / "nothing.toml")
    with pytest.raises(NotReady, match="is a link to nothing"):
        proposal(project)
    assert not (tmp_path / "nothing.toml").exists()


def test_a_config_that_became_a_link_is_not_half_removed(project: Folder, tmp_path: Path) -> None:
    accept(proposal(project))
    (project.root / "skylift.toml").rename(tmp_path / "moved.toml")
    (project.root / "skylift.toml").symlink_to(tmp_path / "moved.toml")
    with pytest.raises(UsageError, match="is a link by now"):
        plan_undo(project.root)
    assert (project.root / "skylift.toml").is_symlink()
    assert (tmp_path / "moved.toml").exists()


@pytest.mark.parametrize("before", ["[project]\nname = 'x'\n", None])
def test_what_the_user_does_to_the_file_during_the_question_is_kept(
    project: Folder, before: str | None
) -> None:
    file = project.root / ("skylift.toml" if before is None else "pyproject.toml")
    if before is not None:
        file.write_text(before)
    known = proposal(project)
    file.write_text("name = 'precious'\n")
    with pytest.raises(NotReady, match="changed meanwhile") as error:
        accept(known)
    assert error.value.hints == ("run skylift init again",)
    assert file.read_text() == "name = 'precious'\n"
    assert not (project.root / ".skylift").exists()


def test_a_file_that_went_or_came_during_the_question_stops_it(project: Folder) -> None:
    pyproject = project.write("pyproject.toml", "[project]\nname = 'x'\n")
    known = proposal(project)
    project.write("skylift.toml", "name = 'mine'\n")
    with pytest.raises(NotReady, match=r"skylift\.toml was changed meanwhile"):
        accept(known)
    (project.root / "skylift.toml").unlink()
    pyproject.unlink()
    with pytest.raises(NotReady, match="changed meanwhile"):
        accept(known)
    assert list(project.root.iterdir()) == []


def test_undo_takes_nothing_back_from_a_file_that_changed_during_the_question(project: Folder) -> None:
    accept(proposal(project))
    known = plan_undo(project.root)
    file = project.root / "skylift.toml"
    file.write_text(file.read_text() + "# precious\n")
    with pytest.raises(NotReady, match="changed meanwhile"):
        carry_out(known)
    assert file.read_text().endswith("# precious\n")
    carry_out(plan_undo(project.root))
    assert file.read_text() == "# precious\n"


def test_what_a_killed_init_left_beside_the_file_goes_with_the_next_one(project: Folder) -> None:
    project.write("pyproject.toml", "[project]\nname = 'x'\n")
    names = (".pyproject.toml.ab12_xyz.tmp", ".pyproject.toml.fresh_00.tmp", ".pyproject.toml.mine.tmp")
    for name in names:
        os.utime(project.write(name, "half"), (1, 1))
    os.utime(project.root / names[1])
    accept(proposal(project))
    assert not (project.root / names[0]).exists()
    assert (project.root / names[1]).exists()
    assert (project.root / names[2]).exists()
