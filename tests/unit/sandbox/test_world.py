"""What a command in the sandbox sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from skylift.errors import UsageError
from skylift.sandbox.images import EngineImages
from skylift.sandbox.run import run
from skylift.sandbox.world import Sandbox
from skylift.values.progress import silent

ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


def test_nothing_in_the_environment_leads_to_another_account() -> None:
    own = {
        "PATH": "/bin",
        "AWS_PROFILE": "corp",
        "AWS_SESSION_TOKEN": "t",
        "AWS_ENDPOINT_URL_S3": "https://s3.example.com",
        "SKYLIFT_AWS_STORAGE": "s3://corp",
        "NO_PROXY": "example.com",
    }
    inside = Sandbox(Path("/nowhere"), own, silent).environment()
    assert inside["PATH"] == "/bin"
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"} & set(inside)
    assert inside["SKYLIFT_AWS_STORAGE"] == "s3://skylift-sandbox/skylift"
    assert inside["NO_PROXY"] == "example.com,127.0.0.1,localhost"


def test_references_to_the_account_are_found_in_the_registry_beside_it() -> None:
    images = EngineImages(ECR, "127.0.0.1:5000", {})
    assert images.local(f"{ECR}/a/b@sha256:00") == "127.0.0.1:5000/a/b@sha256:00"
    assert images.local("quay.io/a/b:1") == "quay.io/a/b:1"


@pytest.mark.parametrize("command", [[], ["no such program"]])
def test_a_command_that_is_not_there_is_said_before_anything_starts(command: list[str]) -> None:
    with pytest.raises(UsageError, match="no such command"):
        run(command, environment={"PATH": "/bin"}, folder=Path("/nowhere"), report=silent)
