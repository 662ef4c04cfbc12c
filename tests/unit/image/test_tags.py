"""Names of images are valid, whatever branches are called."""

from __future__ import annotations

import pytest

from skylift.image.tags import branch_tag, commit_tag, deps_tag, moves
from skylift.values.project import Revision
from skylift.values.references import parse_image


@pytest.mark.parametrize("branch", ["main", "feature/x_1", "a" * 300, "Größe", "日本", "-x", "release/1.2"])
def test_a_branch_gives_a_valid_tag(branch: str) -> None:
    tag = branch_tag(branch)
    assert parse_image(f"registry.test/app:{tag}").tag == tag
    assert moves(tag)


def test_a_commit_says_whether_it_was_dirty() -> None:
    assert commit_tag(Revision(commit="a" * 40)) == "c-" + "a" * 12
    dirty = Revision(commit="a" * 40, dirty=True, diff="b" * 64)
    assert commit_tag(dirty) == "c-aaaaaaaaaaaa-dirty-bbbbbbbb"
    assert not moves(commit_tag(dirty))


def test_equal_layers_give_an_equal_tag_in_any_order() -> None:
    assert deps_tag(["a", "b"]) == deps_tag(["b", "a"]) != deps_tag(["a", "c"])
    assert not moves(deps_tag(["a"]))
