"""Manifest and config of an assembled image."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.image.in_memory import a_base, a_layer, a_recipe

from skylift.image.assemble import assemble
from skylift.image.validate import problems
from skylift.values.images import DOCKER_LAYER, OCI_LAYER, Image

LAYERS = (a_layer("environment"), a_layer("code"))


def config_of_image(image: Image) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(image.config)
    return found


def test_an_image_keeps_its_invariants_and_its_digest() -> None:
    image = assemble(a_recipe(), LAYERS)
    assert problems(image) == []
    assert assemble(a_recipe(), LAYERS).digest == image.digest


def test_it_starts_the_runtime_as_root_with_our_environment_first() -> None:
    settings = config_of_image(assemble(a_recipe(environment={"TF_CPP_MIN_LOG_LEVEL": "2"}), LAYERS))[
        "config"
    ]
    assert settings["Entrypoint"] == [
        "/opt/venv/bin/python",
        "-I",
        "-S",
        "/opt/skylift/runtime/skylift_runtime/__main__.py",
    ]
    assert (settings["Cmd"], settings["User"], settings["WorkingDir"]) == (["train"], "", "/")
    assert settings["Env"] == [
        "NVIDIA_DRIVER_CAPABILITIES=compute,utility",
        "NVIDIA_VISIBLE_DEVICES=all",
        "PATH=/opt/venv/bin:/usr/bin:/bin",
        "TF_CPP_MIN_LOG_LEVEL=2",
    ]


def test_a_base_that_says_which_gpus_it_wants_is_believed() -> None:
    base = a_base(config={"Env": ["NVIDIA_VISIBLE_DEVICES=none"]})
    settings = config_of_image(assemble(a_recipe(base=base), LAYERS))["config"]
    assert "NVIDIA_VISIBLE_DEVICES=none" in settings["Env"]
    assert next(line for line in settings["Env"] if line.startswith("PATH=")).endswith(":/sbin:/bin")


def test_layers_of_an_oci_base_get_docker_s_name() -> None:
    base = a_base()
    oci = replace(base, layers=tuple(replace(layer, media_type=OCI_LAYER) for layer in base.layers))
    image = assemble(a_recipe(base=oci), LAYERS)
    listed = json.loads(image.manifest.body)["layers"]
    assert {item["mediaType"] for item in listed} == {DOCKER_LAYER}
    assert image.digest == assemble(a_recipe(base=base), LAYERS).digest


def test_labels_name_the_base_and_every_layer() -> None:
    labels = config_of_image(assemble(a_recipe(), LAYERS))["config"]["Labels"]
    assert labels["org.opencontainers.image.base.name"] == "registry.test/base:1"
    assert labels["org.opencontainers.image.base.digest"] == "sha256:" + "b" * 64
    assert json.loads(labels["org.skylift.layers"])["code"] == {
        "digest": LAYERS[1].digest,
        "diff_id": LAYERS[1].diff_id,
        "size": 100,
    }


def test_only_an_interpreter_that_was_searched_for_is_remembered() -> None:
    said = replace(a_base(), interpreter_said=True)
    for base, path in ((a_base(), "/usr/bin/python3.11"), (said, "")):
        labels = config_of_image(assemble(a_recipe(base=base), LAYERS))["config"]["Labels"]
        assert json.loads(labels["org.skylift.base"])["interpreter"] == path


@pytest.mark.parametrize(
    "history",
    [[], [{"created_by": "one"}], [{"created_by": "one"}, {"created_by": "two", "empty_layer": True}]],
    ids=["none", "short", "empty-layers"],
)
def test_a_history_that_does_not_match_is_replaced(history: list[dict[str, object]]) -> None:
    image = assemble(a_recipe(base=a_base(history=history)), LAYERS)
    assert problems(image) == []
    lines = [line["created_by"] for line in config_of_image(image)["history"]]
    assert lines == ["base layer 1", "base layer 2", "skylift: layer environment", "skylift: layer code"]


def test_the_time_is_the_commit_s() -> None:
    assert config_of_image(assemble(a_recipe(), LAYERS))["created"] == "2026-01-02T03:04:05.000Z"


def test_what_a_build_of_the_base_left_behind_is_dropped() -> None:
    base = a_base(container="0815", container_config={"Cmd": ["x"]}, docker_version="20.10", variant="v2")
    config = config_of_image(assemble(a_recipe(base=base), LAYERS))
    assert "container_config" not in config
    assert config["variant"] == "v2"


def test_the_oracle_sees_what_is_wrong() -> None:
    image = assemble(a_recipe(), LAYERS)
    assert problems(replace(image, layers=LAYERS[:1])) != []
    assert problems(replace(image, config=image.config + b" ")) == ["the manifest points to another config"]
