"""An image assembled without a daemon, pushed to a real registry, run by a real Docker."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.image.in_memory import a_recipe, write_wheel

from skylift.host.clock import SystemClock
from skylift.image.base import resolve_base
from skylift.image.build import build
from skylift.image.cache import known_layers
from skylift.image.push import push
from skylift.registry.client import RegistryClient
from skylift.values.images import Image
from skylift.values.progress import silent
from skylift.values.project import ShippedFile
from skylift.values.references import parse_image, parse_repository

RUNTIME = b"""
import importlib.metadata, runpy, site, sys
# As in the user's process, which is started without -S.
site.main()
print(sys.argv[1:], sys.prefix, importlib.metadata.version("demo"))
runpy.run_path("/opt/skylift/code/train.py")
"""


def registry_client() -> RegistryClient:
    return RegistryClient(lambda _: None, clock=SystemClock(), environment={})


def assembled(tmp_path: Path, base: str, code: bytes) -> Image:
    registry = registry_client()
    wheel, path = write_wheel(
        tmp_path / "wheels",
        {
            "demo.py": b"def main():\n    print('a command')\n",
            "demo-1.0.dist-info/entry_points.txt": b"[console_scripts]\ndemo = demo:main\n",
        },
    )
    (tmp_path / "code").mkdir(exist_ok=True)
    (tmp_path / "code" / "train.py").write_bytes(code)
    found = resolve_base(registry, parse_image(base), cache=tmp_path / "cache")
    recipe = replace(
        a_recipe(base=found, wheels=(wheel,), code_root=tmp_path / "code", files=(ShippedFile("train.py"),)),
        runtime={"skylift_runtime/__main__.py": RUNTIME},
    )
    return build(
        recipe,
        known={},
        wheel_paths=lambda _: {wheel: path},
        cache=tmp_path / "cache",
        environment=dict(os.environ),
        report=silent,
    )


@pytest.mark.registry
def test_the_second_push_sends_only_what_changed(tmp_path: Path, oci_registry: str, base_image: str) -> None:
    registry = registry_client()
    repository = parse_repository(f"{oci_registry}/image/second-push")
    first = assembled(tmp_path, base_image, b"print('one')\n")
    push(registry, first, repository, ["c-1", "branch-main"], silent)
    known = known_layers(registry, [repository.tag("branch-main")])
    assert known.layers.keys() == {layer.key for layer in first.layers}
    changed = assembled(tmp_path, base_image, b"print('two')\n")
    result = push(registry, changed, repository, ["c-2", "branch-main"], silent, known=known)
    assert (result.blobs_sent, result.tags) == (2, ("c-2", "branch-main"))
    assert result.bytes_sent < 15_000
    stored = registry.manifest(repository.tag("branch-main"))
    assert stored is not None
    assert stored.digest == changed.digest


@pytest.mark.docker
@pytest.mark.registry
def test_docker_runs_what_was_assembled(
    tmp_path: Path, oci_registry: str, base_image: str, docker_engine: Mapping[str, str]
) -> None:
    image = assembled(tmp_path, base_image, b"import demo\ndemo.main()\n")
    repository = parse_repository(f"{oci_registry}/image/runs")
    push(registry_client(), image, repository, ["c-1"], silent)
    reference = str(repository.at(image.digest))

    def docker(*arguments: str) -> str:
        done = subprocess.run(
            ["docker", *arguments],
            env={**os.environ, **docker_engine},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    try:
        assert docker("run", "--rm", reference).splitlines() == ["['train'] /opt/venv 1.0", "a command"]
        assert docker("run", "--rm", "--entrypoint", "demo", reference) == "a command\n"
    finally:
        docker("image", "rm", "--force", reference)
