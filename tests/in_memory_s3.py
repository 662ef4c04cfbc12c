"""S3 in memory, for tests of what stores and reads there."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from skylift.values.ports import StoredObject
from skylift.values.references import S3Url


@dataclass
class InMemoryStore:
    """A StreamingStore whose bucket is a dictionary."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def iterate(self, prefix: S3Url) -> Iterator[StoredObject]:
        for name in sorted(self.objects):
            if name.startswith(str(prefix)):
                bucket, _, key = name.removeprefix("s3://").partition("/")
                yield StoredObject(S3Url(bucket, key), len(self.objects[name]))

    def read(self, url: S3Url) -> bytes | None:
        return self.objects.get(str(url))

    @contextmanager
    def open(self, url: S3Url) -> Iterator[BinaryIO]:
        yield io.BytesIO(self.objects[str(url)])

    def write(self, url: S3Url, data: bytes, *, only_if_absent: bool = False) -> bool:
        if only_if_absent and str(url) in self.objects:
            return False
        self.put(url, data)
        return True

    def download(self, url: S3Url, path: Path) -> None:
        path.write_bytes(self.objects[str(url)])

    def upload(self, path: Path, url: S3Url, *, sha256: str = "") -> None:
        self.put(url, path.read_bytes())

    def put(self, url: S3Url, data: bytes) -> None:
        """What every write comes down to."""
        self.objects[str(url)] = data

    def delete(self, url: S3Url) -> None:
        self.objects.pop(str(url), None)
