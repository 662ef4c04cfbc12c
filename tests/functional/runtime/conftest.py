"""Stages for the runtime: one on the interpreter of the tests, one on each that is here."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.functional.runtime.stage import PACKAGE, Stage, interpreters

from skylift.image.archive import runtime_archive
from skylift.project.files.stage import runtime_sources


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package in a folder of its own, as the client copies it."""
    folder = tmp_path_factory.mktemp("opt skylift") / "runtime" / "skylift_runtime"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as one file."""
    # A folder of its own that everybody may read: temporary ones are their maker's.
    file = tmp_path_factory.mktemp("opt archive") / "runtime" / "it's a runtime.pyz"
    file.parent.mkdir()
    file.write_bytes(runtime_archive(runtime_sources()))
    return file


@pytest.fixture(params=["folder", "archive"])
def form(request: pytest.FixtureRequest, runtime: Path, archive: Path) -> Path:
    """What Python is started with: the package or the archive."""
    return archive if request.param == "archive" else runtime


@pytest.fixture
def stage(tmp_path: Path, form: Path) -> Stage:
    return Stage(tmp_path, form)


@pytest.fixture(params=list(interpreters()))
def any_stage(request: pytest.FixtureRequest, tmp_path: Path, form: Path) -> Stage:
    """A stage on each interpreter in turn."""
    return Stage(tmp_path, form, python=interpreters()[request.param])
