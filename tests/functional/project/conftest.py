"""A folder whose name has everything in it that a name can have."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.functional.project.folder import Folder


@pytest.fixture
def project(tmp_path: Path) -> Folder:
    root = tmp_path / 'it\'s a "project"; ü'
    root.mkdir()
    return Folder(root)
