"""A command that is repeated after it was killed goes on with the job that it began (joint 5)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.conformance.places import PROJECTS, Place, checkout

pytestmark = [pytest.mark.docker, pytest.mark.registry, pytest.mark.sandbox]


def start(place: Place, folder: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "skylift", "run", "--on", "cloud", "--quiet"],
        cwd=folder,
        env={**os.environ, **place.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def client(place: Place, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=place.environment["AWS_ENDPOINT_URL"],
        region_name=place.environment["AWS_REGION"],
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )


def jobs(place: Place, prefix: str) -> list[str]:
    found = client(place, "sagemaker").list_training_jobs(NameContains=prefix)["TrainingJobSummaries"]
    return [summary["TrainingJobName"] for summary in found]


def test_a_killed_command_is_taken_up_again(places: dict[str, Place], tmp_path: Path) -> None:
    place = places["cloud"]
    folder = checkout(PROJECTS / "stops", tmp_path)
    config = folder / "skylift.toml"
    config.write_text(config.read_text().replace('"stops"', '"twice"'))
    first, name = start(place, folder)
    place.wait_for_line(folder, name, "epoch=1")
    first.kill()
    first.communicate()
    second, again = start(place, folder)
    assert again == name
    place.skylift(folder, "stop", name)
    second.communicate(timeout=120)
    assert second.returncode == 7
    assert jobs(place, "twice") == [name]
    # That run has ended: the same command now means a new one.
    third, fresh = start(place, folder)
    assert fresh != name
    place.skylift(folder, "stop", fresh)
    third.communicate(timeout=120)


def test_a_finished_record_needs_nobody_who_watched(places: dict[str, Place], tmp_path: Path) -> None:
    place = places["cloud"]
    folder = checkout(PROJECTS / "succeeds", tmp_path)
    name = place.start(folder, "epochs=2")
    place.skylift(folder, "wait", name)
    record = place.show(folder, name)
    assert record.status == "Completed"
    assert record.at("Skylift.metrics.best.train:loss") == {"value": 0.25, "step": 2}
    assert "epoch=2" in place.skylift(folder, "logs", name)


def test_the_record_of_what_was_taken_up_again_is_whole(places: dict[str, Place], tmp_path: Path) -> None:
    place = places["cloud"]
    folder = checkout(PROJECTS / "stops", tmp_path)
    config = folder / "skylift.toml"
    config.write_text(config.read_text().replace('"stops"', '"whole"'))
    first, name = start(place, folder)
    first.kill()
    first.communicate()
    second, _ = start(place, folder)
    place.skylift(folder, "stop", name)
    second.communicate(timeout=120)
    record = place.show(folder, name)
    assert record.at("Skylift.image.digest").startswith("sha256:")
    assert record.at("Skylift.channels.train.version")


def test_a_dry_run_creates_nothing_in_the_account(places: dict[str, Place], tmp_path: Path) -> None:
    place = places["cloud"]
    folder = checkout(PROJECTS / "succeeds", tmp_path)
    config = folder / "skylift.toml"
    config.write_text(config.read_text().replace('"succeeds"', '"only-planned"'))
    place.skylift(folder, "run", "--on", "cloud", "--dry-run", expect=3)
    assert not (folder / "pylock.skylift.toml").exists()
    place.skylift(folder, "lock")
    plan = json.loads(place.skylift(folder, "run", "--on", "cloud", "--dry-run", "--json"))
    assert plan["image"]["repository"].endswith("/only-planned")
    assert any(layer["title"].startswith("base ") and not layer["found"] for layer in plan["image"]["layers"])
    assert "only-planned" not in repositories(place)
    assert not (folder / ".skylift" / "runs").exists()


def repositories(place: Place) -> list[str]:
    found = client(place, "ecr").describe_repositories()["repositories"]
    return [repository["repositoryName"] for repository in found]
