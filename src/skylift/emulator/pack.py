"""A folder's contents as tar.gz, the way the service uploads ``model`` and ``output/data``."""

from __future__ import annotations

import gzip
import os
import stat
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from skylift.host.files import atomic_file

# Weights hardly compress: more effort costs minutes and saves a few percent.
_EFFORT = 1


@dataclass(frozen=True)
class Packed:
    """How many members there are, and what was left out: links that lead away, sockets, devices."""

    members: int
    skipped: tuple[str, ...] = ()


def pack(folder: Path, archive: Path) -> Packed:
    """Write the contents of a folder, in one order whatever the disk says.

    Members are relative to the folder itself: ``model.pkl``, not ``model/model.pkl``. A link to a
    file inside becomes that file, a link to a folder inside stays a link, and a link that leads
    away is left out: a job must not make us pack what is not its own.
    """
    packing = _Packing(folder)
    with (
        atomic_file(archive) as stream,
        gzip.GzipFile("", "wb", _EFFORT, stream, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in _walk(folder) if not folder.is_symlink() else ():
            packing.add(path, tar)
    return Packed(packing.members, tuple(packing.skipped))


def is_empty(folder: Path) -> bool:
    """True as well for what is no folder of its own."""
    return folder.is_symlink() or not folder.is_dir() or next(_walk(folder), None) is None


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir(), key=lambda path: os.fsencode(path.name)):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)


class _Packing:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._real = folder.resolve()
        self.members = 0
        self.skipped: list[str] = []

    def add(self, path: Path, tar: tarfile.TarFile) -> None:
        name = path.relative_to(self._folder).as_posix()
        source = self._source(path)
        if source is None:
            self.skipped.append(name)
            return
        member = tar.gettarinfo(str(source), name)
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        # Hard links and every link to a file become the file: whoever unpacks needs no order.
        if source.is_file() and not source.is_symlink():
            member.type, member.linkname, member.size = tarfile.REGTYPE, "", source.stat().st_size
            with source.open("rb") as stream:
                tar.addfile(member, stream)
        else:
            tar.addfile(member)
        self.members += 1

    def _source(self, path: Path) -> Path | None:
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode):
            return path if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else None
        target = _resolved(path)
        if target is None or not target.is_relative_to(self._real):
            return None
        if target.is_file():
            return target
        # An absolute link to a folder would point into this machine's tree once it is unpacked.
        return path if target.is_dir() and not path.readlink().is_absolute() else None


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError):
        # A loop (RuntimeError before Python 3.13) or a link to nothing.
        return None
