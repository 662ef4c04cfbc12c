"""Storage on S3, or what behaves like it: downloads channels, uploads artifacts and checkpoints."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

from skylift.emulator.faults import JobFault
from skylift.emulator.snapshot import Snapshot, changed_files, snapshot
from skylift.emulator.storage import ArtifactName, Mount
from skylift.errors import RemoteError, UsageError
from skylift.values.ports import ObjectStore
from skylift.values.references import S3Url, parse_s3

_THREADS = 8
Objects = Iterable[tuple[S3Url, str]]
"""Objects and the relative path each of them gets."""


class S3Storage:
    """Keeps no state of its own: one may serve many jobs at once."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def materialize(self, channel: Mapping[str, Any], into: Path) -> None:
        source = channel["DataSource"]["S3DataSource"]
        with _as_client_error("Data download failed"):
            url = parse_s3(source["S3Uri"])
            objects = self._listed(url) if source["S3DataType"] == "ManifestFile" else self._below(url)
            if not self._download(objects, into):
                raise JobFault(
                    f'ClientError: Data download failed: no S3 objects found under S3 URL "{url}" given in '
                    "input data source. Please ensure that the bucket exists in the selected region, and "
                    "that objects exist under that S3 prefix"
                )

    def restore(self, request: Mapping[str, Any], into: Path) -> None:
        config = request.get("CheckpointConfig")
        if config:
            with _as_client_error("Checkpoint download failed"):
                self._download(self._below(parse_s3(config["S3Uri"]).folder), into)

    def save(self, request: Mapping[str, Any], folder: Path, saved: Snapshot) -> Snapshot:
        config = request.get("CheckpointConfig")
        if not config:
            return saved
        found = snapshot(folder)
        target = parse_s3(config["S3Uri"])
        for path in changed_files(saved, found):
            if (folder / path).is_file() and not (folder / path).is_symlink():
                # A job renames what it has written to the end: then its old name is gone, and that is well.
                with suppress(FileNotFoundError):
                    self._store.upload(folder / path, target.join(path))
        return found

    def location(self, request: Mapping[str, Any], name: ArtifactName) -> str:
        return str(self._artifact(request, name))

    def store(self, request: Mapping[str, Any], name: ArtifactName, archive: Path) -> None:
        self._store.upload(archive, self._artifact(request, name))

    def changes(self, mounts: Sequence[Mount]) -> tuple[str, ...]:  # noqa: ARG002 - nothing is lent
        return ()

    def _artifact(self, request: Mapping[str, Any], name: ArtifactName) -> S3Url:
        output = parse_s3(request["OutputDataConfig"]["S3OutputPath"])
        return output.join(request["TrainingJobName"], "output", f"{name}.tar.gz")

    def _below(self, prefix: S3Url) -> Iterator[tuple[S3Url, str]]:
        for found in self._store.iterate(prefix):
            # Consoles make an empty object for a folder; it is no file.
            if not found.url.key.endswith("/"):
                relative = found.url.key[len(prefix.key) :]
                yield found.url, relative or PurePosixPath(found.url.key).name

    def _listed(self, manifest: S3Url) -> Iterator[tuple[S3Url, str]]:
        content = self._store.read(manifest)
        if content is None:
            raise JobFault(f"ClientError: Data download failed: no manifest at {manifest}")
        prefix, paths = parse_manifest(content, str(manifest))
        for path in paths:
            yield S3Url(prefix.bucket, prefix.key + path), path

    def _download(self, objects: Objects, into: Path) -> int:
        into.mkdir(parents=True, exist_ok=True)
        wanted = [(url, into / safe_path(relative)) for url, relative in objects]

        def fetch(one: tuple[S3Url, Path]) -> None:
            url, path = one
            path.parent.mkdir(parents=True, exist_ok=True)
            self._store.download(url, path)

        with ThreadPoolExecutor(_THREADS) as pool:
            return sum(1 for _ in pool.map(fetch, wanted))


def safe_path(key: str) -> PurePosixPath:
    """A key's relative path, that stays below the folder it is joined to.

    :raises JobFault: when the key would lead out of it.

    >>> safe_path("/a//b")
    PurePosixPath('a/b')
    """
    parts = [part for part in key.split("/") if part not in ("", ".")]
    if not parts or ".." in parts or "\0" in key:
        raise JobFault(f"ClientError: Data download failed: the key is no path of a file: {key!r}")
    return PurePosixPath(*parts)


def parse_manifest(content: bytes, where: str) -> tuple[S3Url, tuple[str, ...]]:
    """Read a ManifestFile: ``[{"prefix": "s3://…"}, "key suffix", …]``.

    :raises JobFault: when it is none.

    >>> parse_manifest(b'[{"prefix": "s3://b/p/"}, "a/1.csv"]', "m")
    (S3Url(bucket='b', key='p/'), ('a/1.csv',))
    """
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, list) or not found or not _is_prefix(found[0]):
        raise JobFault(
            f'ClientError: Data download failed: not a manifest, which begins [{{"prefix": …: {where}'
        )
    if not all(isinstance(path, str) for path in found[1:]):
        raise JobFault(f"ClientError: Data download failed: the manifest lists what is no key: {where}")
    return parse_s3(found[0]["prefix"]), tuple(found[1:])


def _is_prefix(found: object) -> bool:
    return isinstance(found, dict) and isinstance(found.get("prefix"), str)


@contextmanager
def _as_client_error(what: str) -> Iterator[None]:
    """The service lays what S3 refuses at the door of the request; what may pass is not the job's fault."""
    try:
        yield
    except RemoteError as error:
        if error.temporary:
            raise
        raise JobFault(f"ClientError: {what}: {error}") from error
    except UsageError as error:
        raise JobFault(f"ClientError: {what}: {error}") from error
