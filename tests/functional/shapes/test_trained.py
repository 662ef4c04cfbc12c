"""Some of the shapes train in a moment with nothing installed: from ``init`` to the model, and no change by hand.

``runs`` in ``expect.json``: ``arguments`` of ``skylift run``, expressions of the ``log``, files of the ``model``, names
of ``metrics``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.functional.shapes.shape import Shape, commit, shapes

from skylift.values.record import Record

_TRAINED = [shape for shape in shapes() if "runs" in shape.expected]
_EXAMPLE = Path(__file__).parents[3] / "examples" / "never-heard-of-sagemaker"


@pytest.mark.parametrize("shape", _TRAINED, ids=lambda shape: shape.name)
def test_a_project_trains_as_it_is(shape: Shape, weird_tmp_path: Path) -> None:
    root = shape.lay(weird_tmp_path)
    if not shape.expected.get("git"):
        commit(root)
    _trains(root, shape.expected["runs"])


def test_a_project_that_never_heard_of_sagemaker_trains_as_it_is(weird_tmp_path: Path) -> None:
    root = Shape(_EXAMPLE, {}).lay(weird_tmp_path)
    commit(root)
    _trains(root, {"log": ["loss: "], "model": ["model.pkl"], "metrics": ["loss"]})
    changed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True
    )
    assert changed.stdout.split() == ["??", "skylift.toml"]


def _trains(root: Path, expected: Mapping[str, Any]) -> None:
    _skylift(root, "init", "--yes")
    given = expected.get("arguments", ())
    name = _skylift(root, "run", "--on", "local", "--python", sys.executable, *given).split()[0]
    kept = root / ".skylift" / "runs" / name
    record, log = Record(json.loads((kept / "record.json").read_text())), (kept / "log").read_text()
    assert record.at("TrainingJobStatus") == "Completed"
    assert [line for line in expected.get("log", ()) if not re.search(line, log)] == [], log
    assert set(expected.get("metrics", ())) <= set(record.at("Skylift.metrics.last") or {}), log
    if "model" in expected:
        with tarfile.open(kept / "artifacts" / "model.tar.gz") as archive:
            assert set(expected["model"]) <= {name.removeprefix("./") for name in archive.getnames()}


def _skylift(root: Path, *arguments: str) -> str:
    """Its stdout."""
    done = subprocess.run(
        [sys.executable, "-m", "skylift", *arguments],
        cwd=root,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, (
        f"skylift {arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    )
    return done.stdout
