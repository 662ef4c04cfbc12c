"""The contents of folders as tar.gz, the way the service uploads ``model`` and ``output/data``."""

from __future__ import annotations

import gzip
import os
import stat
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from skylift.host.files import atomic_file
from skylift_runtime.contract import ML_ROOT

# Weights hardly compress: more effort costs minutes and saves a few percent.
_EFFORT = 1


@dataclass(frozen=True)
class Member:
    """One thing in an artifact."""

    name: str
    """POSIX, relative to the artifact."""
    source: Path
    """The file that holds its bytes; for folders and links the one it is."""
    kind: Literal["file", "folder", "link"]
    """A link is one to a folder; one to a file is the file."""
    target: str = ""
    """The name of the folder that a link leads to; ``.`` for all of the artifact."""


@dataclass(frozen=True)
class Gathered:
    """What several folders hold together, in one order whatever the disk says."""

    members: tuple[Member, ...]
    skipped: tuple[str, ...] = ()
    """Left out: links that lead away, sockets, devices."""
    overwritten: tuple[str, ...] = ()
    """Names that an earlier folder had, too."""


@dataclass(frozen=True)
class Packed:
    """How many members there are, and what was left out: links that lead away, sockets, devices."""

    members: int
    skipped: tuple[str, ...] = ()


def gather(folders: Sequence[tuple[Path, Path]]) -> Gathered:
    """What is in the folders, one laid over the other: of a name that two of them have, the later one counts.

    Names are relative to the folders themselves: ``model.pkl``, not ``model/model.pkl``. A link to a
    file inside becomes that file, a link to a folder inside stays a link, and a link that leads
    away is left out: a job must not make us pack what is not its own.

    :param folders: each with the root of its job's tree, which the job knows as ``/opt/ml``.
    """
    gathering = _Gathering()
    for folder, root in folders:
        if not folder.is_symlink():
            gathering.add_all(folder, root)
    members = sorted(gathering.members.values(), key=lambda member: _order(member.name))
    overwritten = sorted(gathering.overwritten, key=_order)
    return Gathered(tuple(members), tuple(gathering.skipped), tuple(overwritten))


def pack(folder: Path, archive: Path) -> Packed:
    """Write the contents of one folder."""
    return pack_members(gather([(folder, folder)]), archive)


def pack_members(gathered: Gathered, archive: Path) -> Packed:
    """Write what was gathered. Equal contents and times give equal bytes."""
    with (
        atomic_file(archive) as stream,
        gzip.GzipFile("", "wb", _EFFORT, stream, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for member in gathered.members:
            _add(member, tar)
    return Packed(len(gathered.members), gathered.skipped)


def files_of(members: Sequence[Member]) -> dict[str, Path]:
    """Every file by its name, for places that know no links.

    Below a link to a folder stand the files of that folder once more; links in it are not followed again,
    as they may lead in a circle.
    """
    files = {member.name: member.source for member in members if member.kind == "file"}
    again: dict[str, Path] = {}
    for link in (member for member in members if member.kind == "link"):
        below = "" if link.target == "." else f"{link.target}/"
        again |= {
            f"{link.name}/{name.removeprefix(below)}": source
            for name, source in files.items()
            if name.startswith(below)
        }
    return {**again, **files}


def is_empty(folder: Path) -> bool:
    """True as well for what is no folder of its own."""
    return folder.is_symlink() or not folder.is_dir() or next(_walk(folder), None) is None


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir(), key=lambda path: os.fsencode(path.name)):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)


def _order(name: str) -> list[bytes]:
    # Part by part: a folder stands right before what is in it.
    return os.fsencode(name).split(b"/")


class _Gathering:
    def __init__(self) -> None:
        self.members: dict[str, Member] = {}
        self.skipped: list[str] = []
        self.overwritten: set[str] = set()

    def add_all(self, folder: Path, root: Path) -> None:
        real = folder.resolve()
        for path in _walk(folder):
            name = path.relative_to(folder).as_posix()
            member = _member(name, path, real, root)
            if member is None:
                self.skipped.append(name)
            else:
                self._add(member)

    def _add(self, member: Member) -> None:
        earlier = self.members.get(member.name)
        if earlier is not None and (earlier.kind, member.kind) != ("folder", "folder"):
            self.overwritten.add(member.name)
            if earlier.kind == "folder":
                below = f"{member.name}/"
                self.members = {k: v for k, v in self.members.items() if not k.startswith(below)}
        self.members[member.name] = member


def _member(name: str, path: Path, folder: Path, root: Path) -> Member | None:
    mode = path.lstat().st_mode
    if stat.S_ISDIR(mode):
        return Member(name, path, "folder")
    if stat.S_ISREG(mode):
        return Member(name, path, "file")
    target = _target(path, root) if stat.S_ISLNK(mode) else None
    if target is None or not target.is_relative_to(folder):
        return None
    if target.is_file():
        return Member(name, target, "file")
    return Member(name, path, "link", target.relative_to(folder).as_posix()) if target.is_dir() else None


def _add(member: Member, tar: tarfile.TarFile) -> None:
    info = tar.gettarinfo(str(member.source), member.name)
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    if member.kind == "link":
        # As it is unpacked elsewhere; the job may have named the folder from the root.
        info.linkname = os.path.relpath(member.target, os.path.dirname(member.name) or ".")  # noqa: PTH120
    if member.kind != "file":
        tar.addfile(info)
        return
    # Hard links and every link to a file become the file: whoever unpacks needs no order.
    info.type, info.linkname, info.size = tarfile.REGTYPE, "", member.source.stat().st_size
    with member.source.open("rb") as stream:
        tar.addfile(info, stream)


def _target(link: Path, root: Path) -> Path | None:
    """Where a link leads, as the job saw it: what it knew as ``/opt/ml`` is its tree."""
    way = PurePosixPath(link.readlink())
    seen = root / way.relative_to(ML_ROOT) if way.is_relative_to(ML_ROOT) else link
    try:
        return seen.resolve(strict=True)
    except (OSError, RuntimeError):
        # A loop (RuntimeError before Python 3.13) or a link to nothing.
        return None
