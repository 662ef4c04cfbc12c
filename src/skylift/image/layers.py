"""Entries → a layer: a tar that is equal for equal entries, gzipped and hashed in one pass."""

from __future__ import annotations

import hashlib
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from skylift.errors import NotReady
from skylift.host.files import read_json, write_json
from skylift.image.compression import FASTEST, Compressor, GzipSink
from skylift.image.entries import Entry
from skylift.values.images import Layer
from skylift.values.references import is_digest

_CHUNK = 1 << 20
# 1980-01-01: the earliest time that a zip can hold, so that files of an image can be packed again.
_TIME = 315_532_800


@dataclass(frozen=True)
class WrittenLayer:
    digest: str
    diff_id: str
    size: int


def write_layer(
    entries: Iterable[Entry], into: Path, *, compressor: Callable[[], Compressor] = FASTEST
) -> WrittenLayer:
    """Write a gzipped tar to ``into``, streaming; parents of entries become folders with mode 0755.

    The same entries in the same order give the same bytes: owner, time and mode are fixed.

    :raises NotReady: when a file is not what its entry says, because it changed meanwhile.
    """
    with into.open("wb") as stream:
        sink = GzipSink(stream, compressor())
        folders: set[str] = set()
        for entry in entries:
            for folder in _missing_parents(entry.path, folders):
                sink.write(_header(Entry(folder)))
            if not entry.path.endswith("/"):
                sink.write(_header(entry))
                _copy(entry, sink)
        sink.write(bytes(2 * tarfile.BLOCKSIZE))
        sink.finish()
    return WrittenLayer(sink.digest, sink.diff_id, sink.size)


def _missing_parents(path: str, known: set[str]) -> Iterator[str]:
    parts = path.split("/")[:-1]
    for end in range(1, len(parts) + 1):
        folder = "/".join(parts[:end]) + "/"
        if folder not in known:
            known.add(folder)
            yield folder


def _header(entry: Entry) -> bytes:
    info = tarfile.TarInfo(entry.path)
    info.mtime = _TIME
    info.mode = 0o755 if entry.executable or entry.path.endswith("/") else 0o644
    info.size = entry.size
    if entry.link:
        info.type, info.linkname, info.size, info.mode = tarfile.SYMTYPE, entry.link, 0, 0o777
    elif entry.path.endswith("/"):
        info.type = tarfile.DIRTYPE
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _copy(entry: Entry, sink: GzipSink) -> None:
    if entry.link:
        return
    hasher = hashlib.sha256()
    size = 0
    with entry.opened() as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            sink.write(chunk)
            if entry.sha256:
                hasher.update(chunk)
    if size != entry.size or (entry.sha256 and hasher.hexdigest() != entry.sha256):
        raise NotReady(
            f"/{entry.path} changed while the image was being built",
            hints=("run the command again when the file is at rest",),
        )
    sink.write(bytes(-size % tarfile.BLOCKSIZE))


@dataclass(frozen=True)
class LayerStore:
    """Layers on this machine, by key. Any number of processes may use it at once."""

    folder: Path

    def find(self, key: str, title: str) -> Layer | None:
        """The layer of that key; None unless both its facts and its bytes are complete."""
        facts = _facts(self.folder / f"{key}.json")
        if facts is None:
            return None
        blob = self._blob(facts.digest)
        complete = blob.exists() and blob.stat().st_size == facts.size
        return Layer(key, facts.digest, facts.diff_id, facts.size, title, blob) if complete else None

    def add(self, key: str, title: str, entries: Iterable[Entry]) -> Layer:
        """Write a layer and remember it; nobody sees it before it is complete."""
        with _scratch(self.folder) as scratch:
            written = write_layer(entries, scratch)
            # By digest, not by key: two processes may make different bytes of one key, and then
            # each must find its own behind its facts.
            blob = self._blob(written.digest)
            scratch.replace(blob)
        facts = {"digest": written.digest, "diff_id": written.diff_id, "size": written.size, "title": title}
        write_json(self.folder / f"{key}.json", facts)
        return Layer(key, written.digest, written.diff_id, written.size, title, blob)

    def _blob(self, digest: str) -> Path:
        return self.folder / f"{digest.removeprefix('sha256:')}.tar.gz"


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=".tmp")
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _facts(path: Path) -> WrittenLayer | None:
    try:
        found = read_json(path)
    except ValueError:  # half a file from a machine that lost power
        return None
    return written_layer(found) if found else None


def written_layer(value: Mapping[str, object]) -> WrittenLayer | None:
    """Read ``{"digest", "diff_id", "size"}``; None when it is not that."""
    digest, diff_id, size = value.get("digest"), value.get("diff_id"), value.get("size")
    if isinstance(digest, str) and isinstance(diff_id, str) and isinstance(size, int):
        return WrittenLayer(digest, diff_id, size) if is_digest(digest) and is_digest(diff_id) else None
    return None
