"""Wheels into the cache, each once, each proven by its hash before it has a name."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from skylift.errors import DownloadError
from skylift.host.files import atomic_file
from skylift.host.redaction import redact_url
from skylift.values.packages import Wheel
from skylift.values.ports import Downloader
from skylift.values.progress import Progress, Report

_THREADS = 8
_TOLD_EVERY = 1 << 20
"""Bytes of one wheel."""


def fetch(
    wheels: Sequence[Wheel], cache: Path, downloader: Downloader, report: Report
) -> Mapping[Wheel, Path]:
    """Where each wheel lies in the cache; what is missing is downloaded first.

    :raises DownloadError: when one can not be had, or has another hash than the lock says.
    """
    paths = {wheel: cache / "wheels" / wheel.sha256 / wheel.filename for wheel in wheels}
    missing = {wheel: path for wheel, path in paths.items() if not _is_there(wheel, path)}
    tally = _Tally(report, sum(wheel.size for wheel in missing))
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="fetch") as pool:
        futures = {
            pool.submit(_fetch_one, wheel, path, downloader, tally): wheel for wheel, path in missing.items()
        }
        try:
            for future in as_completed(futures):
                future.result()
                tally.whole(futures[future])
        finally:
            # After a failure, what has not begun is not begun.
            pool.shutdown(cancel_futures=True)
    return paths


def _is_there(wheel: Wheel, path: Path) -> bool:
    # A name in the cache is only given to proven bytes; the size tells of a disk that lost some since.
    return path.is_file() and path.stat().st_size == (wheel.size or path.stat().st_size)


class _Tally:
    """What has arrived of everything; threads add to it."""

    def __init__(self, report: Report, total: int) -> None:
        self._report, self._total = report, total
        self._done = 0
        self._arriving: dict[Wheel, int] = {}
        self._turn = threading.Lock()

    def arrived(self, wheel: Wheel, count: int) -> None:
        """So much of a wheel is here; after a broken try it may be less than before."""
        with self._turn:
            before = self._arriving.get(wheel, 0)
            self._arriving[wheel] = count
            if not self._total or count // _TOLD_EVERY == before // _TOLD_EVERY:
                return
            # The last byte of all is told when it has proved to be the right one.
            done = min(self._done + sum(self._arriving.values()), self._total - 1)
        self._report(Progress("fetch", wheel.filename, done, self._total))

    def whole(self, wheel: Wheel) -> None:
        with self._turn:
            self._arriving.pop(wheel, None)
            self._done += wheel.size
            done = self._done
        self._report(Progress("fetch", wheel.filename, done, self._total))


def _fetch_one(wheel: Wheel, path: Path, downloader: Downloader, tally: _Tally) -> None:
    with atomic_file(path) as stream:
        sink = _HashingSink(stream, partial(tally.arrived, wheel))
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

    def __init__(self, stream: BinaryIO, arrived: Callable[[int], None]) -> None:
        self._stream, self._arrived = stream, arrived
        self._count = 0
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        self._count += len(data)
        self._arrived(self._count)
        return self._stream.write(data)

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, position: int) -> int:
        assert position == 0
        self._hash, self._count = hashlib.sha256(), 0
        return self._stream.seek(0)

    def truncate(self) -> int:
        return self._stream.truncate()
