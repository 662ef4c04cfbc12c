"""Code comes to its folder as with the official toolkit, and an archive stays inside of it."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path
from typing import IO

import pytest

from skylift_runtime.failure import Unusable
from skylift_runtime.toolkit import ToolkitProgram, fetch, kind_of, requirements_command, shell_command


def nowhere(address: str, into: IO[bytes]) -> None:
    raise AssertionError(f"asked for {address}")


# Observed from sagemaker-training 5.1.4: _entry_point_type.get, without and with a setup.py.
OBSERVED_KINDS = [
    ("train.py", False, "script"),
    ("sub/train.py", False, "script"),
    ("run.sh", False, "command"),
    ("sub/run.sh", False, "command"),
    ("train", False, "command"),
    ("train.PY", False, "command"),
    ("a.sh.py", False, "script"),
    ("a.py.sh", False, "command"),
    (".py", False, "script"),
    (".sh", False, "command"),
    ("setup.py", False, "script"),
    ("run.bash", False, "command"),
    ("", False, "command"),
    ("train.py", True, "package"),
    ("sub/train.py", True, "package"),
    ("run.sh", True, "command"),
    ("sub/run.sh", True, "command"),
    ("train", True, "package"),
    ("train.PY", True, "package"),
    ("a.sh.py", True, "package"),
    ("a.py.sh", True, "command"),
    (".py", True, "package"),
    (".sh", True, "command"),
    ("setup.py", True, "package"),
    ("run.bash", True, "package"),
    ("", True, "package"),
]


def member(name: str, link: str = "", kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, 0o755
    info.size = 2 if kind == tarfile.REGTYPE else 0
    return info


def archive(path: Path, members: list[tarfile.TarInfo]) -> str:
    with tarfile.open(str(path), "w:gz") as stream:
        for info in members:
            stream.addfile(info, io.BytesIO(b"hi") if info.isreg() else None)
    return str(path)


@pytest.mark.parametrize(("name", "with_setup", "expected"), OBSERVED_KINDS)
def test_the_kind_is_that_of_the_official_toolkit(
    tmp_path: Path, name: str, with_setup: object, expected: str
) -> None:
    if with_setup:
        (tmp_path / "setup.py").touch()
    assert kind_of(name, str(tmp_path)) == expected


def test_a_folder_is_copied(tmp_path: Path) -> None:
    (tmp_path / "from" / "sub").mkdir(parents=True)
    (tmp_path / "from" / "sub" / "train.py").write_text("hi")
    (tmp_path / "from" / "run.sh").write_text("hi")
    assert fetch(str(tmp_path / "from"), str(tmp_path / "code"), nowhere)
    assert (tmp_path / "code" / "sub" / "train.py").read_text() == "hi"
    assert (tmp_path / "code" / "run.sh").read_text() == "hi"


def test_code_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "train.py").write_text("mine")
    assert not fetch("s3://bucket/sourcedir.tar.gz", str(tmp_path / "code"), nowhere)
    assert [path.name for path in (tmp_path / "code").iterdir()] == ["train.py"]


def test_an_archive_is_extracted_with_modes_and_links(tmp_path: Path) -> None:
    members = [
        member(".", kind=tarfile.DIRTYPE),
        member("./sub/run.sh"),
        member("sub/soft", "../sub/run.sh", tarfile.SYMTYPE),
        member("hard", "./sub/run.sh", tarfile.LNKTYPE),
    ]
    assert fetch(archive(tmp_path / "a.tar.gz", members), str(tmp_path / "code"), nowhere)
    for name in ("sub/run.sh", "sub/soft", "hard"):
        assert (tmp_path / "code" / name).read_text() == "hi"
    assert (tmp_path / "code" / "sub" / "run.sh").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    "members",
    [
        [member("../evil")],
        [member("sub/../../evil")],
        [member("/tmp/skylift-evil")],
        [member("evil", "/etc/passwd", tarfile.SYMTYPE)],
        [member("evil", "../evil", tarfile.SYMTYPE)],
        [member("evil", "/etc/passwd", tarfile.LNKTYPE)],
        [member("evil", "../outside", tarfile.LNKTYPE)],
        [member("a/b/s", "../..", tarfile.SYMTYPE), member("t", "a/b/s/..", tarfile.SYMTYPE)],
        [member("s", ".", tarfile.SYMTYPE), member("s/evil")],
        [member("pipe", kind=tarfile.FIFOTYPE)],
    ],
)
def test_a_hostile_archive_is_refused(tmp_path: Path, members: list[tarfile.TarInfo]) -> None:
    (tmp_path / "outside").write_text("secret")
    source = archive(tmp_path / "a.tar.gz", members)
    with pytest.raises(Unusable, match=r"archive|extract"):
        fetch(source, str(tmp_path / "code"), nowhere)
    assert {path.name for path in tmp_path.iterdir()} == {"a.tar.gz", "code", "outside"}
    assert not (tmp_path / "code" / "evil").exists()


def test_code_that_cannot_be_had_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="no code at"):
        fetch("/nowhere", str(tmp_path / "code"), nowhere)


def test_an_archive_on_s3_is_downloaded_and_leaves_nothing_beside_the_code(tmp_path: Path) -> None:
    packed = Path(archive(tmp_path / "a.tar.gz", [member("train.py")])).read_bytes()
    asked: list[str] = []

    def download(address: str, into: IO[bytes]) -> None:
        asked.append(address)
        into.write(packed)

    (tmp_path / "ml").mkdir()
    assert fetch("s3://bucket/a.tar.gz", str(tmp_path / "ml" / "code"), download)
    assert asked == ["s3://bucket/a.tar.gz"]
    assert [str(path.relative_to(tmp_path / "ml")) for path in sorted((tmp_path / "ml").rglob("*"))] == [
        "code",
        "code/train.py",
    ]


def test_what_s3_has_instead_of_an_archive_is_said(tmp_path: Path) -> None:
    def download(_: str, into: IO[bytes]) -> None:
        into.write(b"no archive")

    with pytest.raises(Unusable, match="cannot extract the code from s3://bucket/a"):
        fetch("s3://bucket/a", str(tmp_path / "code"), download)


@pytest.mark.parametrize(
    ("kind", "listed", "expected"),
    [
        ("script", False, None),
        ("script", True, ["-r", "requirements.txt"]),
        ("package", False, ["."]),
        ("package", True, [".", "-r", "requirements.txt"]),
        ("command", True, None),
    ],
)
def test_requirements(tmp_path: Path, kind: str, listed: object, expected: list[str] | None) -> None:
    if listed:
        (tmp_path / "requirements.txt").touch()
    command = requirements_command(ToolkitProgram("a.py", "", kind), str(tmp_path), "py")
    assert command == (expected and ["py", "-m", "pip", "install", *expected])


def test_a_command_gets_its_arguments_whole(tmp_path: Path) -> None:
    script = tmp_path / "my run.sh"
    script.write_text("#!/bin/sh\nprintf '<%s>' \"$@\"\n")
    script.chmod(0o755)
    command = shell_command("my run.sh", ["a b", "", "$HOME; 'x'"])
    assert subprocess.check_output(command, cwd=str(tmp_path)) == b"<a b><><$HOME; 'x'>"
