"""Artifacts to a folder: nothing escapes it, no devices, nothing is overwritten."""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import tempfile
import zlib
from pathlib import Path, PurePosixPath

from skylift.errors import NotReady, UsageError
from skylift.host.files import remove_tree


def unpack(archive: Path, into: Path) -> list[str]:
    """Extract a tar.gz into a new folder; the names of its files, sorted.

    All of it appears at once or not at all. Members that are not plain files or folders, that are
    absolute or that climb out are refused as a whole: whoever made such an archive meant no good.

    :raises UsageError: when the folder exists and is not empty, or a member is refused.
    """
    if into.exists() and not into.is_dir():
        raise UsageError(f"{into} is a file", hints=("name a new folder with --output",))
    if into.exists() and any(into.iterdir()):
        raise UsageError(f"{into} is not empty", hints=("name another folder with --output",))
    into.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=into.parent, prefix=f".{into.name}."))
    try:
        names = _extracted(archive, temporary)
        temporary.chmod(0o755)
        if into.exists():
            into.rmdir()
        os.replace(temporary, into)  # noqa: PTH105 - says what it does on every platform
    except BaseException:
        remove_tree(temporary)
        raise
    return names


def _extracted(archive: Path, into: Path) -> list[str]:
    try:
        return _extract(archive, into)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise NotReady(f"{archive} is damaged: {error}", hints=("fetch or train it again",)) from error


def _extract(archive: Path, into: Path) -> list[str]:
    names = []
    links: list[tuple[Path, str]] = []
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            linked = member.issym() and _stays_inside(path, member.linkname)
            if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir() or linked):
                raise UsageError(f"{archive.name} holds {member.name!r}, which is not a plain file inside it")
            target = into / path
            if linked:
                links.append((target, member.linkname))
                continue
            if member.isdir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            source = tar.extractfile(member)
            assert source is not None
            with source, target.open("xb") as stream:
                shutil.copyfileobj(source, stream)
            target.chmod(0o755 if member.mode & 0o100 else 0o644)
            names.append(str(path))
    # Last, so that nothing is ever written through one.
    for target, link in links:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(link)
    return sorted(names)


def _stays_inside(path: PurePosixPath, link: str) -> bool:
    meant = os.path.normpath(path.parent / link)
    return not link.startswith("/") and not meant.startswith("..")
