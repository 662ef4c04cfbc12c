"""Invariants of an image: what must hold of every one that we make."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from skylift.errors import SkyliftError
from skylift.host.files import sha256_file
from skylift.image.layout import LAYERS_LABEL
from skylift.values.images import DOCKER_CONFIG, DOCKER_LAYER, DOCKER_MANIFEST, Image, Layer
from skylift.values.references import sha256_digest


def problems(image: Image, *, blobs: bool = True) -> list[str]:
    """What is wrong with an image; empty when nothing is.

    :param blobs: read the layers that lie here and hash them twice, which takes its time.
    """
    manifest, config = json.loads(image.manifest.body), json.loads(image.config)
    found = [*_of_manifest(image, manifest), *_of_config(image, config)]
    if blobs:
        found += [problem for layer in image.layers for problem in _of_blob(layer)]
    return found


def refuse_broken(image: Image) -> None:
    """
    :raises SkyliftError: when manifest and config contradict each other, which is a bug of ours.
    """
    found = problems(image, blobs=False)
    if found:
        raise SkyliftError(f"the image {image.digest} is broken: {'; '.join(found)}", problems=found)


def _of_manifest(image: Image, manifest: dict[str, Any]) -> Iterator[str]:
    if not manifest.get("mediaType") == image.manifest.media_type == DOCKER_MANIFEST:
        yield f"the manifest is not of the kind {DOCKER_MANIFEST}"
    config = {"mediaType": DOCKER_CONFIG, "digest": sha256_digest(image.config), "size": len(image.config)}
    if manifest.get("config") != config:
        yield "the manifest points to another config"
    listed = [(item["mediaType"], item["digest"], item["size"]) for item in manifest.get("layers", [])]
    have = [(DOCKER_LAYER, layer.digest, layer.size) for layer in image.base.layers]
    have += [(DOCKER_LAYER, layer.digest, layer.size) for layer in image.layers]
    if listed != have:
        yield "the manifest lists other layers than base and image have"


def _of_config(image: Image, config: dict[str, Any]) -> Iterator[str]:
    count = len(image.base.layers) + len(image.layers)
    diff_ids = config.get("rootfs", {}).get("diff_ids", [])
    own = [layer.diff_id for layer in image.layers]
    if len(diff_ids) != count or diff_ids[len(diff_ids) - len(own) :] != own:
        yield "the config's diff IDs are not those of the layers"
    if sum(not line.get("empty_layer") for line in config.get("history", [])) != count:
        yield "the config's history does not match the layers"
    if not all(config.get(key) for key in ("architecture", "os", "created")):
        yield "the config does not say when or for what it was made"
    labels = config.get("config", {}).get("Labels", {})
    recorded = {key: record["digest"] for key, record in json.loads(labels.get(LAYERS_LABEL, "{}")).items()}
    if recorded != {layer.key: layer.digest for layer in image.layers}:
        yield "the label does not tell of the layers"


def _of_blob(layer: Layer) -> Iterator[str]:
    if layer.blob is None:
        return
    if layer.blob.stat().st_size != layer.size or f"sha256:{sha256_file(layer.blob)}" != layer.digest:
        yield f"the bytes of layer {layer.title!r} are not those of its digest"
    elif f"sha256:{_content_hash(layer.blob)}" != layer.diff_id:
        yield f"the content of layer {layer.title!r} is not that of its diff ID"


def _content_hash(blob: Path) -> str:
    hasher = hashlib.sha256()
    with gzip.open(blob) as stream:
        while chunk := stream.read(1 << 20):
            hasher.update(chunk)
    return hasher.hexdigest()
