"""Datasets on S3: objects by content, and small files that say which objects make a version.

::

    <base>/objects/<sha256>                          one for all datasets of the project
    <base>/<name>/manifests/<version>.json           what SageMaker reads: a ManifestFile
    <base>/<name>/manifests/<version>.index.json     which path has which content
    <base>/<name>/refs/latest.json                   written last: points at a version that is all there
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

from skylift.errors import RemoteError, UsageError
from skylift.host.files import canonical_json
from skylift.values.jobs import DatasetFile, DatasetVersion
from skylift.values.plan import DataPlan
from skylift.values.ports import ObjectStore
from skylift.values.progress import Progress, Report
from skylift.values.references import S3Url

_SCHEMA = 1
_THREADS = 8
_ASK_ONE_BY_ONE = 64
"""Above this it is cheaper to list: one request tells of 1,000 objects."""

Contents = dict[str, DatasetFile]
"""A file for each content, by its SHA-256."""


def version_of(files: Iterable[DatasetFile]) -> str:
    """SHA-256, in hex, of the canonical list: paths, contents and executable bits, in no order.

    >>> version_of([])[:12]
    '4f53cda18c2b'
    """
    entries = sorted([file.path, file.sha256, file.size, file.executable] for file in files)
    return hashlib.sha256(canonical_json(entries)).hexdigest()


class Datasets:
    """The datasets of one project, below ``<storage>/<project>/data``."""

    def __init__(self, store: ObjectStore, base: S3Url) -> None:
        self._store, self._base = store, base

    def manifest_url(self, name: str, version: str) -> str:
        """Where the ManifestFile of a version is, or will be."""
        return str(self._manifests(name).join(f"{version}.json"))

    def plan(self, name: str, folder: Path, files: tuple[DatasetFile, ...]) -> DataPlan:
        """What a push would send. Reads the last version's index, asks for what that does not know.

        :raises UsageError: when there are no files: the service refuses a channel without objects.
        """
        if not files:
            raise UsageError(
                f"channel `{name}` has no files: {folder}",
                hints=("put the data there, or take the channel out of [channels]",),
            )
        version = version_of(files)
        missing = self._missing(name, version, files)
        return DataPlan(
            channel=name,
            folder=folder,
            version=version,
            files=len(files),
            bytes=sum(file.size for file in files),
            new_files=len(missing),
            new_bytes=sum(file.size for file in missing.values()),
        )

    def push(self, name: str, folder: Path, files: tuple[DatasetFile, ...], report: Report) -> DatasetVersion:
        """Make a version be there: objects first, then what lists them, the reference last.

        Dying in between leaves objects that nobody refers to, which the next push finds. Two pushes
        of one version write the same bytes.

        :raises NotReady: when a file is no longer what the scan saw.
        """
        version = version_of(files)
        known = DatasetVersion(name, version, files, self.manifest_url(name, version))
        if self._latest(name) == version:
            return known
        self._upload(folder, self._missing(name, version, files), report)
        self._publish(known)
        return known

    def files_of(self, name: str, version: str) -> tuple[DatasetFile, ...]:
        """The files of a version as it was published; none where it never was."""
        try:
            return tuple(DatasetFile(**entry) for entry in self._entries(name, version))
        except TypeError:
            return ()

    def _publish(self, dataset: DatasetVersion) -> None:
        digests = sorted({file.sha256 for file in dataset.files})
        manifest = [{"prefix": str(self._objects.folder)}, *digests]
        index = {
            "schema": _SCHEMA,
            "version": dataset.version,
            "files": [asdict(file) for file in dataset.files],
        }
        folder = self._manifests(dataset.name)
        # Immutable: whoever wrote one of that name before wrote the same.
        self._store.write(
            folder.join(f"{dataset.version}.json"), canonical_json(manifest), only_if_absent=True
        )
        self._store.write(
            self._index(dataset.name, dataset.version), canonical_json(index), only_if_absent=True
        )
        self._store.write(
            self._ref(dataset.name), canonical_json({"schema": _SCHEMA, "version": dataset.version})
        )

    def _missing(self, name: str, version: str, files: Iterable[DatasetFile]) -> Contents:
        """The contents that have no object yet. What a published index lists is there: nothing expires."""
        wanted = {file.sha256: file for file in files}
        latest = self._latest(name)
        if latest == version:
            return {}
        for published in (latest, version) if latest else ():
            for entry in self._entries(name, published):
                wanted.pop(entry["sha256"], None)
            if not wanted:
                return {}
        there = self._there(wanted)
        # An object of another size is what is left of something that went wrong: send it again.
        return {digest: file for digest, file in wanted.items() if there.get(digest) != file.size}

    def _there(self, wanted: Contents) -> dict[str, int]:
        """Sizes of the objects that exist, by digest."""
        if len(wanted) > _ASK_ONE_BY_ONE:
            prefixes = [self._objects.folder]
        else:
            prefixes = [self._objects.join(digest) for digest in wanted]
        with ThreadPoolExecutor(_THREADS) as pool:
            pages = pool.map(lambda prefix: list(self._store.iterate(prefix)), prefixes)
            return {found.url.key.rpartition("/")[2]: found.size for page in pages for found in page}

    def _upload(self, folder: Path, missing: Contents, report: Report) -> None:
        total, done = sum(file.size for file in missing.values()), 0
        with ThreadPoolExecutor(_THREADS) as pool:
            running = {
                pool.submit(
                    self._store.upload, folder / file.path, self._objects.join(digest), sha256=digest
                ): file
                for digest, file in missing.items()
            }
            try:
                for future in as_completed(running):
                    future.result()
                    done += running[future].size
                    report(Progress("data", running[future].path, done, total))
            except BaseException:
                # The first failure ends it: what has not begun is not begun.
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _latest(self, name: str) -> str:
        found = self._read(self._ref(name))
        return str(found.get("version", "")) if found else ""

    def _entries(self, name: str, version: str) -> list[dict[str, Any]]:
        found = self._read(self._index(name, version))
        return list(found.get("files", ())) if found else []

    def _read(self, url: S3Url) -> dict[str, Any] | None:
        data = self._store.read(url)
        if data is None:
            return None
        try:
            found = json.loads(data)
        except ValueError as error:
            raise RemoteError(
                f"not JSON: {url}", hints=("delete it; the next push writes it again",)
            ) from error
        return found if isinstance(found, dict) else {}

    @property
    def _objects(self) -> S3Url:
        return self._base.join("objects")

    def _manifests(self, name: str) -> S3Url:
        return self._base.join(name, "manifests")

    def _index(self, name: str, version: str) -> S3Url:
        return self._manifests(name).join(f"{version}.index.json")

    def _ref(self, name: str) -> S3Url:
        return self._base.join(name, "refs", "latest.json")
