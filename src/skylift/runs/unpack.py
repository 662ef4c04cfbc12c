"""Artifacts to a folder: nothing escapes it, no devices, nothing is overwritten."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from skylift.errors import UsageError
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
        names = _extract(archive, temporary)
        temporary.chmod(0o755)
        if into.exists():
            into.rmdir()
        os.replace(temporary, into)  # noqa: PTH105 - says what it does on every platform
    except BaseException:
        remove_tree(temporary)
        raise
    return names


def _extract(archive: Path, into: Path) -> list[str]:
    names = []
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir()):
                raise UsageError(f"{archive.name} holds {member.name!r}, which is not a plain file inside it")
            target = into / path
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
    return sorted(names)
