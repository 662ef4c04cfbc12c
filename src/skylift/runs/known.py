"""What records hold only the hash of: code, lock, packages and data, once each, by that hash.

::

    .skylift/known/code/<hash>.json       the files that shipped
    .skylift/known/files/<sha256>         those of them that no commit has: the uncommitted changes
    .skylift/known/lock/<hash>.toml       the lock, without credentials
    .skylift/known/packages/<hash>.json   what was installed in an environment of the user's own
    .skylift/known/data/<hash>.json.gz    the files of a channel

It is for this machine only: neither image nor service ever sees it. Nobody else may read it, since changes that
were not committed may hold anything. What is damaged is taken for not kept.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from skylift.host.files import read_source
from skylift.host.toml import NotToml, parse_toml
from skylift.runs.store import RunStore
from skylift.values.known import KnownFile

_NAME = re.compile(r"[0-9a-f]{16,64}")
_SUFFIXES = {"code": ".json", "files": "", "lock": ".toml", "packages": ".json", "data": ".json.gz"}
_YOUNG_S = 3600.0
"""What is younger may belong to a run that is only just beginning."""
_LARGEST = 1 << 30
"""Bytes of a channel's list of files. What is larger was made to be."""
_COMPRESSION = 1
"""gzip's least: hashes do not compress, and a hundred thousand paths do even so."""


class Known:
    """``<project>/.skylift/known``. Every file is written whole, and what is there already is left alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep_code(self, digest: str, files: Iterable[KnownFile]) -> None:
        rows = [_row(file) for file in files]
        self._keep("code", digest, lambda: json.dumps({"schema": 1, "files": rows}).encode())

    def keep_file(self, content: bytes) -> None:
        self._keep("files", hashlib.sha256(content).hexdigest(), lambda: content)

    def has_file(self, digest: str) -> bool:
        return self._path("files", digest).exists()

    def keep_lock(self, digest: str, text: str) -> None:
        """:param text: with nothing in it that nobody may know."""
        self._keep("lock", digest, text.encode)

    def keep_packages(self, digest: str, packages: Mapping[str, str]) -> None:
        self._keep("packages", digest, lambda: json.dumps(dict(sorted(packages.items()))).encode())

    def keep_data(self, digest: str, files: Iterable[KnownFile]) -> None:
        """The files of a channel: of a hundred thousand, too."""

        def packed() -> bytes:
            rows = [_row(file) for file in files]
            # Without a time in it: equal contents, equal bytes.
            return gzip.compress(json.dumps({"schema": 1, "files": rows}).encode(), _COMPRESSION, mtime=0)

        self._keep("data", digest, packed)

    def code(self, digest: object) -> dict[str, KnownFile] | None:
        """The files by path; None when they were not kept."""
        return _files(self._read("code", digest))

    def data(self, digest: object) -> dict[str, KnownFile] | None:
        packed = self._read("data", digest)
        try:
            return _files(_unpacked(packed)) if packed is not None else None
        except (OSError, EOFError, ValueError, zlib.error):
            return None

    def file(self, digest: object) -> bytes | None:
        found = self._read("files", digest)
        return found if found is not None and hashlib.sha256(found).hexdigest() == digest else None

    def lock_text(self, digest: object) -> str | None:
        found = self._read("lock", digest)
        return found.decode(errors="replace") if found is not None else None

    def lock(self, digest: object) -> dict[str, str] | None:
        """Versions by package. One that the lock has in several versions has them all."""
        text = self.lock_text(digest)
        try:
            rows = parse_toml(text).get("packages") if text is not None else None
        except (NotToml, RecursionError):
            return None
        if not isinstance(rows, list):
            return None
        versions: dict[str, list[str]] = {}
        for row in rows:
            if isinstance(row, Mapping) and row.get("name"):
                versions.setdefault(str(row["name"]), []).append(str(row.get("version") or "-"))
        return {name: ", ".join(sorted(set(found))) for name, found in versions.items()}

    def packages(self, digest: object) -> dict[str, str] | None:
        found = _json(self._read("packages", digest))
        if not isinstance(found, Mapping):
            return None
        return {str(name): str(version) for name, version in found.items()}

    def _path(self, kind: str, digest: str) -> Path:
        return self.folder / kind / f"{digest}{_SUFFIXES[kind]}"

    def _read(self, kind: str, digest: object) -> bytes | None:
        # A record may come from anywhere, and what it says is not taken for a path.
        if not isinstance(digest, str) or not _NAME.fullmatch(digest):
            return None
        try:
            return read_source(self._path(kind, digest))
        except OSError:
            return None

    def _keep(self, kind: str, digest: str, content: Callable[[], bytes]) -> None:
        path = self._path(kind, digest)
        try:
            # A sign of life: it is not going to be collected while its new run begins.
            os.utime(path)
        except FileNotFoundError:
            for folder in (self.folder, path.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(path, content())


def _write(path: Path, content: bytes) -> None:
    """Under a temporary name first; two at once write the same.

    Nothing waits for the disk: after a power cut a file may be damaged, and is then taken for not kept.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _unpacked(packed: bytes) -> bytes:
    with gzip.open(io.BytesIO(packed)) as stream:
        found: bytes = stream.read(_LARGEST + 1)
    if len(found) > _LARGEST:
        raise ValueError("larger than what was ever kept")
    return found


def _row(file: KnownFile) -> list[Any]:
    return [file.path, file.sha256, file.size, int(file.executable), file.link, file.modified_ns]


def _files(found: bytes | None) -> dict[str, KnownFile] | None:
    document = _json(found)
    rows = document.get("files") if isinstance(document, Mapping) else None
    try:
        files = [
            KnownFile(str(path), str(sha256), int(size), bool(executable), str(link), int(modified))
            for path, sha256, size, executable, link, modified in rows or ()
        ]
    except (TypeError, ValueError, OverflowError):
        return None
    return {file.path: file for file in files} if rows is not None else None


def _json(found: bytes | None) -> Any:
    try:
        return json.loads(found) if found is not None else None
    except (ValueError, RecursionError):
        return None


def known_of(store: RunStore) -> Known:
    """What is kept beside the runs of a store."""
    return Known(store.lock.parent / "known")


def unreferenced(store: RunStore, *, older_s: float = _YOUNG_S) -> list[Path]:
    """What no run refers to any more, and what writers that were killed left half.

    A run writes its intent before it keeps anything, so that what is looked at first and is in no intent after
    that is nobody's.

    :param older_s: leaves alone what was written, or wanted again, more recently.
    """
    known = known_of(store)
    found = sorted(path for path in known.folder.glob("*/*") if _is_older(path, older_s))
    wanted = _wanted(store, known) if found else frozenset()
    return [path for path in found if (path.parent.name, path.name) not in wanted]


def collect(store: RunStore, *, older_s: float = _YOUNG_S) -> int:
    """Remove what no run refers to; the bytes that were freed."""
    freed = 0
    for path in unreferenced(store, older_s=older_s):
        with suppress(FileNotFoundError):
            # It may be wanted again since it was listed.
            if _is_older(path, older_s):
                size = path.lstat().st_blocks * 512
                path.unlink()
                freed += size
    return freed


def _is_older(path: Path, older_s: float) -> bool:
    try:
        return time.time() - path.lstat().st_mtime >= older_s
    except FileNotFoundError:
        return False


def _wanted(store: RunStore, known: Known) -> frozenset[tuple[str, str]]:
    """Kinds and names of the files that some run refers to.

    :raises NotReady: when an intent or a record can not be read, and what it refers to is not known.
    """
    digests = {pair for name in store.names() for pair in set(_named(store, name))}
    codes = (known.code(digest) for kind, digest in digests if kind == "code")
    digests |= {("files", file.sha256) for files in codes for file in (files or {}).values()}
    return frozenset((kind, f"{digest}{_SUFFIXES[kind]}") for kind, digest in digests)


def _named(store: RunStore, name: str) -> Iterator[tuple[str, str]]:
    intent, record = store.intent(name), store.load(name)
    for ours in (intent.get("ours"), record.ours if record is not None else None):
        if not isinstance(ours, Mapping):
            continue
        revision, interpreter = ours.get("revision") or {}, ours.get("interpreter") or {}
        yield "code", str(revision.get("code"))
        yield "lock", str(ours.get("lock"))
        yield "packages", str(interpreter.get("freeze"))
        for channel in (ours.get("channels") or {}).values():
            yield "data", str(channel.get("version") or channel.get("fingerprint"))
