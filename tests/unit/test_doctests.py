"""The examples in docstrings run."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"
OF_A_PROJECT = {"skylift.flow.project", "skylift.flow.running"}
"""Train something: see tests/functional/flow/test_python_face.py."""
MODULES = {
    ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")
    for path in SRC.rglob("*.py")
    if ">>>" in path.read_text()
}


@pytest.mark.parametrize("name", sorted(MODULES - OF_A_PROJECT))
def test_examples(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted > 0
    assert found.failed == 0
