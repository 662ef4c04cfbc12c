"""Tokens and logins: who gets them, and how often they are asked for."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.functional.registry.asking import (
    BLOB,
    DIGEST,
    LOGIN,
    client,
    error_body,
    opened,
    repository,
    uploads,
)
from tests.functional.registry.scripted_server import Answer, FastClock, Seen, Server, serving

from skylift.errors import RegistryError
from skylift.registry.client import RegistryClient


class TokenRegistry:
    """Plays a registry and its token server; ``good`` is what is accepted at the moment."""

    def __init__(self) -> None:
        self.good = "t1"
        self.issued: list[dict[str, list[str]]] = []
        self.logins: list[str | None] = []
        self.server: Server | None = None

    def __call__(self, seen: Seen) -> Answer:
        assert self.server is not None
        if seen.path.startswith("/token"):
            self.issued.append(parse_qs(urlsplit(seen.path).query))
            self.logins.append(seen.headers.get("Authorization"))
            return Answer(200, json.dumps({"token": self.good}).encode())
        if seen.headers.get("Authorization") != f"Bearer {self.good}":
            challenge = (
                f'Bearer realm="{self.server.url}/token",service="reg",scope="repository:team/app:pull"'
            )
            return Answer(401, error_body("UNAUTHORIZED"), {"WWW-Authenticate": challenge})
        return uploads(seen) if seen.method in ("POST", "PUT") else Answer(200)


def test_token_is_fetched_with_the_login_and_used_again() -> None:
    plays = TokenRegistry()
    with serving(plays) as server:
        plays.server = server
        ours = client(server, credentials=lambda _: LOGIN)
        ours.put_blob(repository(server), DIGEST, len(BLOB), opened())
        assert ours.has_blob(repository(server), DIGEST)
    assert plays.issued == [
        {"service": ["reg"], "scope": ["repository:team/app:pull,push", "repository:team/app:pull"]}
    ]
    assert plays.logins == [LOGIN.basic]


def test_token_for_a_mount_covers_both_repositories() -> None:
    plays = TokenRegistry()
    with serving(plays) as server:
        plays.server = server
        client(server).mount_blob(repository(server), DIGEST, repository(server, "base/python"))
    assert plays.issued[0]["scope"][:2] == ["repository:base/python:pull", "repository:team/app:pull,push"]


def test_token_is_renewed_when_it_ends_midway() -> None:
    plays = TokenRegistry()
    with serving(plays) as server:
        plays.server = server
        ours = client(server)
        assert ours.has_blob(repository(server), DIGEST)
        plays.good = "t2"
        assert ours.has_blob(repository(server), DIGEST)
    assert len(plays.issued) == 2


def test_token_that_ends_between_session_and_upload_is_renewed() -> None:
    plays = TokenRegistry()

    def script(seen: Seen) -> Answer:
        answer = plays(seen)
        if seen.method == "POST" and answer.status == 202:
            plays.good = "t2"
        return answer

    with serving(script) as server:
        plays.server = server
        client(server).put_blob(repository(server), DIGEST, len(BLOB), opened())
        assert server.seen[-1].body == BLOB


def test_threads_share_one_token() -> None:
    plays = TokenRegistry()
    with serving(plays) as server:
        plays.server = server
        ours = client(server)
        with ThreadPoolExecutor(8) as pool:
            asked = list(pool.map(lambda _: ours.has_blob(repository(server), DIGEST), range(32)))
    assert all(asked)
    assert len(plays.issued) == 1


@pytest.mark.parametrize("challenge", ['Basic realm="r"', "Negotiate", ""])
def test_login_that_is_not_good_enough_is_told_without_retry(challenge: str) -> None:
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    clock = FastClock()
    with serving(lambda _: Answer(401, error_body("UNAUTHORIZED"), headers)) as server:
        with pytest.raises(RegistryError) as caught:
            client(server, clock, credentials=lambda _: LOGIN).has_blob(repository(server), DIGEST)
        assert len(server.seen) <= 2
    assert (caught.value.status, clock.slept) == (401, [])
    assert f"docker login {server.host}" in caught.value.hints[0]
    assert "s3cret" not in str(caught.value) + str(caught.value.facts)


def test_password_does_not_go_to_a_token_server_over_plain_http_elsewhere() -> None:
    challenge = 'Bearer realm="http://tokens.example/t",service="reg"'
    with serving(lambda _: Answer(200, b'{"token": "t"}')) as proxy:

        def registry(seen: Seen) -> Answer:
            known = seen.headers.get("Authorization") == "Bearer t"
            return Answer(200) if known else Answer(401, headers={"WWW-Authenticate": challenge})

        with serving(registry) as server:
            ours = RegistryClient(lambda _: LOGIN, clock=FastClock(), environment={"http_proxy": proxy.url})
            assert ours.has_blob(repository(server), DIGEST)
        assert "Authorization" not in proxy.seen[0].headers


def test_session_on_another_host_gets_the_bytes_and_no_credentials() -> None:
    with serving(lambda _: Answer(201)) as storage:

        def registry(seen: Seen) -> Answer:
            if "Authorization" not in seen.headers:
                return Answer(401, headers={"WWW-Authenticate": 'Basic realm="r"'})
            return Answer(202, headers={"Location": f"{storage.url}/s"})

        with serving(registry) as server:
            ours = client(server, credentials=lambda _: LOGIN)
            ours.put_blob(repository(server), DIGEST, len(BLOB), opened())
        put = storage.seen[0]
    assert hashlib.sha256(put.body).hexdigest() == DIGEST.removeprefix("sha256:")
    assert "Authorization" not in put.headers
