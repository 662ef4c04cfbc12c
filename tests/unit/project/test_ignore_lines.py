"""Lines for ignore files that mean one path, whatever its name."""

from __future__ import annotations

import pathspec
import pytest

from skylift.project.checks.places import pattern_of


@pytest.mark.parametrize(
    "name", ["sp .pem ", "t\t", " lead", "a\nb", "a\x85b", "x\u2028", "#x", "!y", "a[b]*?", "end\\", "a\\ "]
)
def test_a_line_means_its_path(name: str) -> None:
    line = pattern_of(name)
    assert len(line.splitlines()) == 1
    assert pathspec.GitIgnoreSpec.from_lines([line]).match_file(name)
    assert not pathspec.GitIgnoreSpec.from_lines([line]).match_file(f"{name}x")
