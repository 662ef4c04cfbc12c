"""``run --like`` where an image and datasets are at stake: the same digest, and the data of then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.places import PROJECTS, Place, checkout

from skylift.values.record import Record

pytestmark = [pytest.mark.docker, pytest.mark.registry, pytest.mark.sandbox]
IMAGE = "Skylift.image.digest"


def like(place: Place, folder: Path, first: Record, *arguments: str) -> Record:
    said = place.skylift(folder, "run", "--like", first.name, *arguments)
    return place.show(folder, said.splitlines()[0])


def saw(place: Place, folder: Path, run: Record) -> dict[str, Any]:
    into = place.skylift(folder, "pull", run.name, "output").strip()
    found: dict[str, Any] = json.loads((folder / into / "seen.json").read_text())
    return found


def test_the_image_of_then_and_another_target(places: dict[str, Place], tmp_path: Path) -> None:
    docker = places["docker"]
    folder = checkout(PROJECTS / "succeeds", tmp_path)
    first = docker.run(folder, "lr=0.25")
    script = folder / "train.py"
    script.write_text(script.read_text() + "# one line more\n")
    now = docker.run(folder)
    assert now.at(IMAGE) != first.at(IMAGE)
    again = like(docker, folder, first, "epochs=1")
    assert again.at(IMAGE) == first.at(IMAGE)
    assert again.at("Skylift.like") == {"run": first.name, "changed": {"epochs": 1}, "differs": []}
    here = like(docker, folder, first, "--on", "local", "--python", "/usr/bin/python3")
    assert here.at("Skylift.like.changed") == {"--on": "local"}
    assert here.at("Skylift.revision") == first.at("Skylift.revision")


def test_the_data_of_then_is_on_the_service(places: dict[str, Place], tmp_path: Path) -> None:
    cloud = places["cloud"]
    folder = checkout(PROJECTS / "succeeds", tmp_path)
    config = folder / "skylift.toml"
    config.write_text(config.read_text().replace('"succeeds"', '"repeated"'))
    first = cloud.run(folder)
    (folder / "data" / "train" / "new.csv").write_text("new\n")
    again = like(cloud, folder, first, "--exact", "lr=0.25")
    assert again.at("Skylift.channels.train.version") == first.at("Skylift.channels.train.version")
    assert again.at(IMAGE) == first.at(IMAGE)
    assert saw(cloud, folder, again)["channels"] == saw(cloud, folder, first)["channels"]
    found = json.loads(cloud.skylift(folder, "compare", first.name, again.name, "--json"))
    # The new file of data lies in the work tree, where git sees it.
    assert [row["name"] for row in found["differences"]] == [
        "status",
        "again of",
        "lr",
        "uncommitted changes",
    ]
