"""The base image: a reference → manifest, config and layers of one platform, and Python in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from skylift.errors import NotReady, RegistryError
from skylift.host.files import read_json, write_json
from skylift.image.interpreters import Interpreter, named, official, scan
from skylift.values.images import (
    DOCKER_INDEX,
    DOCKER_LAYER,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_LAYER,
    OCI_MANIFEST,
    BaseImage,
    Descriptor,
    RawManifest,
)
from skylift.values.ports import Registry
from skylift.values.references import ImageReference, sha256_digest

_FOREIGN = ("foreign", "nondistributable")


def resolve_base(
    registry: Registry,
    reference: ImageReference,
    *,
    platform: str = "linux/amd64",
    interpreter: str = "",
    cache: Path,
    remembered: Mapping[str, str] | None = None,
) -> BaseImage:
    """Resolve a reference to one platform's manifest and find Python in it.

    :param interpreter: path of Python in the image, where the config says it.
    :param remembered: interpreters by manifest digest, as labels of earlier images tell; spares reading
        the base's layers on a machine without caches.
    :raises NotReady: when there is no such image, it can not be built on, or it has no Python.
    """
    base = _resolved(registry, reference, platform)
    digest = base.reference.digest or ""
    said = interpreter or (remembered or {}).get(digest, "")
    search = _Search(registry, base, said, cache)
    found = search.result()
    return replace(base, interpreter=found.path, python=found.python, interpreter_said=bool(interpreter))


def _resolved(registry: Registry, reference: ImageReference, platform: str) -> BaseImage:
    raw = _manifest(registry, reference)
    if raw.media_type in (DOCKER_INDEX, OCI_INDEX):
        reference = replace(reference, digest=_of_platform(raw, reference, platform))
        raw = _manifest(registry, reference)
    if raw.media_type not in (DOCKER_MANIFEST, OCI_MANIFEST):
        raise _unusable(reference, f"its manifest is of the kind {raw.media_type}")
    document = _parsed(raw.body, reference)
    layers = tuple(_descriptor(item, reference) for item in _list(document, "layers"))
    config = _config(registry, reference, document)
    _check(reference, config, layers, platform)
    return BaseImage(replace(reference, digest=raw.digest), config, layers)


def _manifest(registry: Registry, reference: ImageReference) -> RawManifest:
    found = registry.manifest(reference)
    if found is None:
        raise NotReady(
            f"there is no base image {reference}",
            hints=("check [image] base", "log in with `docker login` if it is private"),
            base=str(reference),
        )
    return found


def _of_platform(raw: RawManifest, reference: ImageReference, platform: str) -> str:
    offered: dict[str, str] = {}
    for item in _list(_parsed(raw.body, reference), "manifests"):
        where = item.get("platform")
        if isinstance(where, Mapping):
            # "linux/arm64" means any variant of it; the first one is the plainest.
            offered.setdefault(f"{where.get('os')}/{where.get('architecture')}", str(item.get("digest")))
    if platform not in offered:
        known = ", ".join(name for name in offered if "unknown" not in name) or "none"
        raise _unusable(reference, f"it is not made for {platform}, only for: {known}")
    return offered[platform]


def _descriptor(item: Mapping[str, object], reference: ImageReference) -> Descriptor:
    media_type, digest, size = item.get("mediaType"), item.get("digest"), item.get("size")
    if not (isinstance(media_type, str) and isinstance(digest, str) and isinstance(size, int)):
        raise RegistryError(f"the manifest of {reference} has a malformed layer")
    if item.get("urls") or any(word in media_type for word in _FOREIGN):
        raise _unusable(reference, "it has layers that must be fetched from elsewhere")
    if media_type not in (DOCKER_LAYER, OCI_LAYER):
        raise _unusable(reference, f"it has layers of the kind {media_type}; only gzip runs everywhere")
    return Descriptor(media_type, digest, size)


def _config(
    registry: Registry, reference: ImageReference, manifest: Mapping[str, object]
) -> Mapping[str, object]:
    descriptor = manifest.get("config")
    digest = str(descriptor.get("digest")) if isinstance(descriptor, Mapping) else ""
    with registry.blob(reference.repository, digest) as stream:
        body = stream.read()
    if sha256_digest(body) != digest:
        raise RegistryError(f"the config of {reference} has another digest than its manifest says")
    return _parsed(body, reference)


def _check(
    reference: ImageReference, config: Mapping[str, object], layers: tuple[Descriptor, ...], platform: str
) -> None:
    made_for = f"{config.get('os')}/{config.get('architecture')}"
    if made_for != platform:
        raise _unusable(reference, f"it is made for {made_for}, not for {platform}")
    rootfs = config.get("rootfs")
    diff_ids = rootfs.get("diff_ids") if isinstance(rootfs, Mapping) else None
    if not isinstance(diff_ids, list) or len(diff_ids) != len(layers):
        raise _unusable(reference, "its config does not match its layers")


def _parsed(body: bytes, reference: ImageReference) -> Mapping[str, object]:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise RegistryError(f"the registry's description of {reference} is not JSON") from error
    if not isinstance(found, dict):
        raise RegistryError(f"the registry's description of {reference} is not an object")
    return found


def _list(document: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    found = document.get(key)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def _unusable(reference: ImageReference, why: str) -> NotReady:
    return NotReady(
        f"the base image {reference} can not be built on: {why}",
        hints=("choose another base, or copy it with `skopeo copy --format v2s2` to a registry of yours",),
        base=str(reference),
    )


@dataclass(frozen=True)
class _Search:
    registry: Registry
    base: BaseImage
    said: str
    cache: Path

    def result(self) -> Interpreter:
        known = named(self.said) if self.said else official(self.base.config)
        return known or self._remembered() or self._scanned()

    @property
    def _memory(self) -> Path:
        digest = (self.base.reference.digest or "").removeprefix("sha256:")
        about = f"-{hashlib.sha256(self.said.encode()).hexdigest()[:8]}" if self.said else ""
        return self.cache / "bases" / f"{digest}{about}.json"

    def _remembered(self) -> Interpreter | None:
        try:
            found = read_json(self._memory) or {}
        except ValueError:
            return None
        path, python = found.get("interpreter"), found.get("python")
        return Interpreter(path, python) if isinstance(path, str) and isinstance(python, str) else None

    def _scanned(self) -> Interpreter:
        found = scan(self.registry, self.base.reference, self.base.layers, self.said)
        write_json(self._memory, {"interpreter": found.path, "python": found.python})
        return found
