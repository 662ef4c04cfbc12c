"""The example, which is somebody's real project, trains to the same numbers on every target."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.places import Place, checkout
from tests.conformance.test_records import compare

from skylift.values.record import Record

EXAMPLE = Path(__file__).parents[2] / "examples" / "flight-delays"

pytestmark = [pytest.mark.docker, pytest.mark.registry, pytest.mark.sandbox]


@pytest.fixture(scope="module")
def trained(places: dict[str, Place], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = checkout(EXAMPLE, tmp_path_factory.mktemp("example"))
    records = {target: place.run(folder, "epochs=2") for target, place in places.items()}
    return {"folder": folder, "records": records}


def test_the_same_numbers_everywhere(trained: dict[str, Any]) -> None:
    records: dict[str, Record] = trained["records"]
    compare(records)
    best = records["cloud"].at("Skylift.metrics.best.validation:auc")
    assert best["value"] > records["cloud"].at("Skylift.metrics.last.baseline:auc")
    assert best["step"] == 2


def test_the_terminal_compares_them(trained: dict[str, Any], places: dict[str, Place]) -> None:
    names = [record.name for record in trained["records"].values()]
    text = places["cloud"].skylift(trained["folder"], "compare", *names)
    assert "validation:auc" in text
    assert "target" in text
    listed = json.loads(places["cloud"].skylift(trained["folder"], "runs", "--json"))
    assert {run["TrainingJobName"] for run in listed} == set(names)


def test_a_second_image_with_one_changed_line_pushes_kilobytes_and_the_same_input_the_same_digest(
    trained: dict[str, Any], places: dict[str, Place], tmp_path: Path
) -> None:
    folder, docker = trained["folder"], places["docker"]
    script = folder / "flight_delays" / "train.py"
    before = script.read_text()
    script.write_text(before + "# one line more\n")
    # A cache of its own makes it a machine that has never seen this project.
    cold = Place("docker", {**docker.environment, "SKYLIFT_CACHE_DIR": str(tmp_path / "cold")})
    changed = json.loads(cold.skylift(folder, "build", "--push", "--json"))
    assert changed["bytes_sent"] < 25_000
    again = json.loads(docker.skylift(folder, "build", "--push", "--json"))
    assert again["digest"] == changed["digest"]
    script.write_text(before)
    back = json.loads(docker.skylift(folder, "build", "--json"))
    assert back["digest"] == trained["records"]["docker"].at("Skylift.image.digest")


def test_what_has_ended_is_shown_without_an_account(trained: dict[str, Any]) -> None:
    cloud = trained["records"]["cloud"]
    assert Place("cloud", {}).show(trained["folder"], cloud.name).data == cloud.data
