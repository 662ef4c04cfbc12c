"""Docker's config and helper programs as they lie on a disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skylift.errors import NotReady
from skylift.registry.credentials import Credentials, docker_credentials

JANE = Credentials("jane", "p:w")
AUTH = JANE.basic.removeprefix("Basic ")


def config(folder: Path, value: object) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(value))
    return {"DOCKER_CONFIG": str(folder)}


def helper(folder: Path, name: str, script: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / f"docker-credential-{name}"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_no_config_knows_nobody(tmp_path: Path) -> None:
    assert docker_credentials({}, tmp_path)("docker.io") is None


def test_config_lies_in_the_home_folder(tmp_path: Path) -> None:
    config(tmp_path / ".docker", {"auths": {"localhost:5000": {"auth": AUTH}}})
    find = docker_credentials({}, tmp_path)
    assert find("localhost:5000") == JANE
    assert find("localhost:5001") is None


@pytest.mark.parametrize("key", ["docker.io", "https://index.docker.io/v1/", "index.docker.io"])
def test_docker_hub_has_many_names(tmp_path: Path, key: str) -> None:
    environment = config(tmp_path / "a 'b", {"auths": {key: {"auth": AUTH}}})
    assert docker_credentials(environment, tmp_path)("docker.io") == JANE


def test_plain_user_and_password(tmp_path: Path) -> None:
    environment = config(
        tmp_path, {"auths": {"https://r.example/v2/": {"username": "jane", "password": "p:w"}}}
    )
    assert docker_credentials(environment, tmp_path)("r.example") == JANE


@pytest.mark.parametrize("entry", [{}, {"auth": ""}, "text", None])
def test_empty_entries_know_nobody(tmp_path: Path, entry: object) -> None:
    environment = config(tmp_path, {"auths": {"r.example": entry}})
    assert docker_credentials(environment, tmp_path)("r.example") is None


def test_broken_entries_are_told(tmp_path: Path) -> None:
    environment = config(tmp_path, {"auths": {"r.example": {"auth": "!!"}}})
    with pytest.raises(NotReady, match="base64"):
        docker_credentials(environment, tmp_path)("r.example")
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(NotReady, match="not JSON"):
        docker_credentials(environment, tmp_path)("r.example")


def test_helper_of_a_host_goes_before_the_store(tmp_path: Path) -> None:
    answer = 'read server; echo "{\\"Username\\": \\"$server\\", \\"Secret\\": \\"from NAME\\"}"'
    helper(tmp_path / "bin", "one", answer.replace("NAME", "one"))
    helper(tmp_path / "bin", "all", answer.replace("NAME", "all"))
    environment = config(tmp_path, {"credHelpers": {"r.example": "one"}, "credsStore": "all"})
    find = docker_credentials({**environment, "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}, tmp_path)
    assert find("r.example") == Credentials("r.example", "from one")
    assert find("docker.io") == Credentials("https://index.docker.io/v1/", "from all")


def test_helper_that_knows_nobody(tmp_path: Path) -> None:
    helper(tmp_path / "bin", "none", "echo credentials not found in native keychain; exit 1")
    environment = {**config(tmp_path, {"credsStore": "none"}), "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}
    assert docker_credentials(environment, tmp_path)("r.example") is None


@pytest.mark.parametrize("script", ["echo locked >&2; exit 1", "echo nonsense"])
def test_helper_that_fails_is_told(tmp_path: Path, script: str) -> None:
    helper(tmp_path / "bin", "bad", script)
    environment = {**config(tmp_path, {"credsStore": "bad"}), "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}
    with pytest.raises(NotReady, match="docker-credential-bad"):
        docker_credentials(environment, tmp_path)("r.example")


def test_helper_that_is_not_installed(tmp_path: Path) -> None:
    environment = {**config(tmp_path, {"credsStore": "gone"}), "PATH": str(tmp_path)}
    with pytest.raises(NotReady, match="docker-credential-gone") as caught:
        docker_credentials(environment, tmp_path)("r.example")
    assert caught.value.hints


def test_password_is_not_in_the_repr() -> None:
    assert "p:w" not in repr(JANE)
