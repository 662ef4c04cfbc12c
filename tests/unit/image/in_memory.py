"""A registry in memory, as strict as a real one, and builders for images and wheels in it."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, BinaryIO

from skylift.errors import RegistryError
from skylift.image.recipe import Recipe
from skylift.values.images import (
    DOCKER_CONFIG,
    DOCKER_LAYER,
    DOCKER_MANIFEST,
    BaseImage,
    Descriptor,
    Layer,
    RawManifest,
)
from skylift.values.packages import Wheel
from skylift.values.project import ShippedFile
from skylift.values.references import ImageReference, Repository, parse_image, sha256_digest

BASE = parse_image("registry.test/base:1")
TARGET = Repository("registry.test", "team/app")
CREATED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


@dataclass
class InMemoryRegistry:
    """Implements the port; refuses manifests whose blobs are missing, as the specification has it."""

    mounts: bool = True
    blobs: dict[tuple[Repository, str], bytes] = field(default_factory=dict)
    manifests: dict[tuple[Repository, str], RawManifest] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """What was called, with a short noun: ``put_blob sha256:…``."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def _note(self, verb: str, noun: str) -> None:
        with self._lock:
            self.asked.append(f"{verb} {noun}")

    def manifest(self, reference: ImageReference) -> RawManifest | None:
        self._note("manifest", reference.wire)
        return self.manifests.get((reference.repository, reference.wire))

    @contextmanager
    def blob(self, repository: Repository, digest: str) -> Iterator[BinaryIO]:
        self._note("blob", digest)
        if (repository, digest) not in self.blobs:
            raise RegistryError("no such blob", status=404, diagnostics=("BLOB_UNKNOWN",))
        yield io.BytesIO(self.blobs[repository, digest])

    def has_blob(self, repository: Repository, digest: str) -> bool:
        self._note("has_blob", digest)
        return (repository, digest) in self.blobs

    def mount_blob(self, repository: Repository, digest: str, source: Repository) -> bool:
        self._note("mount_blob", digest)
        if self.mounts and (source, digest) in self.blobs:
            self.blobs[repository, digest] = self.blobs[source, digest]
            return True
        return False

    def put_blob(
        self, repository: Repository, digest: str, size: int, opened: Callable[[], BinaryIO]
    ) -> None:
        self._note("put_blob", digest)
        with opened() as stream:
            data = stream.read()
        assert len(data) == size
        assert sha256_digest(data) == digest
        self.blobs[repository, digest] = data

    def put_manifest(self, reference: ImageReference, manifest: RawManifest) -> None:
        self._note("put_manifest", reference.wire)
        document = json.loads(manifest.body)
        for item in [document["config"], *document["layers"]]:
            if (reference.repository, item["digest"]) not in self.blobs:
                raise RegistryError("blob unknown", status=400, diagnostics=("MANIFEST_BLOB_UNKNOWN",))
        self.manifests[reference.repository, manifest.digest] = manifest
        self.manifests[reference.repository, reference.wire] = manifest

    def calls(self, verb: str) -> list[str]:
        return [noun for name, _, noun in (line.partition(" ") for line in self.asked) if name == verb]


def tar_of(names: Mapping[str, str]) -> bytes:
    """A gzipped tar of empty files; a value makes the name a symlink to it. Equal names, equal bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, target in names.items():
            info = tarfile.TarInfo(name)
            if target:
                info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return gzip.compress(buffer.getvalue(), mtime=0)


def config_of(layers: Sequence[bytes], **changed: Any) -> dict[str, Any]:
    return {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Env": ["PATH=/usr/bin:/bin"], "User": "nobody", "Cmd": ["python3"]},
        "rootfs": {
            "type": "layers",
            "diff_ids": [sha256_digest(gzip.decompress(layer)) for layer in layers],
        },
        "history": [{"created_by": "ADD rootfs"} for _ in layers],
        **changed,
    }


def add_image(
    registry: InMemoryRegistry,
    reference: ImageReference,
    layers: Sequence[bytes],
    config: Mapping[str, Any],
    *,
    manifest_type: str = DOCKER_MANIFEST,
    layer_type: str = DOCKER_LAYER,
) -> RawManifest:
    body = json.dumps(config).encode()
    blobs = [body, *layers]
    for blob in blobs:
        registry.blobs[reference.repository, sha256_digest(blob)] = blob
    config_item, *layer_items = [
        {"mediaType": layer_type, "digest": sha256_digest(blob), "size": len(blob)} for blob in blobs
    ]
    config_item["mediaType"] = DOCKER_CONFIG
    document = {
        "schemaVersion": 2,
        "mediaType": manifest_type,
        "config": config_item,
        "layers": layer_items,
    }
    manifest = RawManifest(manifest_type, json.dumps(document).encode())
    registry.manifests[reference.repository, manifest.digest] = manifest
    registry.manifests[reference.repository, reference.wire] = manifest
    return manifest


def a_base(layers: int = 2, **config: Any) -> BaseImage:
    """A base that is in no registry, with Python 3.11 in /usr/bin."""
    contents = [tar_of({f"file-{number}": ""}) for number in range(layers)]
    return BaseImage(
        ImageReference(BASE.repository, tag="1", digest="sha256:" + "b" * 64),
        config_of(contents, **config),
        tuple(Descriptor(DOCKER_LAYER, sha256_digest(content), len(content)) for content in contents),
        "/usr/bin/python3.11",
        "3.11",
    )


def a_layer(key: str, *, blob: Path | None = None) -> Layer:
    digest = hashlib.sha256(key.encode()).hexdigest()
    diff_id = hashlib.sha256(digest.encode()).hexdigest()
    return Layer(key, f"sha256:{digest}", f"sha256:{diff_id}", 100, f"layer {key}", blob)


def a_wheel(name: str, size: int = 1000, version: str = "1.0") -> Wheel:
    sha256 = hashlib.sha256(f"{name}{version}".encode()).hexdigest()
    filename = f"{name}-{version}-py3-none-any.whl"
    return Wheel(name, version, filename, f"https://packages.test/{filename}", sha256, size)


def a_recipe(
    *,
    base: BaseImage | None = None,
    wheels: tuple[Wheel, ...] = (),
    code_root: Path = Path("/nowhere"),
    files: tuple[ShippedFile, ...] = (),
    bytecode: bool = False,
    environment: Mapping[str, str] | None = None,
) -> Recipe:
    return Recipe(
        base=base or a_base(),
        wheels=wheels,
        code_root=code_root,
        files=files,
        description=b"{}",
        runtime={"skylift_runtime/__main__.py": b"print('hello')\n"},
        bytecode=bytecode,
        environment=environment or {},
        labels={"org.skylift.project": "{}"},
        created=CREATED,
    )


def write_wheel(folder: Path, files: Mapping[str, bytes], name: str = "demo") -> tuple[Wheel, Path]:
    """A wheel with the given files and proper metadata; files may replace the metadata."""
    info = f"{name}-1.0.dist-info"
    contents = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **files,
    }
    record = "".join(f'"{path}",,\n' for path in [*contents, f"{info}/RECORD"])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in {**contents, f"{info}/RECORD": record.encode()}.items():
            archive.writestr(member, data)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Wheel(name, "1.0", path.name, path.as_uri(), sha256, path.stat().st_size), path
