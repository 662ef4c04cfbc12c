"""An image → a repository: the blobs it lacks, then the manifest under its tags."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from skylift.errors import RegistryError
from skylift.image.cache import Known
from skylift.image.entries import counted, reader
from skylift.image.parallel import in_parallel
from skylift.image.tags import moves
from skylift.image.validate import refuse_broken
from skylift.values.images import Descriptor, Image, Layer, PushResult
from skylift.values.ports import Registry
from skylift.values.progress import Progress, Report
from skylift.values.references import Repository, sha256_digest

_UPLOADS = 8
# A question costs a round trip, sending costs two: not worth asking for what fits in a few packets.
_SMALL = 64 << 10
_BLOB_UNKNOWN = frozenset({"MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN"})


class LayerVanished(RegistryError):
    """The repository lacks layers that an earlier image promised. Build them and push again."""

    def __init__(self, keys: Iterable[str], repository: Repository) -> None:
        self.keys = tuple(sorted(keys))
        super().__init__(
            f"{repository} no longer has layers that its images list: {', '.join(self.keys)}",
            hints=("build without what was known of the repository",),
        )


@dataclass(frozen=True)
class _Sent:
    bytes: int = 0
    sent: int = 0
    found: int = 0


def push(
    registry: Registry,
    image: Image,
    repository: Repository,
    tags: Sequence[str],
    report: Report,
    *,
    known: Known | None = None,
) -> PushResult:
    """Push an image; its manifest goes last, so that nobody ever sees half of it.

    Tags of branches move. Every other tag stays where it is once it exists: the result names those
    that point to this image.

    :param known: what was read from the repository; without it everything is asked for.
    :raises LayerVanished: when the repository lacks what ``known`` promised.
    """
    refuse_broken(image)
    courier = _Courier(registry, image, repository, known or Known(), report)
    sent = in_parallel(courier.tasks(), workers=_UPLOADS)
    named, manifests = courier.put_manifests(tags)
    return PushResult(
        repository.at(image.digest),
        bytes_sent=sum(item.bytes for item in sent) + manifests * len(image.manifest.body),
        blobs_sent=sum(item.sent for item in sent),
        blobs_found=sum(item.found for item in sent),
        tags=named,
    )


@dataclass(frozen=True)
class _Courier:
    registry: Registry
    image: Image
    repository: Repository
    known: Known
    report: Report

    def tasks(self) -> list[partial[_Sent]]:
        base = [partial(self._base_layer, layer) for layer in self.image.base.layers]
        own = [partial(self._own_layer, layer) for layer in self.image.layers]
        return [*base, *own, partial(self._config)]

    def _base_layer(self, layer: Descriptor) -> _Sent:
        source, target = self.image.base.repository, self.repository
        if layer.digest in self.known.present or self.registry.has_blob(target, layer.digest):
            return _Sent(found=1)
        if source.host == target.host and self.registry.mount_blob(target, layer.digest, source):
            return _Sent(found=1)
        self.report(Progress("push", f"base layer {layer.digest[:19]}", 0, layer.size))
        with tempfile.TemporaryDirectory(prefix="skylift-") as folder:
            spool = Path(folder) / "blob"
            with self.registry.blob(source, layer.digest) as stream, spool.open("wb") as copy:
                shutil.copyfileobj(stream, copy, 1 << 20)
            told = partial(self._told, f"base layer {layer.digest[:19]}", layer.size)
            self.registry.put_blob(target, layer.digest, layer.size, counted(reader(spool), told))
        self.report(Progress("push", f"base layer {layer.digest[:19]}", layer.size, layer.size))
        return _Sent(layer.size, sent=1)

    def _own_layer(self, layer: Layer) -> _Sent:
        if layer.digest in self.known.present:
            return _Sent(found=1)
        worth_asking = layer.blob is None or layer.size > _SMALL
        if worth_asking and self.registry.has_blob(self.repository, layer.digest):
            return _Sent(found=1)
        if layer.blob is None:
            raise LayerVanished([layer.key], self.repository)
        self.report(Progress("push", layer.title, 0, layer.size))
        told = partial(self._told, layer.title, layer.size)
        self.registry.put_blob(self.repository, layer.digest, layer.size, counted(reader(layer.blob), told))
        self.report(Progress("push", layer.title, layer.size, layer.size))
        return _Sent(layer.size, sent=1)

    def _told(self, title: str, size: int, done: int) -> None:
        # The last byte is told when the registry has it.
        self.report(Progress("push", title, min(done, size - 1), size))

    def _config(self) -> _Sent:
        config = self.image.config
        digest = sha256_digest(config)
        self.registry.put_blob(self.repository, digest, len(config), lambda: io.BytesIO(config))
        return _Sent(len(config), sent=1)

    def put_manifests(self, tags: Sequence[str]) -> tuple[tuple[str, ...], int]:
        """The tags that point to this image now, and how often its manifest was sent."""
        digest = self.image.digest
        standing = {tag: self._standing(tag) for tag in tags}
        free = [tag for tag, found in standing.items() if found != digest and (moves(tag) or not found)]
        for tag in free:
            self._put(tag)
        named = tuple(tag for tag in tags if tag in free or standing[tag] == digest)
        if not named:
            self._put("")
        return named, len(free) if named else 1

    def _standing(self, tag: str) -> str:
        """The digest that a tag points to; empty where there is none, or where it does not matter."""
        if tag in self.known.tags or moves(tag):
            return self.known.tags.get(tag, "")
        found = self.registry.manifest(self.repository.tag(tag))
        return found.digest if found else ""

    def _put(self, tag: str) -> None:
        reference = self.repository.tag(tag) if tag else self.repository.at(self.image.digest)
        try:
            self.registry.put_manifest(reference, self.image.manifest)
        except RegistryError as error:
            believed = [layer.key for layer in self.image.layers if layer.digest in self.known.present]
            if self.known.present and _BLOB_UNKNOWN.intersection(error.diagnostics):
                raise LayerVanished(believed, self.repository) from error
            raise
