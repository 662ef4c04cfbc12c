"""Resolving a base: platforms, kinds of manifests, and what can not be built on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.image.in_memory import BASE, InMemoryRegistry, add_image, config_of, tar_of

from skylift.errors import NotReady
from skylift.image.base import resolve_base
from skylift.values.images import (
    DOCKER_INDEX,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_LAYER,
    OCI_MANIFEST,
    RawManifest,
)

NOWHERE = Path("/nonexistent/cache")
LAYER = tar_of({"etc/os-release": ""})
OFFICIAL = {"Env": ["PYTHON_VERSION=3.11.9"]}


def official(**changed: Any) -> dict[str, Any]:
    return config_of([LAYER], config=OFFICIAL, **changed)


@pytest.mark.parametrize(
    ("manifest_type", "layer_type"),
    [(DOCKER_MANIFEST, "application/vnd.docker.image.rootfs.diff.tar.gzip"), (OCI_MANIFEST, OCI_LAYER)],
)
def test_official_images_say_which_python_they_have(manifest_type: str, layer_type: str) -> None:
    registry = InMemoryRegistry()
    manifest = add_image(
        registry, BASE, [LAYER], official(), manifest_type=manifest_type, layer_type=layer_type
    )
    base = resolve_base(registry, BASE, cache=NOWHERE)
    assert (base.interpreter, base.python) == ("/usr/local/bin/python3.11", "3.11")
    assert base.reference.digest == manifest.digest
    assert base.reference.tag == "1"
    assert len(registry.asked) == 2


@pytest.mark.parametrize("kind", [DOCKER_INDEX, OCI_INDEX])
def test_an_index_gives_the_platform_s_manifest(kind: str) -> None:
    registry = InMemoryRegistry()
    arm = add_image(registry, BASE, [LAYER], official(architecture="arm64"))
    amd = add_image(registry, BASE, [LAYER], official())
    items = [
        {"digest": "sha256:" + "0" * 64, "platform": {"os": "unknown", "architecture": "unknown"}},
        {"digest": arm.digest, "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}},
        {"digest": amd.digest, "platform": {"os": "linux", "architecture": "amd64"}},
    ]
    index = RawManifest(kind, json.dumps({"schemaVersion": 2, "manifests": items}).encode())
    registry.manifests[BASE.repository, "1"] = index
    assert resolve_base(registry, BASE, cache=NOWHERE).reference.digest == amd.digest
    chosen = resolve_base(registry, BASE, platform="linux/arm64", cache=NOWHERE)
    assert chosen.reference.digest == arm.digest
    with pytest.raises(NotReady, match=r"not made for linux/s390x, only for: linux/arm64, linux/amd64"):
        resolve_base(registry, BASE, platform="linux/s390x", cache=NOWHERE)


@pytest.mark.parametrize(
    ("manifest_type", "layer_type", "why"),
    [
        ("application/vnd.docker.distribution.manifest.v1+prettyjws", "", "manifest.v1"),
        (DOCKER_MANIFEST, "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "from elsewhere"),
        (OCI_MANIFEST, "application/vnd.oci.image.layer.v1.tar+zstd", "zstd"),
    ],
)
def test_what_not_every_engine_can_run_is_refused(manifest_type: str, layer_type: str, why: str) -> None:
    registry = InMemoryRegistry()
    add_image(registry, BASE, [LAYER], official(), manifest_type=manifest_type, layer_type=layer_type)
    with pytest.raises(NotReady, match=why) as caught:
        resolve_base(registry, BASE, cache=NOWHERE)
    assert caught.value.hints


def test_a_base_of_another_platform_or_none_at_all_is_said_so() -> None:
    registry = InMemoryRegistry()
    with pytest.raises(NotReady, match=r"there is no base image registry\.test/base:1"):
        resolve_base(registry, BASE, cache=NOWHERE)
    add_image(registry, BASE, [LAYER], official(architecture="arm64"))
    with pytest.raises(NotReady, match="made for linux/arm64, not for linux/amd64"):
        resolve_base(registry, BASE, cache=NOWHERE)


def test_what_the_config_or_an_earlier_image_says_spares_the_search() -> None:
    registry = InMemoryRegistry()
    manifest = add_image(registry, BASE, [LAYER], config_of([LAYER]))
    said = resolve_base(registry, BASE, interpreter="/opt/py/bin/python3.9", cache=NOWHERE)
    assert (said.interpreter, said.python, said.interpreter_said) == ("/opt/py/bin/python3.9", "3.9", True)
    remembered = {manifest.digest: "/usr/bin/python3.11"}
    found = resolve_base(registry, BASE, cache=NOWHERE, remembered=remembered)
    assert (found.interpreter, found.python, found.interpreter_said) == ("/usr/bin/python3.11", "3.11", False)
