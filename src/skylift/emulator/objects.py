"""What a channel is made of: objects, in the order of their keys, and where each lands as a file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Generic, TypeVar

from skylift.emulator.job_fault import JobFault

Where = TypeVar("Where")


@dataclass(frozen=True)
class Found(Generic[Where]):
    """An object of a channel."""

    path: str
    """Its key without the channel's prefix."""
    where: Where
    size: int | None = None
    """None where nobody said."""


def in_key_order(found: Iterable[Found[Where]]) -> list[Found[Where]]:
    """Sorted as S3 lists keys: by their bytes. A path that is named twice comes once.

    >>> [one.path for one in in_key_order([Found("b", 1), Found("é", 2), Found("B", 3), Found("b", 1)])]
    ['B', 'b', 'é']
    """
    by_path = {one.path: one for one in found}
    return [by_path[path] for path in sorted(by_path, key=os.fsencode)]


def layout(found: Sequence[Found[Where]]) -> dict[PurePosixPath, Found[Where]]:
    """Where each object lands below the channel's folder.

    :raises JobFault: when two of them can not stand beside each other: S3 may have ``a`` and ``a/b``, a
        folder may not.
    """
    places: dict[PurePosixPath, Found[Where]] = {}
    for one in found:
        path = safe_path(one.path)
        if path in places:
            raise _trouble(f"two keys would be the same file: {places[path].path!r} and {one.path!r}")
        places[path] = one
    for path, one in places.items():
        above = next((parent for parent in path.parents if parent in places), None)
        if above is not None:
            raise _trouble(f"a key is both a file and a folder: {places[above].path!r} and {one.path!r}")
    return places


def safe_path(key: str) -> PurePosixPath:
    """A key's relative path, that stays below the folder it is joined to.

    :raises JobFault: when the key would lead out of it, or be a folder with content.

    >>> safe_path("/a//b")
    PurePosixPath('a/b')
    """
    parts = [part for part in key.split("/") if part not in ("", ".")]
    if not parts or ".." in parts or "\0" in key or key.endswith("/"):
        raise _trouble(f"the key is no path of a file: {key!r}")
    return PurePosixPath(*parts)


def parse_manifest(content: bytes, where: str) -> tuple[str, tuple[str, ...]]:
    """Read a ManifestFile: ``[{"prefix": "s3://…"}, "key suffix", …]``.

    :raises JobFault: when it is none.

    >>> parse_manifest(b'[{"prefix": "s3://b/p/"}, "a/1.csv"]', "m")
    ('s3://b/p/', ('a/1.csv',))
    """
    try:
        listed = json.loads(content)
    except ValueError:
        listed = None
    if not isinstance(listed, list) or not listed or not _is_prefix(listed[0]):
        raise _trouble(f'not a manifest, which begins [{{"prefix": …: {where}')
    if not all(isinstance(path, str) and path for path in listed[1:]):
        raise _trouble(f"the manifest lists what is no key: {where}")
    return listed[0]["prefix"], tuple(listed[1:])


def _is_prefix(found: object) -> bool:
    return isinstance(found, dict) and isinstance(found.get("prefix"), str)


def is_sharded(channel: Mapping[str, Any]) -> bool:
    return bool(source_of(channel).get("S3DataDistributionType") == "ShardedByS3Key")


def is_manifest(channel: Mapping[str, Any]) -> bool:
    return bool(source_of(channel).get("S3DataType") == "ManifestFile")


def source_of(channel: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = channel["DataSource"]["S3DataSource"]
    return found


def _trouble(what: str) -> JobFault:
    return JobFault(f"ClientError: Data download failed: {what}")
