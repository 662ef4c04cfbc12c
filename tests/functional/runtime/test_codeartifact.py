"""CA_REPOSITORY_ARN: pip installs from the index that CodeArtifact gives, and nobody sees the token."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.functional.packages.tiny_wheels import make_wheel
from tests.functional.registry.scripted_server import Answer, Seen, Server, serving
from tests.functional.runtime.stage import Stage
from tests.processes import running_with

TOKEN = "pl4nted+t0ken/of=AWS"
ARN = "arn:aws:codeartifact:eu-west-1:123456789012:repository/team/of-the-team"


@pytest.fixture(scope="module")
def with_pip(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter that may be installed to."""
    folder = tmp_path_factory.mktemp("with pip")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return str(folder / "bin" / "python")


class CodeArtifact:
    """Both calls that pip's index takes, and the index."""

    def __init__(self, wheel: Path) -> None:
        self._wheel = wheel
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.seen_in_processes = False
        self.server: Callable[[], Server]

    def __call__(self, seen: Seen) -> Answer:
        parts = urlsplit(seen.path)
        if parts.path.startswith("/v1/"):
            assert "/eu-west-1/codeartifact/aws4_request" in seen.headers["Authorization"]
            self.asked.append((f"{seen.method} {parts.path}", dict(parse_qsl(parts.query))))
            where = f"{self.server().url}/pypi/of-the-team/"
            known = {"authorizationToken": TOKEN, "repositoryEndpoint": where}
            return Answer(200, json.dumps(known).encode())
        self.seen_in_processes |= bool(running_with(TOKEN) or running_with("pl4nted"))
        if seen.headers.get("Authorization") != "Basic " + base64.b64encode(f"aws:{TOKEN}".encode()).decode():
            return Answer(401, b"", {"WWW-Authenticate": "Basic"})
        if parts.path == "/pypi/of-the-team/simple/tiny/":
            page = f'<a href="../../files/{self._wheel.name}">{self._wheel.name}</a>'
            return Answer(200, page.encode(), {"Content-Type": "text/html"})
        if parts.path.endswith(self._wheel.name):
            return Answer(200, self._wheel.read_bytes())
        return Answer(404)


def environ(stage: Stage, server: Server) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "k", "AWS_ENDPOINT_URL": server.url}
    # pip's own settings of this machine would be in the way.
    pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    job = {"SAGEMAKER_PROGRAM": "train.py", "CA_REPOSITORY_ARN": ARN}
    return {**stage.environ(**keys, **pip, **job, PIP_RETRIES="0"), "SKYLIFT_PROJECT": ""}


def run(stage: Stage, server: Server, requirement: str) -> subprocess.CompletedProcess[str]:
    code = stage.ml / "code"
    code.mkdir(parents=True)
    (code / "train.py").write_text("import os, tiny; print(tiny.VERSION, os.environ.get('PIP_INDEX_URL'))")
    (code / "requirements.txt").write_text(requirement + "\n")
    stage.write()
    return subprocess.run(
        stage.command(), env=environ(stage, server), capture_output=True, text=True, timeout=120, check=False
    )


def test_requirements_come_from_there_and_the_token_stays_hidden(
    stage: Stage, with_pip: str, tmp_path: Path
) -> None:
    stage.python = with_pip
    script = CodeArtifact(make_wheel(tmp_path / "wheels", "tiny", "1.5"))
    with serving(script) as server:
        script.server = lambda: server
        done = run(stage, server, "tiny")
    assert done.returncode == 0, done.stderr + stage.failure()
    assert done.stdout.splitlines()[-1] == "1.5 None"
    ask = {"domain": "team", "domain-owner": "123456789012"}
    assert script.asked == [
        ("POST /v1/authorization-token", ask),
        ("GET /v1/repository/endpoint", {**ask, "repository": "of-the-team", "format": "pypi"}),
    ]
    assert not script.seen_in_processes
    assert "pl4nted" not in done.stdout + done.stderr


def test_a_package_that_is_not_there_is_told_without_the_token(
    stage: Stage, with_pip: str, tmp_path: Path
) -> None:
    stage.python = with_pip
    script = CodeArtifact(make_wheel(tmp_path / "wheels", "tiny", "1.5"))
    with serving(script) as server:
        script.server = lambda: server
        done = run(stage, server, "nowhere-to-be-found")
    assert done.returncode != 0
    assert stage.failure().startswith("installing the requirements failed: ")
    assert "nowhere-to-be-found" in stage.failure()
    assert "pl4nted" not in stage.failure() + done.stdout + done.stderr


def test_a_role_that_may_not_is_told_what_it_lacks(stage: Stage) -> None:
    denied = Answer(403, b'{"message": "not authorized"}', {"x-amzn-ErrorType": "AccessDeniedException:"})
    with serving(lambda _: denied) as server:
        assert run(stage, server, "tiny").returncode == 2
    assert stage.failure().startswith(f"CodeArtifact gives no index for {ARN}: AccessDeniedException: not")
    assert "sts:GetServiceBearerToken" in stage.failure()
