"""Writing so that nobody ever sees half a file, and a few answers about files."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from skylift.errors import NotReady

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What an OSError says when there is no room left."""


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


def write_bytes(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    with atomic_file(path, mode=mode) as stream:
        stream.write(data)


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode())


def write_json(path: Path, value: object) -> None:
    write_text(path, json.dumps(value, indent=2) + "\n")


def read_json(path: Path) -> dict[str, object] | None:
    """The object in a JSON file; None when there is no such file.

    :raises DamagedFile: when it is no JSON.
    """
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
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
