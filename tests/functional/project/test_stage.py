"""The frozen copy beside a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.functional.project.folder import Folder

from skylift.errors import NotReady
from skylift.project.files.ship import files_that_ship
from skylift.project.files.stage import runtime_sources, stage
from skylift.values.project import ShippedFile


def test_what_lies_where(project: Folder, tmp_path: Path) -> None:
    project.write("run me.sh", "x").chmod(0o700)
    project.write("pkg/a\nb.py", "print()\n")
    (project.root / "pkg" / "link").symlink_to("../run me.sh")
    into = tmp_path / "run" / "skylift"
    stage(project.root, files_that_ship(project.root), b"{}", runtime_sources(), into)
    assert sorted(path.name for path in into.parent.iterdir()) == ["skylift"]
    assert (into / "project.json").read_bytes() == b"{}"
    assert (into / "runtime" / "skylift_runtime" / "__main__.py").is_file()
    code = into / "code"
    assert (code / "run me.sh").stat().st_mode & 0o777 == 0o755
    assert (code / "pkg" / "a\nb.py").read_text() == "print()\n"
    assert (code / "pkg" / "link").readlink() == Path("../run me.sh")
    stage(project.root, [], b"[]", {}, into)
    assert not list((into / "code").iterdir())


def test_a_file_that_went_away_leaves_nothing_half_done(project: Folder, tmp_path: Path) -> None:
    into = tmp_path / "skylift"
    with pytest.raises(NotReady, match=r"gone\.py"):
        stage(project.root, [ShippedFile("gone.py")], b"{}", {}, into)
    assert not into.exists()


def test_the_runtime_is_all_of_it_and_nothing_else() -> None:
    found = runtime_sources()
    assert {"skylift_runtime/__init__.py", "skylift_runtime/contract.py", "skylift_runtime/start.py"} <= set(
        found
    )
    assert all(path.endswith(".py") for path in found)
