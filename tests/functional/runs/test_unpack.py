"""Archives that mean no good."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from skylift.errors import NotReady, UsageError
from skylift.runs.unpack import unpack


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
