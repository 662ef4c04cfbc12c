"""From files and wheels to an image: equal inputs, equal digest; only what is missing is made."""

from __future__ import annotations

import json
import os
import random
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.image.in_memory import (
    TARGET,
    InMemoryRegistry,
    a_base,
    a_recipe,
    add_image,
    config_of,
    tar_of,
    write_wheel,
)

from skylift.errors import NotReady
from skylift.image.build import build
from skylift.image.cache import known_layers
from skylift.image.push import LayerVanished, push
from skylift.image.recipe import Recipe, planned
from skylift.image.validate import problems
from skylift.values.images import Image, Layer
from skylift.values.packages import Wheel
from skylift.values.progress import Progress, silent
from skylift.values.project import ShippedFile

OWN = f"{sys.version_info[0]}.{sys.version_info[1]}"
CODE = {
    "train.py": b"print('training')\n",
    "run me.sh": b"#!/bin/sh\n",
    "pkg/__init__.py": b"",
    "pkg/größe\n'x'.txt": b"weird",
    "/".join(["deep"] * 60) + "/x": b"long",
}


@pytest.fixture
def umask() -> Iterator[Callable[[int], None]]:
    before = os.umask(0o022)

    def change(mask: int) -> None:
        os.umask(mask)

    yield change
    os.umask(before)


def a_project(root: Path, *, time: int) -> Recipe:
    """Code with weird names and a link, and a base with the running Python."""
    for name, data in CODE.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (time, time))
    (root / "latest").symlink_to("train.py")
    files = [ShippedFile(name, executable=name.endswith(".sh")) for name in CODE]
    files.append(ShippedFile("latest", link="train.py"))
    random.Random(time).shuffle(files)
    base = replace(a_base(), interpreter=f"/usr/bin/python{OWN}", python=OWN)
    return a_recipe(base=base, code_root=root, files=tuple(files), bytecode=True)


class Shelf:
    """Wheels that lie here; tells which were asked for."""

    def __init__(self, wheels: Mapping[Wheel, Path]) -> None:
        self._wheels = wheels
        self.asked: list[str] = []

    def __call__(self, wheels: Sequence[Wheel]) -> Mapping[Wheel, Path]:
        self.asked += [wheel.name for wheel in wheels]
        return {wheel: self._wheels[wheel] for wheel in wheels}


def a_shelf(folder: Path) -> tuple[tuple[Wheel, ...], Shelf]:
    made = [
        write_wheel(folder, {f"{name}.py": f"x = '{name}'\n".encode()}, name)
        for name in ("one", "two", "six")
    ]
    return tuple(wheel for wheel, _ in made), Shelf(dict(made))


def built(recipe: Recipe, shelf: Shelf, cache: Path, known: Mapping[str, Layer] | None = None) -> Image:
    image = build(
        recipe,
        known=known or {},
        wheel_paths=shelf,
        cache=cache,
        environment=dict(os.environ),
        report=silent,
    )
    assert problems(image) == []
    return image


def test_folder_time_umask_and_order_leave_no_trace(tmp_path: Path, umask: Callable[[int], None]) -> None:
    wheels, shelf = a_shelf(tmp_path / "wheels")
    umask(0o077)
    here = replace(a_project(tmp_path / "here", time=1), wheels=wheels)
    one = built(here, shelf, tmp_path / "cache one")
    umask(0o000)
    there = replace(a_project(tmp_path / "some where's else", time=10**9), wheels=wheels[::-1])
    other = built(there, shelf, tmp_path / "cache two")
    assert one.digest == other.digest


def test_the_code_arrives_as_it_is(tmp_path: Path) -> None:
    image = built(a_project(tmp_path / "project", time=1), Shelf({}), tmp_path / "cache")
    blob = image.layers[-1].blob
    assert blob is not None
    with tarfile.open(blob) as archive:
        found = {member.name.removeprefix("opt/skylift/code/"): member for member in archive}
        for name, data in CODE.items():
            stream = archive.extractfile(found[name])
            assert stream is not None
            assert stream.read() == data
    assert (found["run me.sh"].mode, found["train.py"].mode) == (0o755, 0o644)
    assert found["latest"].linkname == "train.py"
    assert "opt/skylift/project.json" in found


def test_packages_and_runtime_are_compiled_the_users_code_is_not(tmp_path: Path) -> None:
    wheels, shelf = a_shelf(tmp_path / "wheels")
    recipe = replace(a_project(tmp_path / "project", time=1), wheels=wheels)
    names = {name for layer in built(recipe, shelf, tmp_path / "cache").layers for name in names_in(layer)}
    compiled = {name for name in names if name.endswith(".pyc")}
    tag = f"cpython-{OWN.replace('.', '')}.pyc"
    assert compiled == {
        *(
            f"opt/venv/lib/python{OWN}/site-packages/__pycache__/{name}.{tag}"
            for name in ("one", "two", "six")
        ),
        f"opt/skylift/runtime/skylift_runtime/__pycache__/__main__.{tag}",
    }


def names_in(layer: Layer) -> list[str]:
    assert layer.blob is not None
    with tarfile.open(layer.blob) as archive:
        return archive.getnames()


def test_a_warm_machine_makes_only_the_code(tmp_path: Path) -> None:
    wheels, shelf = a_shelf(tmp_path / "wheels")
    recipe = replace(a_project(tmp_path / "project", time=1), wheels=wheels)
    before = built(recipe, shelf, tmp_path / "cache")
    (tmp_path / "project" / "train.py").write_text("print('more')\n")
    shelf.asked.clear()
    reports: list[Progress] = []
    after = build(
        replace(recipe),
        known={},
        wheel_paths=shelf,
        cache=tmp_path / "cache",
        environment={},
        report=reports.append,
    )
    assert shelf.asked == []
    assert {report.what for report in reports} == {"code"}
    assert after.layers[:-1] == before.layers[:-1]
    assert after.digest != before.digest


def test_a_cold_machine_fetches_no_wheel_and_sends_only_the_code(tmp_path: Path) -> None:
    registry = InMemoryRegistry()
    wheels, shelf = a_shelf(tmp_path / "wheels")
    recipe = in_registry(registry, replace(a_project(tmp_path / "project", time=1), wheels=wheels))
    push(registry, built(recipe, shelf, tmp_path / "cache"), TARGET, ["branch-main"], silent)
    (tmp_path / "project" / "train.py").write_text("print('more')\n")
    shelf.asked.clear()
    registry.asked.clear()
    changed = replace(recipe)
    known = known_layers(registry, [TARGET.tag("branch-main")])
    image = built(changed, shelf, tmp_path / "cold", known.layers)
    result = push(registry, image, TARGET, ["branch-main"], silent, known=known)
    assert shelf.asked == []
    assert [line.split()[0] for line in registry.asked] == [
        "manifest",
        "blob",
        "put_blob",
        "put_blob",
        "put_manifest",
    ]
    assert result.bytes_sent < 15_000
    assert image.digest == built(changed, shelf, tmp_path / "from nothing").digest


def in_registry(registry: InMemoryRegistry, recipe: Recipe) -> Recipe:
    layers = [tar_of({f"file-{number}": ""}) for number in range(len(recipe.base.layers))]
    add_image(registry, recipe.base.reference, layers, config_of(layers))
    descriptors = json.loads(registry.manifests[recipe.base.repository, recipe.base.reference.wire].body)[
        "layers"
    ]
    found = tuple(
        replace(layer, digest=item["digest"], size=item["size"])
        for layer, item in zip(recipe.base.layers, descriptors, strict=True)
    )
    return replace(recipe, base=replace(recipe.base, layers=found, config=config_of(layers)))


def test_a_layer_that_vanished_from_the_registry_is_made_again(tmp_path: Path) -> None:
    registry = InMemoryRegistry()
    wheels, shelf = a_shelf(tmp_path / "wheels")
    recipe = in_registry(registry, replace(a_project(tmp_path / "project", time=1), wheels=wheels))
    push(registry, built(recipe, shelf, tmp_path / "cache"), TARGET, ["branch-main"], silent)
    known = known_layers(registry, [TARGET.tag("branch-main")])
    lost = next(iter(known.layers.values()))
    del registry.blobs[TARGET, lost.digest]
    cold = tmp_path / "cold"
    changed = replace(recipe, environment={"CHANGED": "1"})
    with pytest.raises(LayerVanished) as caught:
        push(
            registry, built(changed, shelf, cold, known.layers), TARGET, ["branch-main"], silent, known=known
        )
    assert lost.key in caught.value.keys
    push(registry, built(changed, shelf, cold), TARGET, ["branch-main"], silent)


def test_without_byte_code_no_python_is_needed(tmp_path: Path) -> None:
    wheels, shelf = a_shelf(tmp_path / "wheels")
    recipe = replace(a_project(tmp_path / "project", time=1), wheels=wheels)
    foreign = replace(recipe, base=replace(recipe.base, python="3.6"))
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "UV_OFFLINE": "1"}
    arguments = {"known": {}, "wheel_paths": shelf, "cache": tmp_path / "c", "report": silent}
    with pytest.raises(NotReady, match=r"needs a Python 3\.6"):
        build(foreign, environment=environment, **arguments)  # type: ignore[arg-type]
    image = build(replace(foreign, bytecode=False), environment=environment, **arguments)  # type: ignore[arg-type]
    assert problems(image) == []


def test_a_file_that_went_away_is_said_by_name(tmp_path: Path) -> None:
    recipe = a_project(tmp_path / "project", time=1)
    (tmp_path / "project" / "train.py").unlink()
    with pytest.raises(NotReady, match=r"can not be read: train\.py: No such file"):
        planned(recipe)


def test_a_file_that_changes_after_the_plan_is_not_shipped_under_its_key(tmp_path: Path) -> None:
    recipe = a_project(tmp_path / "project", time=1)
    planned(recipe)
    (tmp_path / "project" / "train.py").write_text("print('trai_ing')\n")
    with pytest.raises(NotReady, match="changed while the image was being built"):
        built(recipe, Shelf({}), tmp_path / "cache")
