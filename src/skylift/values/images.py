"""What an image is made of, in the words of the OCI and Docker image specs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from skylift.values.references import ImageReference, Repository, sha256_digest

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


@dataclass(frozen=True)
class Descriptor:
    """Points at a blob: media type, digest of the stored (compressed) bytes, their count."""

    media_type: str
    digest: str
    size: int


@dataclass(frozen=True)
class RawManifest:
    """A manifest as the registry has it, byte for byte."""

    media_type: str
    body: bytes

    @property
    def digest(self) -> str:
        return sha256_digest(self.body)


@dataclass(frozen=True)
class Layer:
    """One layer of ours. ``blob`` is where its bytes lie here; None when a registry already has them."""

    key: str
    """Hash of everything that went in, never of the compressor."""
    digest: str
    """SHA-256 of the compressed bytes."""
    diff_id: str
    """SHA-256 of the uncompressed tar."""
    size: int
    """Compressed size in bytes."""
    title: str
    """For people: ``numpy 2.1.0``, ``code``."""
    blob: Path | None = None


@dataclass(frozen=True)
class BaseImage:
    """The image that everything is laid on, resolved to one platform."""

    reference: ImageReference
    """With the digest of the platform's manifest."""
    config: Mapping[str, object]
    """The image config as its JSON says."""
    layers: tuple[Descriptor, ...]
    interpreter: str = ""
    """Absolute path of Python in it."""
    python: str = ""
    """Its minor version: ``3.11``."""
    interpreter_said: bool = False
    """The config names the interpreter; nobody had to search."""

    @property
    def repository(self) -> Repository:
        return self.reference.repository


@dataclass(frozen=True)
class Image:
    """An assembled image: what is pushed, in the order it is pushed."""

    manifest: RawManifest
    config: bytes
    base: BaseImage
    layers: tuple[Layer, ...]

    @property
    def digest(self) -> str:
        return self.manifest.digest


@dataclass(frozen=True)
class PushResult:
    """What a push did."""

    reference: ImageReference
    bytes_sent: int = 0
    blobs_sent: int = 0
    blobs_found: int = 0
    tags: tuple[str, ...] = field(default=())
