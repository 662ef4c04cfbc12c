"""Stages for the runtime: one on the interpreter of the tests, one on each that is here."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.functional.runtime.stage import PACKAGE, Stage, interpreters


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package in a folder of its own, as the client copies it."""
    folder = tmp_path_factory.mktemp("opt skylift") / "runtime" / "skylift_runtime"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def stage(tmp_path: Path, runtime: Path) -> Stage:
    return Stage(tmp_path, runtime)


@pytest.fixture(params=list(interpreters()))
def any_stage(request: pytest.FixtureRequest, tmp_path: Path, runtime: Path) -> Stage:
    """A stage on each interpreter in turn."""
    return Stage(tmp_path, runtime, python=interpreters()[request.param])
