"""Where the code stands in git."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from tests.functional.project.folder import Folder

from skylift.errors import NotReady
from skylift.project.files.revision import revision
from skylift.project.files.ship import files_that_ship
from skylift.values.project import Revision


def test_nothing_is_known_outside_git_and_before_the_first_commit(project: Folder) -> None:
    assert revision(project.root) == Revision()
    project.git("init", "--quiet")
    assert revision(project.root) == Revision()


def test_a_clean_commit(project: Folder) -> None:
    project.write("train.py")
    first = project.commit()
    project.write("train.py", "1")
    commit = project.commit()
    found = revision(project.root)
    assert found == Revision(
        commit, "main", dirty=False, diff="", time="2026-01-02T03:04:05+00:00", identity=first
    )
    project.git("checkout", "--quiet", "--detach")
    assert revision(project.root).branch == ""


def test_what_makes_it_dirty(project: Folder) -> None:
    project.write_all({"train.py": "1", "gone.py": "", ".gitignore": "*.log", "run.sh": ""})
    project.commit()
    project.write_all({"x.log": "", ".env": "SECRET", ".venv/pyvenv.cfg": "", ".venv/a.py": ""})
    (project.root / "train.py").touch()
    assert not revision(project.root).dirty
    seen = {""}
    for change in (
        lambda: project.write("train.py", "2"),
        lambda: project.write("new ü\n.py", "1"),
        lambda: project.write("new ü\n.py", "2"),
        (project.root / "gone.py").unlink,
        lambda: (project.root / "run.sh").chmod(0o755),
        lambda: (project.root / "link").symlink_to("train.py"),
    ):
        change()
        found = revision(project.root)
        assert found.dirty
        assert found.diff not in seen
        seen.add(found.diff)


def test_bytes_that_are_no_text_count_too(project: Folder) -> None:
    (project.root / "a").write_bytes(b"\xe9")
    project.commit()
    hashes = set()
    for data in (b"\xe8", b"\xe7", b"\0\xe7"):
        (project.root / "a").write_bytes(data)
        hashes.add(revision(project.root).diff)
    assert len(hashes) == 3


def test_a_project_in_a_folder_of_the_repository_minds_its_own_files(project: Folder) -> None:
    project.write_all({"a/train.py": "", "b/other.py": ""})
    project.commit()
    project.write("b/other.py", "changed")
    assert not revision(project.root / "a").dirty
    project.write("a/train.py", "changed")
    assert revision(project.root / "a").dirty


def test_a_shallow_clone_does_not_know_the_first_commit(project: Folder, tmp_path: Path) -> None:
    project.write("a")
    project.commit("one")
    project.write("a", "2")
    commit = project.commit("two")
    clone = Folder(tmp_path / "clone")
    project.git("clone", "--quiet", "--depth=1", project.root.as_uri(), str(clone.root))
    found = revision(clone.root)
    assert (found.commit, found.identity) == (commit, "")


def lay_traps(project: Folder, mark: Path) -> None:
    """All that a config of git's can start when somebody only looks."""
    trap = f"touch '{mark}'; cat"
    project.write(".gitattributes", "* filter=x diff=x\n")
    for key in ("core.fsmonitor", "filter.x.clean", "filter.x.smudge", "diff.x.textconv", "diff.x.command"):
        project.git("config", key, trap)
    project.git("config", "filter.x.process", trap)
    project.git("config", "filter.x.required", "true")
    project.git("config", "diff.external", trap)
    project.git("config", "core.hooksPath", "hooks")
    project.write("hooks/post-index-change", f"#!/bin/sh\n{trap}\n").chmod(0o755)


def test_nothing_is_started_that_the_trees_own_config_names(project: Folder, tmp_path: Path) -> None:
    project.write_all({"train.py": "1", "sub/a.py": "1"})
    inner = Folder(project.root / "sub")
    inner.commit()
    project.commit()
    mark = tmp_path / "mark"
    lay_traps(inner, mark)
    lay_traps(project, mark)
    # Of another length than the index knows: else git would not look into it.
    project.write("train.py", "2 and more")
    inner.write("a.py", "2 and more")
    mark.unlink(missing_ok=True)
    assert revision(project.root).dirty
    assert {file.path for file in files_that_ship(project.root)} >= {"train.py", "sub/a.py"}
    assert not mark.exists()


def test_a_change_within_a_submodule_is_a_change(project: Folder) -> None:
    project.write_all({"train.py": "1", "sub/a.py": "1"})
    inner = Folder(project.root / "sub")
    inner.commit()
    project.commit()
    assert not revision(project.root).dirty
    inner.write("a.py", "2 and more")
    first = revision(project.root)
    inner.write("a.py", "3 and more")
    assert first.dirty
    assert first.diff != revision(project.root).diff


def test_a_filter_that_can_not_be_switched_off_is_refused(project: Folder) -> None:
    project.write("train.py", "1")
    project.commit()
    project.git("config", "filter.a=b.clean", "cat")
    with pytest.raises(NotReady, match="a filter with a name like no other"):
        revision(project.root)


def test_a_large_file_is_compared_with_the_pointer_that_git_has(project: Folder) -> None:
    def pointer(data: bytes) -> bytes:
        said = f"version https://git-lfs.github.com/spec/v1\noid sha256:{hashlib.sha256(data).hexdigest()}\n"
        return f"{said}size {len(data)}\n".encode()

    project.write(".gitattributes", "*.bin filter=lfs\n")
    (project.root / "a.bin").write_bytes(pointer(b"large"))
    project.commit()
    project.git("config", "filter.lfs.clean", "git-lfs clean -- %f")
    project.git("config", "filter.lfs.required", "true")
    (project.root / "a.bin").write_bytes(b"large")
    assert not revision(project.root).dirty
    (project.root / "a.bin").write_bytes(b"other")
    assert revision(project.root).dirty


def test_a_filter_of_the_users_own_is_asked(
    project: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write_all({".gitattributes": "*.txt filter=upper\n", "a.txt": "A"})
    project.commit()
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text('[filter "upper"]\n\tclean = tr a-z A-Z\n')
    project.write("a.txt", "a")
    os.utime(project.root / "a.txt", (1, 1))
    assert revision(project.root).dirty
    monkeypatch.setenv("HOME", str(home))
    assert not revision(project.root).dirty
