"""Where the code stands in git."""

from __future__ import annotations

from pathlib import Path

from tests.functional.project.folder import Folder

from skylift.project.files.revision import revision
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
