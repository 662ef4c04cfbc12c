"""Base and layers → an image: manifest and config, and nothing but them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from skylift.host.clock import iso
from skylift.host.files import canonical_json
from skylift.image.layout import (
    BASE_DIGEST_LABEL,
    BASE_LABEL,
    BASE_NAME_LABEL,
    ENTRYPOINT,
    LAYERS_LABEL,
)
from skylift.image.recipe import Recipe
from skylift.values.images import (
    DOCKER_CONFIG,
    DOCKER_LAYER,
    DOCKER_MANIFEST,
    Image,
    Layer,
    RawManifest,
)
from skylift.values.references import sha256_digest
from skylift_runtime.contract import VENV_ROOT

_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_GPU = {"NVIDIA_VISIBLE_DEVICES": "all", "NVIDIA_DRIVER_CAPABILITIES": "compute,utility"}
"""What the container toolkit of NVIDIA asks for; without them a GPU stays invisible."""
_OF_A_BUILD = ("container", "container_config", "docker_version", "id", "parent")
"""What old engines leave in a config about the build of the base; it is not true of ours."""


def assemble(recipe: Recipe, layers: Sequence[Layer]) -> Image:
    """Put layers on the recipe's base and return the new image.

    A Docker schema-2 manifest, because SageMaker refuses OCI ones for models; the base's layers keep
    their bytes and get Docker's media type. Same arguments, same digest.

    :param layers: oldest first.
    """
    config = canonical_json(_config(recipe, layers))
    descriptors = [
        *((layer.digest, layer.size) for layer in recipe.base.layers),
        *((layer.digest, layer.size) for layer in layers),
    ]
    manifest = {
        "schemaVersion": 2,
        "mediaType": DOCKER_MANIFEST,
        "config": {"mediaType": DOCKER_CONFIG, "digest": sha256_digest(config), "size": len(config)},
        "layers": [
            {"mediaType": DOCKER_LAYER, "digest": digest, "size": size} for digest, size in descriptors
        ],
    }
    raw = RawManifest(DOCKER_MANIFEST, canonical_json(manifest))
    return Image(raw, config, recipe.base, tuple(layers))


def _config(recipe: Recipe, layers: Sequence[Layer]) -> dict[str, Any]:
    base: dict[str, Any] = {key: v for key, v in recipe.base.config.items() if key not in _OF_A_BUILD}
    created = iso(recipe.created)
    return {
        **base,
        "created": created,
        "config": _settings(recipe, base.get("config") or {}, layers),
        "rootfs": {
            "type": "layers",
            "diff_ids": [*base["rootfs"]["diff_ids"], *(layer.diff_id for layer in layers)],
        },
        "history": [
            *_base_history(base.get("history") or [], len(recipe.base.layers)),
            *({"created": created, "created_by": f"skylift: {layer.title}"} for layer in layers),
        ],
    }


def _settings(recipe: Recipe, base: Mapping[str, Any], layers: Sequence[Layer]) -> dict[str, Any]:
    return {
        **base,
        "Env": _environment(base.get("Env") or [], recipe.environment),
        "Entrypoint": list(ENTRYPOINT),
        "Cmd": ["train"],
        "WorkingDir": "/",
        # The platform mounts folders that belong to root.
        "User": "",
        "Labels": {**(base.get("Labels") or {}), **recipe.labels, **_own_labels(recipe, layers)},
    }


def _environment(base: Sequence[str], added: Mapping[str, str]) -> list[str]:
    inherited = dict(item.partition("=")[::2] for item in base)
    merged = {**_GPU, **inherited, **added}
    merged["PATH"] = f"{VENV_ROOT}/bin:{merged.get('PATH') or _DEFAULT_PATH}"
    return [f"{name}={value}" for name, value in sorted(merged.items())]


def _own_labels(recipe: Recipe, layers: Sequence[Layer]) -> dict[str, str]:
    base = recipe.base
    name = f"{base.repository}:{base.reference.tag}" if base.reference.tag else str(base.repository)
    records = {
        layer.key: {"digest": layer.digest, "diff_id": layer.diff_id, "size": layer.size} for layer in layers
    }
    # What somebody said is not what a search would find; only that may be remembered.
    found = {
        "digest": base.reference.digest,
        "interpreter": "" if base.interpreter_said else base.interpreter,
    }
    return {
        BASE_NAME_LABEL: name,
        BASE_DIGEST_LABEL: base.reference.digest or "",
        BASE_LABEL: canonical_json(found).decode(),
        LAYERS_LABEL: canonical_json(records).decode(),
    }


def _base_history(history: Sequence[Mapping[str, Any]], count: int) -> list[Mapping[str, Any]]:
    # Some builders write a short history or none; engines stumble over one that does not match.
    if sum(not line.get("empty_layer") for line in history) == count:
        return list(history)
    return [{"created_by": f"base layer {number}"} for number in range(1, count + 1)]
