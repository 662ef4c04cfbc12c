"""Wheels into the cache, each once, each proven by its hash before it has a name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import BinaryIO, cast

from skylift.errors import DownloadError
from skylift.host.files import atomic_file
from skylift.host.redaction import redact_url
from skylift.values.packages import Wheel
from skylift.values.ports import Downloader
from skylift.values.progress import Progress, Report

_THREADS = 8


def fetch(
    wheels: Sequence[Wheel], cache: Path, downloader: Downloader, report: Report
) -> Mapping[Wheel, Path]:
    """Where each wheel lies in the cache; what is missing is downloaded first.

    :raises DownloadError: when one can not be had, or has another hash than the lock says.
    """
    paths = {wheel: cache / "wheels" / wheel.sha256 / wheel.filename for wheel in wheels}
    missing = {wheel: path for wheel, path in paths.items() if not _is_there(wheel, path)}
    total, done = sum(wheel.size for wheel in missing), 0
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="fetch") as pool:
        futures = {pool.submit(_fetch_one, wheel, path, downloader): wheel for wheel, path in missing.items()}
        try:
            for future in as_completed(futures):
                future.result()
                done += futures[future].size
                report(Progress("fetch", futures[future].filename, done, total))
        finally:
            # After a failure, what has not begun is not begun.
            pool.shutdown(cancel_futures=True)
    return paths


def _is_there(wheel: Wheel, path: Path) -> bool:
    # A name in the cache is only given to proven bytes; the size tells of a disk that lost some since.
    return path.is_file() and path.stat().st_size == (wheel.size or path.stat().st_size)


def _fetch_one(wheel: Wheel, path: Path, downloader: Downloader) -> None:
    with atomic_file(path) as stream:
        sink = _HashingSink(stream)
        downloader.fetch(wheel.url, cast("BinaryIO", sink))
        if sink.sha256 != wheel.sha256:
            raise DownloadError(
                f"{wheel.filename} has another hash than the lock says: {sink.sha256}",
                hints=(
                    "the index serves other bytes than when the lock was made: find out why before locking anew",
                ),
                url=redact_url(wheel.url),
                expected=wheel.sha256,
                found=sink.sha256,
            )


class _HashingSink:
    """Hashes while it writes. A downloader that has to start again goes back to the beginning."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        return self._stream.write(data)

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, position: int) -> int:
        assert position == 0
        self._hash = hashlib.sha256()
        return self._stream.seek(0)

    def truncate(self) -> int:
        return self._stream.truncate()
