"""A folder's contents as an archive."""

from __future__ import annotations

import os
import socket
import tarfile
from pathlib import Path

from tests.functional.emulator.workbench import members

from skylift.emulator.pack import Packed, is_empty, pack


def test_members_are_relative_and_in_one_order(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (folder / "b").mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / "b" / "x.bin").write_bytes(b"1")
    (folder / "a").write_bytes(b"")
    (folder / "wéird\nname").write_bytes(b"2")
    assert pack(folder, tmp_path / "m.tar.gz") == Packed(5)
    with tarfile.open(tmp_path / "m.tar.gz") as tar:
        assert tar.getnames() == ["a", "b", "b/x.bin", "empty", "wéird\nname"]
        assert {member.uname for member in tar} == {"root"}


def test_the_same_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    for name in "cab":
        (folder / name).write_text(name)
        os.utime(folder / name, (1, 1))
    pack(folder, tmp_path / "1.tar.gz")
    pack(folder, tmp_path / "2.tar.gz")
    assert (tmp_path / "1.tar.gz").read_bytes() == (tmp_path / "2.tar.gz").read_bytes()


def test_links_inside_are_kept_and_none_outside_is_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret")
    folder = tmp_path / "model"
    (folder / "steps").mkdir(parents=True)
    (folder / "steps" / "9").write_text("nine")
    (folder / "last").symlink_to("steps/9")
    (folder / "absolute").symlink_to(folder / "steps" / "9")
    (folder / "newest").symlink_to("steps")
    (folder / "hard").hardlink_to(folder / "steps" / "9")
    (folder / "out").symlink_to(tmp_path / "secret")
    (folder / "up").symlink_to("..")
    (folder / "loop").symlink_to("loop")
    (folder / "nothing").symlink_to("gone")
    os.mkfifo(folder / "fifo")
    packed = pack(folder, tmp_path / "m.tar.gz")
    assert packed.skipped == ("fifo", "loop", "nothing", "out", "up")
    found = members((tmp_path / "m.tar.gz").read_bytes())
    assert found == dict.fromkeys(["absolute", "hard", "last", "steps/9"], b"nine")
    with tarfile.open(tmp_path / "m.tar.gz") as tar:
        assert tar.getmember("newest").linkname == "steps"


def test_a_folder_that_became_a_link_is_nothing_of_the_jobs(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "secret").write_text("s3cret")
    (tmp_path / "model").symlink_to(tmp_path / "home")
    assert is_empty(tmp_path / "model")
    assert pack(tmp_path / "model", tmp_path / "m.tar.gz").members == 0
    assert members((tmp_path / "m.tar.gz").read_bytes()) == {}


def test_a_socket_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "s"))
        assert pack(folder, tmp_path / "m.tar.gz").skipped == ("s",)
