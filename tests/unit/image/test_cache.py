"""What earlier images of a repository are believed."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.unit.image.in_memory import TARGET, InMemoryRegistry, a_layer, a_recipe

from skylift.image.assemble import assemble
from skylift.image.cache import known_layers
from skylift.values.images import DOCKER_MANIFEST, Image, RawManifest
from skylift.values.references import sha256_digest

LAYERS = (a_layer("environment"), a_layer("code"))
MAIN, DEPS = TARGET.tag("branch-main"), TARGET.tag("deps-1")


def digests(image: Image) -> set[str]:
    return {layer.digest for layer in image.layers} | {layer.digest for layer in image.base.layers}


def put(registry: InMemoryRegistry, image: Image, tag: str) -> None:
    """Without blobs of layers: only manifest and config are read."""
    registry.blobs[TARGET, sha256_digest(image.config)] = image.config
    registry.manifests[TARGET, tag] = image.manifest


def test_layers_bases_tags_and_interpreters_are_known_from_two_requests() -> None:
    registry = InMemoryRegistry()
    image = assemble(a_recipe(), LAYERS)
    put(registry, image, "branch-main")
    known = known_layers(registry, [MAIN, DEPS])
    assert known.layers == {layer.key: replace(layer, title="") for layer in LAYERS}
    assert known.present == digests(image)
    assert known.tags == {"branch-main": image.digest, "deps-1": ""}
    assert known.interpreters == {"sha256:" + "b" * 64: "/usr/bin/python3.11"}
    assert len(registry.asked) == 3


def test_it_stops_looking_when_all_is_found_and_reads_no_image_twice() -> None:
    registry = InMemoryRegistry()
    put(registry, assemble(a_recipe(), LAYERS), "branch-main")
    put(registry, assemble(a_recipe(), LAYERS), "deps-1")
    assert known_layers(registry, [MAIN, DEPS], wanted={"environment"}).tags.keys() == {"branch-main"}
    assert len(registry.asked) == 2
    known_layers(registry, [MAIN, DEPS], wanted={"environment", "new"})
    assert len(registry.asked) == 2 + 3


def test_a_record_of_a_layer_that_its_image_does_not_list_is_not_believed() -> None:
    registry = InMemoryRegistry()
    image = assemble(a_recipe(), LAYERS)
    config = json.loads(image.config)
    records = json.loads(config["config"]["Labels"]["org.skylift.layers"])
    records["stolen"] = {"digest": "sha256:" + "1" * 64, "diff_id": "sha256:" + "2" * 64, "size": 1}
    records["code"]["diff_id"] = "sha256:" + "3" * 64
    records["broken"] = ["x"]
    config["config"]["Labels"]["org.skylift.layers"] = json.dumps(records)
    body = json.dumps(config).encode()
    manifest = json.loads(image.manifest.body)
    manifest["config"]["digest"] = sha256_digest(body)
    forged = replace(
        image,
        config=body,
        manifest=RawManifest(image.manifest.media_type, json.dumps(manifest).encode()),
    )
    put(registry, forged, "branch-main")
    assert known_layers(registry, [MAIN]).layers.keys() == {"environment"}


def test_images_of_others_are_no_help_and_no_harm() -> None:
    registry = InMemoryRegistry()
    image = assemble(a_recipe(), LAYERS)
    for config in (b"[]", b"no json", b'{"config": null, "rootfs": {"diff_ids": 7}}'):
        manifest = json.loads(image.manifest.body)
        manifest["config"]["digest"] = sha256_digest(config)
        raw = RawManifest(image.manifest.media_type, json.dumps(manifest).encode())
        put(registry, replace(image, config=config, manifest=raw), "branch-main")
        assert known_layers(registry, [MAIN]).layers == {}


def test_a_manifest_that_is_none_stops_nothing() -> None:
    registry = InMemoryRegistry()
    registry.manifests[TARGET, "branch-main"] = RawManifest(DOCKER_MANIFEST, b'{"config": {}}')
    known = known_layers(registry, [MAIN])
    assert (known.layers, known.present) == ({}, frozenset())
