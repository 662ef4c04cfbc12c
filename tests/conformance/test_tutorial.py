"""docs/tutorial.md: whoever types it sees what it shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from tools import tutorial

from skylift.values.record_fields import undocumented

pytestmark = [pytest.mark.docker, pytest.mark.registry, pytest.mark.sandbox]

FAILS = {"skylift run epoch=3": 2}


@pytest.fixture(scope="module")
def typed(
    docker_engine: Mapping[str, str],
    oci_registry: str,
    base_image: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, list[tutorial.Typed]]:
    folder = tmp_path_factory.mktemp("tutorial")
    here = tutorial.environments()[""]
    cloud = {**here, **docker_engine, "SKYLIFT_IMAGE_BASE": base_image}
    cloud["PATH"] = here["PATH"]
    docker = {**cloud, "SKYLIFT_IMAGE_REPOSITORY": f"{oci_registry}/flight-delays"}
    page = tutorial.PAGE.read_text()
    return folder, list(tutorial.typed(page, folder, {"": here, "docker": docker, "cloud": cloud}))


def test_every_command_of_the_tutorial_prints_what_the_page_shows(
    typed: tuple[Path, list[tutorial.Typed]],
) -> None:
    _, steps = typed
    assert len(steps) > 15
    wrong = [line for done in steps for line in done.differences]
    assert not wrong, "\n".join([*wrong, "`make tutorial` renews the page"])
    codes = {done.step.command: done.code for done in steps if done.code}
    assert codes == FAILS


def test_every_field_of_its_records_is_in_the_reference(typed: tuple[Path, list[tutorial.Typed]]) -> None:
    folder, _ = typed
    records = [json.loads(path.read_text()) for path in folder.rglob("runs/*/record.json")]
    assert {record["Skylift"]["backend"] for record in records} == {"local", "docker", "sagemaker"}
    missing = {path for record in records for path in undocumented(record)}
    assert not missing, "values/record_fields.py has a line for each"
