"""The places: local, docker with a real registry, and the sandbox's SageMaker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from tests.child import sandbox
from tests.conformance.places import Place


@pytest.fixture(scope="session")
def places(
    docker_engine: Mapping[str, str],
    oci_registry: str,
    base_image: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Place]]:
    base = {"SKYLIFT_IMAGE_BASE": base_image}
    docker = {**docker_engine, **base, "SKYLIFT_IMAGE_REPOSITORY": f"{oci_registry}/conformance"}
    with sandbox(tmp_path_factory.mktemp("sandbox"), docker_engine) as variables:
        yield {
            "local": Place("local", {}),
            "docker": Place("docker", docker),
            "cloud": Place("cloud", {**base, **docker_engine, **variables}),
        }
