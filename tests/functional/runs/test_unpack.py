"""Archives that mean no good."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from skylift.errors import NotReady, UsageError
from skylift.runs.unpack import copy, download, files_in, is_without_files, unpack


def archive(path: Path, *members: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for member in members:
            tar.addfile(member, io.BytesIO(b"x" * member.size) if member.isfile() else None)
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    info.size = 1 if kind == tarfile.REGTYPE else 0
    return info


def test_plain_files_arrive(tmp_path: Path) -> None:
    made = archive(
        tmp_path / "a.tar.gz", member("d", tarfile.DIRTYPE), member("d/ü 'x'\n.txt"), member("m.pkl")
    )
    assert unpack(made, tmp_path / "out") == ["d/ü 'x'\n.txt", "m.pkl"]
    assert (tmp_path / "out" / "m.pkl").read_bytes() == b"x"


@pytest.mark.parametrize(
    "bad",
    [
        member("../escape"),
        member("/etc/x"),
        member("a/../../b"),
        member("link", tarfile.SYMTYPE, "/etc/passwd"),
        member("up", tarfile.SYMTYPE, "../x"),
        member("hard", tarfile.LNKTYPE, "/etc/passwd"),
        member("device", tarfile.CHRTYPE),
        member("fifo", tarfile.FIFOTYPE),
    ],
    ids=lambda info: info.name,
)
def test_one_bad_member_refuses_the_whole(tmp_path: Path, bad: tarfile.TarInfo) -> None:
    made = archive(tmp_path / "a.tar.gz", member("good"), bad)
    with pytest.raises(UsageError):
        unpack(made, tmp_path / "sub" / "out")
    assert list((tmp_path / "sub").iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    with pytest.raises(UsageError, match="not empty"):
        unpack(archive(tmp_path / "a.tar.gz", member("m")), tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]


def test_links_that_stay_inside_arrive(tmp_path: Path) -> None:
    made = archive(
        tmp_path / "a.tar.gz",
        member("d", tarfile.DIRTYPE),
        member("d/m"),
        member("latest", tarfile.SYMTYPE, "d"),
    )
    unpack(made, tmp_path / "out")
    assert (tmp_path / "out" / "latest" / "m").read_bytes() == b"x"


def test_a_damaged_archive_is_told_as_one(tmp_path: Path) -> None:
    made = archive(tmp_path / "a.tar.gz", member("m"))
    made.write_bytes(made.read_bytes()[:60])
    with pytest.raises(NotReady, match="damaged"):
        unpack(made, tmp_path / "sub" / "out")
    assert list((tmp_path / "sub").iterdir()) == []


def test_a_folder_is_copied_and_nothing_of_what_lies_outside(weird_tmp_path: Path) -> None:
    folder = weird_tmp_path / "model"
    (folder / "steps" / "9").mkdir(parents=True)
    (folder / "steps" / "9" / "w").write_text("nine")
    (folder / "run me").write_text("x")
    (folder / "run me").chmod(0o700)
    (weird_tmp_path / "secret").write_text("s3cret")
    (folder / "last").symlink_to("steps/9")
    (folder / "best").symlink_to("steps/9/w")
    (folder / "steps" / "up").symlink_to("..")
    for name, target in (("out", "../secret"), ("absolute", "/etc"), ("gone", "nowhere"), ("loop", "loop")):
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "fifo")
    found = copy(folder, weird_tmp_path / "out")
    # Below a link to a folder no other one is followed.
    below_up = ["steps/up/best", "steps/up/run me", "steps/up/steps/9/w"]
    assert found == ["best", "last/w", "run me", "steps/9/w", *below_up]
    assert found == files_in(weird_tmp_path / "out")
    assert not [path for path in (weird_tmp_path / "out").rglob("*") if path.is_symlink()]
    assert (weird_tmp_path / "out" / "run me").stat().st_mode & 0o777 == 0o755


def test_objects_become_files(tmp_path: Path) -> None:
    objects = {"a": b"1", "d/ü 'x'\n": b"2", "d/": b""}
    found = download(objects, lambda name, path: write(path, objects[name]), tmp_path / "out")
    assert found == files_in(tmp_path / "out") == ["a", "d/ü 'x'\n"]


@pytest.mark.parametrize("bad", ["../escape", "/etc/x", "a/../../b", ""])
def test_one_bad_name_refuses_the_whole(tmp_path: Path, bad: str) -> None:
    with pytest.raises(UsageError, match="not a plain file"):
        download(["good", bad], lambda _, path: write(path, b""), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_download_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fetch(name: str, path: Path) -> None:
        path.touch()
        if name == "7":
            raise NotReady("gone")

    with pytest.raises(NotReady):
        download(map(str, range(20)), fetch, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_neither_form_overwrites_anything(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    with pytest.raises(UsageError, match="not empty"):
        copy(tmp_path / "model", tmp_path / "out")
    with pytest.raises(UsageError, match="not empty"):
        download(["a"], lambda _, path: write(path, b""), tmp_path / "out")
    assert files_in(tmp_path / "out") == ["mine"]


def write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def test_what_holds_no_file_is_known_for_both_forms(tmp_path: Path) -> None:
    assert is_without_files(archive(tmp_path / "empty.tar.gz"))
    assert is_without_files(archive(tmp_path / "folders.tar.gz", member("d", tarfile.DIRTYPE)))
    assert not is_without_files(
        archive(tmp_path / "full.tar.gz", member("d", tarfile.DIRTYPE), member("d/m"))
    )
    assert not is_without_files(tmp_path / "never made")
    (tmp_path / "folder" / "below").mkdir(parents=True)
    assert is_without_files(tmp_path / "folder")
    (tmp_path / "folder" / "below" / "m").touch()
    assert not is_without_files(tmp_path / "folder")
    (tmp_path / "damaged.tar.gz").write_bytes(b"no archive")
    with pytest.raises(NotReady, match="is damaged"):
        is_without_files(tmp_path / "damaged.tar.gz")
