"""The few Protocols between the rooms and the world. Adapters satisfy them; tests do too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from skylift.values.images import RawManifest
from skylift.values.jobs import LogPage
from skylift.values.references import ImageReference, Repository, S3Url


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, aware, in UTC."""

    def monotonic(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class Registry(Protocol):
    """An OCI distribution client (distribution-spec 1.1). Every method may raise RegistryError."""

    def manifest(self, reference: ImageReference) -> RawManifest | None:
        """None when the registry does not know it."""

    def blob(self, repository: Repository, digest: str) -> AbstractContextManager[BinaryIO]:
        """The bytes of a blob as a stream; its digest is verified by the time it is read to the end."""

    def has_blob(self, repository: Repository, digest: str) -> bool: ...

    def mount_blob(self, repository: Repository, digest: str, source: Repository) -> bool:
        """False when the registry wants the bytes after all (it answered 202)."""

    def put_blob(
        self, repository: Repository, digest: str, size: int, opened: Callable[[], BinaryIO]
    ) -> None:
        """One monolithic PUT in a fresh session per try; ``opened`` is called once per try."""

    def put_manifest(self, reference: ImageReference, manifest: RawManifest) -> None: ...


class Downloader(Protocol):
    def fetch(self, url: str, into: BinaryIO, *, authorization: str | None = None) -> int:
        """Write what the URL holds; the count of bytes. Raises DownloadError."""


@dataclass(frozen=True)
class StoredObject:
    """One key of an object store."""

    url: S3Url
    size: int


class ObjectStore(Protocol):
    """S3, or what behaves like it. Every method may raise AwsError."""

    def iterate(self, prefix: S3Url) -> Iterator[StoredObject]:
        """All objects whose key begins with the prefix: a string prefix, in key order."""

    def read(self, url: S3Url) -> bytes | None:
        """None when there is no such key."""

    def write(self, url: S3Url, data: bytes, *, only_if_absent: bool = False) -> bool:
        """False when ``only_if_absent`` found something there (S3: If-None-Match, 412)."""

    def download(self, url: S3Url, path: Path) -> None: ...

    def upload(self, path: Path, url: S3Url, *, sha256: str = "") -> None:
        """``sha256``, in hex, is sent as the checksum header that S3 verifies."""

    def delete(self, url: S3Url) -> None:
        """Remove an object; one that is not there is removed already."""


class StreamingStore(ObjectStore, Protocol):
    """An object store whose objects need not be whole on this machine to be read."""

    def open(self, url: S3Url) -> AbstractContextManager[BinaryIO]:
        """The bytes of an object as a stream; reading it may raise AwsError, too."""


class TrainingService(Protocol):
    """The part of SageMaker that starting and watching one job needs."""

    def create(self, request: Mapping[str, object]) -> None:
        """CreateTrainingJob."""

    def describe(self, name: str) -> Mapping[str, object] | None:
        """DescribeTrainingJob with times as ISO-8601 strings; None for an unknown name."""

    def stop(self, name: str, *, kill: bool = False) -> None:
        """StopTrainingJob. ``kill`` ends the grace at once, where that is possible."""

    def logs(self, name: str, cursor: object) -> LogPage:
        """The lines since a cursor; None begins at the beginning."""


class ReadsMetrics(Protocol):
    def __call__(self, lines: Sequence[str]) -> Sequence[Mapping[str, float]]:
        """What is read of each of some lines, which were printed one after the other, without any pattern."""
