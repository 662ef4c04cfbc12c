"""The registry as cache: what earlier images of a repository say of their layers."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skylift.errors import RegistryError
from skylift.image.layers import written_layer
from skylift.image.layout import BASE_LABEL, LAYERS_LABEL
from skylift.values.images import DOCKER_MANIFEST, OCI_MANIFEST, Layer, RawManifest
from skylift.values.ports import Registry
from skylift.values.references import ImageReference, is_digest


@dataclass(frozen=True)
class Known:
    """What a repository already has. Empty is always right, only slower."""

    layers: Mapping[str, Layer] = field(default_factory=dict)
    """Layers of ours, by key."""
    present: frozenset[str] = frozenset()
    """Digests of every layer that an image there lists, those of bases too."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Tags that were looked at, with their digest; empty where there is no such tag."""
    interpreters: Mapping[str, str] = field(default_factory=dict)
    """Where Python is in bases, by the digest of their manifest."""


def known_layers(
    registry: Registry, references: Sequence[ImageReference], *, wanted: Collection[str] = ()
) -> Known:
    """Read what earlier images of ONE repository say; two small requests an image.

    A record is believed only if that image's own manifest and config list the layer: nothing else
    proves that the repository has it.

    :param references: best first; all of the same repository.
    :param wanted: keys; no more images are looked at once all of them are found.
    """
    assert len({reference.repository for reference in references}) <= 1
    layers: dict[str, Layer] = {}
    present: set[str] = set()
    tags: dict[str, str] = {}
    interpreters: dict[str, str] = {}
    for reference in references:
        if wanted and layers.keys() >= set(wanted):
            break
        raw = registry.manifest(reference)
        digest = raw.digest if raw else ""
        read_before = digest in tags.values()
        if reference.tag:
            tags[reference.tag] = digest
        if raw is None or read_before or raw.media_type not in (DOCKER_MANIFEST, OCI_MANIFEST):
            continue
        image = _Earlier.read(registry, reference, raw)
        layers = {**image.layers(), **layers}
        present |= image.diff_ids.keys()
        interpreters |= image.interpreter()
    return Known(layers, frozenset(present), tags, interpreters)


@dataclass(frozen=True)
class _Earlier:
    diff_ids: Mapping[str, str]
    """By digest, as manifest and config have them together."""
    labels: Mapping[str, Any]

    @classmethod
    def read(cls, registry: Registry, reference: ImageReference, raw: RawManifest) -> _Earlier:
        manifest = _object(raw.body)
        config = cls._config(registry, reference, str(_at(manifest, "config").get("digest")))
        layers = manifest.get("layers")
        digests = [str(layer.get("digest")) for layer in layers] if isinstance(layers, list) else []
        diff_ids = _at(config, "rootfs").get("diff_ids")
        pairs = zip(digests, diff_ids, strict=False) if isinstance(diff_ids, list) else ()
        return cls(dict(pairs), _at(_at(config, "config"), "Labels"))

    @staticmethod
    def _config(registry: Registry, reference: ImageReference, digest: str) -> dict[str, Any]:
        if not is_digest(digest):
            return {}
        try:
            with registry.blob(reference.repository, digest) as stream:
                return _object(stream.read())
        except RegistryError as error:
            if error.temporary:
                raise
            return {}

    def layers(self) -> dict[str, Layer]:
        records = {
            key: written_layer(_at(self._label(LAYERS_LABEL), key)) for key in self._label(LAYERS_LABEL)
        }
        return {
            key: Layer(key, record.digest, record.diff_id, record.size, title="")
            for key, record in records.items()
            if record and self.diff_ids.get(record.digest) == record.diff_id
        }

    def interpreter(self) -> dict[str, str]:
        found = self._label(BASE_LABEL)
        digest, path = found.get("digest"), found.get("interpreter")
        return {digest: path} if isinstance(digest, str) and isinstance(path, str) and path else {}

    def _label(self, name: str) -> dict[str, Any]:
        return _object(str(self.labels.get(name, "")))


def _object(text: bytes | str) -> dict[str, Any]:
    """The JSON object in ``text``; empty where there is none: a bad record is no record."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _at(value: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}
