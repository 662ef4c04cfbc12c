"""Looking at real folders, the odd ones too."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from pathlib import Path

import pytest

from skylift.data.dataset import version_of
from skylift.data.scan import scan
from skylift.errors import NotReady, UsageError

HOSTILE = ["a b", "quo'te\"", "new\nline", "ünï🛫", "-rf", "#x%20", "deep/er/file.csv", ".hidden"]


def write(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


def test_every_file_is_found_in_order_with_its_content(tmp_path: Path) -> None:
    found = scan(write(tmp_path, *HOSTILE))
    assert [file.path for file in found] == sorted(HOSTILE)
    for file in found:
        data = file.path.encode()
        assert (file.sha256, file.size) == (hashlib.sha256(data).hexdigest(), len(data))


def test_the_version_depends_on_nothing_but_content(tmp_path: Path) -> None:
    here, there = write(tmp_path / "here", "a", "b/c"), write(tmp_path / "elsewhere", "b/c", "a")
    os.utime(here / "a", (1, 1))
    assert version_of(scan(here)) == version_of(scan(there))


def test_empty_files_count_and_empty_folders_do_not(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "folder" / "inside").mkdir(parents=True)
    assert [(file.path, file.size) for file in scan(tmp_path)] == [("empty", 0)]


def test_an_empty_folder_is_no_error(tmp_path: Path) -> None:
    assert scan(tmp_path) == ()


def test_the_executable_bit_is_seen(tmp_path: Path) -> None:
    write(tmp_path, "run.sh", "data")
    (tmp_path / "run.sh").chmod(0o755)
    assert {file.path: file.executable for file in scan(tmp_path)} == {"run.sh": True, "data": False}


def test_links_inside_are_followed(tmp_path: Path) -> None:
    write(tmp_path, "real/file")
    (tmp_path / "link").symlink_to("real/file")
    (tmp_path / "folder").symlink_to("real", target_is_directory=True)
    found = scan(tmp_path)
    assert [file.path for file in found] == ["folder/file", "link", "real/file"]
    assert len({file.sha256 for file in found}) == 1


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path / "real", "file")
    (tmp_path / "data").symlink_to("real", target_is_directory=True)
    assert [file.path for file in scan(tmp_path / "data")] == ["file"]


def test_everything_that_can_not_travel_is_named_at_once(tmp_path: Path) -> None:
    folder = write(tmp_path / "data", "fine")
    write(tmp_path, "secret")
    (folder / "out").symlink_to("../secret")
    (folder / "dangling").symlink_to("nothing")
    (folder / "self").symlink_to("self")
    (folder / "circle").symlink_to(".", target_is_directory=True)
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        # Paths of sockets are short; relative to the folder it always fits.
        os.chdir(folder)
        try:
            listening.bind("socket")
        finally:
            os.chdir(here)
        with pytest.raises(UsageError, match="can not be part of a dataset") as caught:
            scan(folder)
    refused = caught.value.facts["refused"]
    assert isinstance(refused, list)
    assert [line.split("'")[1] for line in refused] == ["circle", "dangling", "out", "pipe", "self", "socket"]
    assert "and 1 more" in str(caught.value)


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff")).touch()
    with pytest.raises(UsageError, match="not UTF-8"):
        scan(tmp_path)


def test_a_folder_that_can_not_be_listed_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"can not list .*gone"):
        scan(tmp_path / "gone")


def test_a_file_that_is_being_written_is_noticed(tmp_path: Path) -> None:
    with (tmp_path / "growing").open("wb") as growing:
        growing.truncate(64 << 20)
        ended = threading.Event()

        def grow() -> None:
            size = 64 << 20
            while not ended.wait(0.0005):
                size += 1
                growing.truncate(size)

        writer = threading.Thread(target=grow)
        writer.start()
        try:
            with pytest.raises(NotReady, match=r"changed while it was being read: .*growing"):
                scan(tmp_path)
        finally:
            ended.set()
            writer.join()
