"""A sandbox in a process of its own, with an image in its registry; boto3 is the judge."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
import pytest
from tests.child import sandbox

Client = Callable[[str], Any]


@pytest.fixture(scope="session")
def sandbox_variables(
    docker_engine: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    with sandbox(tmp_path_factory.mktemp("sandbox"), docker_engine) as variables:
        yield variables


@pytest.fixture(scope="session")
def client(sandbox_variables: dict[str, str]) -> Client:
    """Plain boto3, with nothing of ours between."""
    session = boto3.Session(
        aws_access_key_id=sandbox_variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=sandbox_variables["AWS_SECRET_ACCESS_KEY"],
        region_name=sandbox_variables["AWS_REGION"],
    )
    endpoint = sandbox_variables["AWS_ENDPOINT_URL"]
    return lambda service: session.client(service, endpoint_url=endpoint)


@pytest.fixture(scope="session")
def image(client: Client, docker_engine: Mapping[str, str], base_image: str) -> Iterator[str]:
    """A reference, as a job's request has it, to an image that docker pushed after ECR's login."""

    def docker(*arguments: str) -> str:
        environment = {**os.environ, **docker_engine}
        done = subprocess.run(
            ["docker", *arguments], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    ecr = client("ecr")
    uri = ecr.create_repository(repositoryName="tests/base")["repository"]["repositoryUri"]
    login = ecr.get_authorization_token()["authorizationData"][0]
    pushed = login["proxyEndpoint"].removeprefix("http://") + "/tests/base:1"
    docker("pull", "-q", base_image)
    docker("tag", base_image, pushed)
    docker("push", "-q", pushed)
    digest = docker("image", "inspect", "-f", '{{join .RepoDigests "\\n"}}', pushed)
    yield next(f"{uri}@{line.partition('@')[2]}" for line in digest.split() if "/tests/base@" in line)
    docker("image", "rm", "--force", pushed, base_image)
