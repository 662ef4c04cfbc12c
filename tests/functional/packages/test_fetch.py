"""Wheels into a cache on a real disk, from a downloader that plays the index."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import pytest

from skylift.errors import DownloadError
from skylift.packages.fetch import fetch
from skylift.values.packages import Wheel
from skylift.values.progress import Progress, silent


def make_wheel(name: str, data: bytes, *, size: int | None = None) -> Wheel:
    sha256 = hashlib.sha256(data).hexdigest()
    url = f"https://u:hunter2@files.example/{name}.whl"
    return Wheel(name, "1", f"{name}-1-py3-none-any.whl", url, sha256, len(data) if size is None else size)


class FakeDownloader:
    """Answers by URL; counts."""

    def __init__(self, play: Callable[[BinaryIO], None]) -> None:
        self.play = play
        self.asked: list[str] = []
        self._lock = threading.Lock()

    def fetch(self, url: str, into: BinaryIO, *, authorization: str | None = None) -> int:
        with self._lock:
            self.asked.append(url)
        self.play(into)
        return into.tell()


def writes(data: bytes) -> FakeDownloader:
    def play(into: BinaryIO) -> None:
        into.write(data)

    return FakeDownloader(play)


def files_in(cache: Path) -> list[Path]:
    return [path for path in cache.rglob("*") if path.is_file()]


def test_wheel_lands_under_its_hash_and_is_not_asked_for_again(tmp_path: Path) -> None:
    wheel, index = make_wheel("a", b"data"), writes(b"data")
    said: list[Progress] = []
    paths = fetch([wheel], tmp_path, index, said.append)
    assert paths == {wheel: tmp_path / "wheels" / wheel.sha256 / wheel.filename}
    assert paths[wheel].read_bytes() == b"data"
    assert said == [Progress("fetch", wheel.filename, 4, 4)]
    assert fetch([wheel], tmp_path, index, said.append) == paths
    assert (len(index.asked), len(said)) == (1, 1)


def test_wheel_that_lost_bytes_is_fetched_again(tmp_path: Path) -> None:
    wheel, index = make_wheel("a", b"data"), writes(b"data")
    path = fetch([wheel], tmp_path, index, silent)[wheel]
    path.write_bytes(b"da")
    assert fetch([wheel], tmp_path, index, silent)[wheel].read_bytes() == b"data"


def test_wheel_of_unknown_size_is_found_again(tmp_path: Path) -> None:
    wheel, index = make_wheel("a", b"data", size=0), writes(b"data")
    fetch([wheel], tmp_path, index, silent)
    fetch([wheel], tmp_path, index, silent)
    assert len(index.asked) == 1


def test_wheel_with_another_hash_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="another hash") as caught:
        fetch([make_wheel("a", b"data")], tmp_path, writes(b"evil"), silent)
    assert files_in(tmp_path) == []
    assert "hunter2" not in str(caught.value) + repr(caught.value.facts)


def test_download_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def play(into: BinaryIO) -> None:
        into.write(b"da")
        raise DownloadError("gone")

    with pytest.raises(DownloadError, match="gone"):
        fetch(
            [make_wheel(name, b"data") for name in "abcdefghijklmnop"], tmp_path, FakeDownloader(play), silent
        )
    assert files_in(tmp_path) == []


def test_downloader_that_begins_again_is_hashed_anew(tmp_path: Path) -> None:
    def play(into: BinaryIO) -> None:
        start = into.tell()
        into.write(b"broken half")
        into.seek(start)
        into.truncate()
        into.write(b"data")

    wheel = make_wheel("a", b"data")
    assert fetch([wheel], tmp_path, FakeDownloader(play), silent)[wheel].read_bytes() == b"data"


def test_two_at_once_both_get_it(tmp_path: Path) -> None:
    wheels = [make_wheel("a", b"data"), make_wheel("b", b"data")]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: fetch(wheels, tmp_path, writes(b"data"), silent), range(4)))
    assert all(path.read_bytes() == b"data" for found in results for path in found.values())
    assert len(files_in(tmp_path)) == 2


def test_nothing_to_fetch(tmp_path: Path) -> None:
    assert fetch([], tmp_path, writes(b""), silent) == {}
