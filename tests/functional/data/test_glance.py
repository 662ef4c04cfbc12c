"""A quick look at folders."""

from __future__ import annotations

import os
from pathlib import Path

from skylift.data.glance import glance


def test_it_counts_and_notices_changes(weird_tmp_path: Path) -> None:
    (weird_tmp_path / "a").mkdir()
    (weird_tmp_path / "a" / "x").write_bytes(b"12")
    (weird_tmp_path / "empty").touch()
    before = glance(weird_tmp_path)
    assert (before.files, before.bytes, before.has_links) == (2, 2, False)
    assert glance(weird_tmp_path) == before
    os.utime(weird_tmp_path / "empty", (1, 1))
    assert glance(weird_tmp_path).fingerprint != before.fingerprint


def test_links_to_elsewhere_and_to_nothing_are_seen_not_followed(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "nothing").symlink_to("/no/such/place")
    (tmp_path / "data" / "round").symlink_to(".")
    seen = glance(tmp_path / "data")
    assert seen.has_links
    assert seen.files == 2
