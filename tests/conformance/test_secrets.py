"""A planted secret is with the script on every target, and nowhere that anybody else looks."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.conformance.places import PROJECTS, Place, checkout

VALUE = "pl4nted-v4lue"
CONFIG = """
name = "secret"
entry-point = "train.py"
python = "3.11"
[secrets]
KEY = "%s"
[targets.cloud]
backend = "sagemaker"
"""
SCRIPT = """
import os, sys
print("length", len(os.environ["KEY"]), "stdin", sys.stdin.read())
raise ValueError("no such key: " + os.environ["KEY"])
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = checkout(PROJECTS / "resumes", tmp_path)
    (folder / "train.py").write_text(SCRIPT)
    return folder


@pytest.mark.docker
@pytest.mark.registry
@pytest.mark.sandbox
@pytest.mark.parametrize("target", ["docker", "cloud"])
def test_a_planted_secret_is_nowhere_to_be_found(
    places: dict[str, Place], project: Path, target: str, docker_engine: Mapping[str, str]
) -> None:
    place = places[target]
    if target == "cloud":
        client(place, "secretsmanager").create_secret(Name="planted", SecretString=VALUE)
        reference = "secretsmanager:planted"
    else:
        place = Place(target, {**place.environment, "MINE": VALUE})
        reference = "env:MINE"
    (project / "skylift.toml").write_text(CONFIG % reference)
    record = place.run(project, expect=4)
    assert "ValueError: no such key: [KEY] (train.py:4)" in record.failure_reason
    assert record.at("Environment.SKYLIFT_SECRET_KEY") == reference
    log = place.skylift(project, "logs", record.name)
    assert f"length {len(VALUE)} stdin \n" in log
    # Once: the traceback that Python prints, which is the script's own word.
    assert log.count(VALUE) == 1
    holders = [path.name for path in (project / ".skylift").rglob("*") if path.is_file() and VALUE.encode() in path.read_bytes()]  # fmt: skip
    assert set(holders) <= {"log"}
    assert VALUE not in json.dumps(record.data)
    environment = {**os.environ, **docker_engine}
    image = record.at("AlgorithmSpecification.TrainingImage")
    content = list(image_content(image, environment))
    assert [name for name, data in content if b"no such key" in data]
    assert not [name for name, data in content if VALUE.encode() in data]
    if target == "cloud":
        described = client(place, "sagemaker").describe_training_job(TrainingJobName=record.name)
        assert VALUE not in json.dumps(described, default=str)


def client(place: Place, service: str) -> Any:
    said = place.environment
    session = boto3.Session(
        said["AWS_ACCESS_KEY_ID"], said["AWS_SECRET_ACCESS_KEY"], region_name=said["AWS_REGION"]
    )
    return session.client(service, endpoint_url=said["AWS_ENDPOINT_URL"])


def image_content(reference: str, environment: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Everything that ``docker save`` gives of an image, layers unpacked."""
    digest = reference.partition("@")[2]
    command = ["docker", "image", "ls", "--digests", "--no-trunc", "--format", "{{.Digest}} {{.ID}}"]
    listed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    image = dict(line.split() for line in listed.splitlines())[digest]
    saved = subprocess.run(["docker", "save", image], env=environment, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(saved)) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.isfile() else None
            if stream is not None:
                data = stream.read()
                yield member.name, zlib.decompress(data, 31) if data[:2] == b"\x1f\x8b" else data
