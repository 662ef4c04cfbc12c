"""Writing so that nobody ever sees half a file, and a few answers about files."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote_to_bytes, urlsplit

from skylift.errors import NotReady

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What an OSError says when there is no room left."""


_ABANDONED_S = 3600
MOST_BYTES = 64 << 20
"""Of a file that somebody wrote by hand, or a lock: beyond that it is something else."""


class DamagedFile(NotReady, ValueError):
    """A file of ours is not what we wrote. A cache takes it for a ValueError and makes it anew."""


@contextmanager
def atomic_file(path: Path, *, mode: int = 0o644) -> Iterator[BinaryIO]:
    """A file that takes its name only when the block ends well; nothing is left behind otherwise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, mode)  # noqa: PTH101 - a name from mkstemp, not a Path
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def remove_abandoned(path: Path) -> None:
    """Remove what writers of this file left behind when they were killed: ours by name and owner, and an hour old."""
    left = re.compile(re.escape(f".{path.name[:40]}.") + r"[a-z0-9_]{8}\.tmp")
    before = time.time() - _ABANDONED_S
    with suppress(OSError):
        for one in path.parent.iterdir():
            if left.fullmatch(one.name):
                found = one.lstat()
                if stat.S_ISREG(found.st_mode) and found.st_uid == os.getuid() and found.st_mtime < before:
                    one.unlink()


def write_bytes(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    with atomic_file(path, mode=mode) as stream:
        stream.write(data)


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode())


def write_json(path: Path, value: object) -> None:
    write_text(path, json.dumps(value, indent=2) + "\n")


def open_source(path: Path) -> BinaryIO:
    """A file to read, of which nothing but its name is known.

    :raises FileNotFoundError: when there is none.
    :raises OSError: for what is no regular file, which might never answer.
    """
    # A device can do something when it is opened, and a pipe waits for whoever writes to it.
    _refuse_strange(path, path.stat().st_mode)
    stream = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    try:
        _refuse_strange(path, os.fstat(stream.fileno()).st_mode)
    except OSError:
        stream.close()
        raise
    return stream


def read_source(path: Path, most: int = MOST_BYTES) -> bytes:
    """The bytes of a project's file. A clone can bring anything under any name.

    :raises FileNotFoundError: when there is none.
    :raises OSError: for what is no regular file, which might never answer, and for one that is larger than ``most``.
    """
    with open_source(path) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"larger than {most >> 10} kB", str(path))
    return data


def _refuse_strange(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "neither a file nor a link to one", str(path))


def read_source_text(path: Path, most: int = MOST_BYTES) -> str:
    """The same as text, without its BOM; what is no UTF-8 stands in it as U+FFFD. Lines end in a newline."""
    text = read_source(path, most).decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_json(path: Path) -> dict[str, object] | None:
    """The object in a JSON file; None when there is no such file.

    :raises DamagedFile: when it is no JSON.
    """
    try:
        found = json.loads(read_source(path))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError) as error:
        raise DamagedFile(f"{path} is damaged: {error}", hints=("remove it, or put it right",)) from error
    return found if isinstance(found, dict) else {}


def canonical_json(value: object) -> bytes:
    """One spelling of a JSON value, for hashing: sorted keys, no blanks, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def sha256_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as stream:
        hasher = hashlib.sha256()
        while chunk := stream.read(1 << 20):
            hasher.update(chunk)
    return hasher.hexdigest()


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold an advisory lock; the kernel lets go of it when the process dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """The same on a folder, for which no file has to be made; nothing where the file system has no such locks."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def remove_tree(path: Path) -> None:
    """Remove a folder, with folders in it that are closed to us; links are removed, never followed."""
    if path.is_symlink():
        path.unlink()
        return
    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        if path.exists():
            raise
    except PermissionError:
        _open_up(path)
        shutil.rmtree(path)


def _open_up(path: Path) -> None:
    path.chmod(0o700)
    for folder, names, _ in os.walk(path):
        for name in names:
            below = Path(folder, name)
            if not below.is_symlink():
                below.chmod(0o700)


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where caches go: ``$SKYLIFT_CACHE_DIR``, else below the XDG cache folder."""
    said = environment.get("SKYLIFT_CACHE_DIR")
    if said:
        return Path(said)
    return Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "skylift"


def is_text(name: str) -> bool:
    """Whether a file's name is text: bytes that are no UTF-8 stand in it as surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def path_of(uri: str) -> Path:
    """The path in a ``file:///`` URI, whatever bytes it has."""
    return Path(os.fsdecode(unquote_to_bytes(urlsplit(uri).path)))
