"""The lock is committed: what one command says for itself does not change it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.functional.packages.tiny_wheels import alone_with, make_wheel

from skylift.errors import UsageError
from skylift.flow.project import Project
from skylift.flow.world import World
from skylift.packages.lock import LOCK_NAME


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make_wheel(tmp_path / "wheels", "alpha", "1.0")
    make_wheel(tmp_path / "wheels", "beta", "1.0")
    root = tmp_path / "it's a project"
    root.mkdir()
    (root / "train.py").touch()
    (root / "skylift.toml").write_text('entry-point = "train.py"\ndependencies = ["alpha"]\n')
    return root


def load(root: Path, variables: dict[str, str] | None = None, **overrides: str) -> Project:
    environment = {**alone_with(root.parent / "wheels", root.parent), **(variables or {})}
    return Project.load(root, world=World(environment, root.parent), overrides=overrides)


def test_a_flag_does_not_change_the_lock(root: Path) -> None:
    with pytest.raises(UsageError, match="--set dependencies"):
        load(root, dependencies="beta").lock()
    assert not (root / LOCK_NAME).exists()
    before = load(root).lock()
    with pytest.raises(UsageError, match="for everybody"):
        load(root, dependencies="beta").lock()
    with pytest.raises(UsageError, match="SKYLIFT_PYTHON"):
        load(root, {"SKYLIFT_PYTHON": "3.9"}).lock()
    # What changes nothing is nobody's business.
    assert load(root, dependencies="alpha").lock() == before
    assert load(root).lock() == before


def test_an_upgrade_takes_what_is_newer(root: Path) -> None:
    load(root).lock()
    make_wheel(root.parent / "wheels", "alpha", "1.1")
    assert '"1.0"' in str(load(root).lock().path.read_text())
    assert '"1.1"' in load(root).lock(("alpha",)).path.read_text()
