"""Layers on disk: equal bytes for equal entries, and nobody sees half of one."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from tests.unit.image.in_memory import a_recipe

from skylift.errors import NotReady
from skylift.image.assemble import assemble
from skylift.image.compression import FASTEST, zlib_level_1
from skylift.image.entries import Entry, file_entry, link_entry, reader
from skylift.image.layers import LayerStore, write_layer
from skylift.image.validate import problems

LONG = "/".join(["directory-of-some-length"] * 12) + "/file.py"
WEIRD = ["a b", "quote'\"", "new\nline", "größe-日本", "-dash", "x" * 150, LONG, "a\\b", "tab\t", "\udcff"]


def members(path: Path) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(path, errors="surrogateescape", encoding="utf-8") as archive:
        return {member.name: member for member in archive}


def test_every_name_and_content_arrives(tmp_path: Path) -> None:
    entries = [file_entry(f"opt/{name}", name.encode("utf-8", "surrogateescape")) for name in WEIRD]
    write_layer(entries, tmp_path / "layer")
    with tarfile.open(tmp_path / "layer", errors="surrogateescape", encoding="utf-8") as archive:
        for name in WEIRD:
            stream = archive.extractfile(f"opt/{name}")
            assert stream is not None
            assert stream.read() == name.encode("utf-8", "surrogateescape")


def test_modes_owners_times_and_parents_are_fixed(tmp_path: Path) -> None:
    entries = [
        Entry("opt/empty/"),
        file_entry("opt/a/run.sh", b"#!/bin/sh\n", executable=True),
        file_entry("opt/a/none", b""),
        link_entry("opt/a/link", "run.sh"),
    ]
    write_layer(entries, tmp_path / "layer")
    found = members(tmp_path / "layer")
    assert list(found) == ["opt", "opt/empty", "opt/a", "opt/a/run.sh", "opt/a/none", "opt/a/link"]
    assert {oct(found[name].mode) for name in ("opt", "opt/empty", "opt/a/run.sh")} == {"0o755"}
    assert (found["opt/a/none"].mode, found["opt/a/none"].size) == (0o644, 0)
    assert found["opt/a/link"].linkname == "run.sh"
    owners = {(m.uid, m.gid, m.uname, m.gname, m.mtime) for m in found.values()}
    assert owners == {(0, 0, "", "", 315_532_800)}


def test_the_compressor_changes_the_digest_but_not_the_diff_id(tmp_path: Path) -> None:
    entries = [file_entry("data", bytes(range(256)) * 20_000)]
    one = write_layer(entries, tmp_path / "one", compressor=FASTEST)
    again = write_layer(entries, tmp_path / "again", compressor=FASTEST)
    other = write_layer(entries, tmp_path / "other", compressor=zlib_level_1)
    assert one == again
    assert one.diff_id == other.diff_id
    # RFC 1952: no name, no time.
    assert (tmp_path / "one").read_bytes()[:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


def test_how_content_arrives_does_not_matter(tmp_path: Path) -> None:
    class Dripping(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 4099))

    content = b"0123456789abcdef" * 200_000
    whole = write_layer([file_entry("x", content)], tmp_path / "whole")
    drips = write_layer([Entry("x", len(content), lambda: Dripping(content))], tmp_path / "drips")
    assert whole == drips


@pytest.mark.parametrize("now", [b"longer than it was", b"other", b""])
def test_a_file_that_changes_meanwhile_is_an_error(tmp_path: Path, now: bytes) -> None:
    (tmp_path / "file").write_bytes(now)
    sha256 = "9b6d98ae8a2e2d4d1d9d0b8d0b1a6b0e7a4f7e4b8d3f3e7f0d3c1b5a2f4e6d8c"
    entry = Entry("opt/file", 5, reader(tmp_path / "file"), sha256=sha256)
    with pytest.raises(NotReady, match="/opt/file changed while"):
        LayerStore(tmp_path / "layers").add("key", "code", [entry])
    assert list((tmp_path / "layers").iterdir()) == []


def test_a_layer_is_found_only_when_complete(tmp_path: Path) -> None:
    store = LayerStore(tmp_path / "layers")
    assert store.find("key", "code") is None
    made = store.add("key", "code", [file_entry("a", b"a")])
    assert store.find("key", "code") == made
    assert problems(assemble(a_recipe(), [made])) == []
    assert made.blob is not None
    whole = made.blob.read_bytes()
    made.blob.write_bytes(whole[:-1])
    assert store.find("key", "code") is None
    made.blob.unlink()
    assert store.find("key", "code") is None
    made.blob.write_bytes(whole)
    for broken in ("", "{", "[]", '{"digest": "../../etc/passwd", "diff_id": "x", "size": 1}'):
        (tmp_path / "layers" / "key.json").write_text(broken)
        assert store.find("key", "code") is None


def test_two_that_make_different_bytes_of_one_key_do_not_mix(tmp_path: Path) -> None:
    store = LayerStore(tmp_path / "layers")
    one = store.add("key", "x", [file_entry("a", b"one")])
    other = store.add("key", "x", [file_entry("a", b"other")])
    assert store.find("key", "x") == other
    assert one.blob is not None
    assert problems(assemble(a_recipe(), [one])) == []
