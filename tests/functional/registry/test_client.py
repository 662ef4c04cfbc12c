"""The client against registries that misbehave on purpose."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.functional.registry.scripted_server import Answer, FastClock, Script, Seen, Server, serving

from skylift.errors import DigestMismatch, RegistryError
from skylift.registry.client import RegistryClient
from skylift.registry.credentials import Credentials
from skylift.values.images import DOCKER_MANIFEST, OCI_INDEX, RawManifest
from skylift.values.references import Repository, sha256_digest

BLOB = b"x" * 700_000
DIGEST = sha256_digest(BLOB)
MANIFEST = RawManifest(DOCKER_MANIFEST, b'{"schemaVersion": 2}')
LOGIN = Credentials("jane", "s3cret")


def anonymous(_: str) -> Credentials | None:
    return None


def client(server: Server, clock: FastClock | None = None, **options: object) -> RegistryClient:
    assert not options or set(options) == {"credentials"}
    credentials = options.get("credentials", anonymous)
    assert callable(credentials)
    return RegistryClient(credentials, clock=clock or FastClock())


def repository(server: Server, path: str = "team/app") -> Repository:
    return Repository(server.host, path)


def opened(data: bytes = BLOB) -> Callable[[], BinaryIO]:
    return lambda: io.BytesIO(data)


def error_body(code: str, message: str = "") -> bytes:
    return json.dumps({"errors": [{"code": code, "message": message}]}).encode()


def failing(times: int, answer: Answer, then: Script) -> Script:
    left = [times]

    def script(seen: Seen) -> Answer:
        left[0] -= 1
        return answer if left[0] >= 0 else then(seen)

    return script


def uploads(seen: Seen) -> Answer:
    if seen.method == "POST":
        return Answer(202, headers={"Location": f"/session/{len(seen.path)}?state=a"})
    return Answer(201)


def test_manifest_by_tag_asks_for_all_four_types_and_gives_the_bytes() -> None:
    body = b'{"a":  1}'
    with serving(lambda _: Answer(200, body, {"Content-Type": OCI_INDEX + "; charset=utf-8"})) as server:
        found = client(server).manifest(repository(server).tag("v1"))
        accepted = server.seen[0].headers["Accept"]
    assert found == RawManifest(OCI_INDEX, body)
    assert accepted.count("application/vnd.") == 4


def test_manifest_is_none_when_unknown() -> None:
    with serving(lambda _: Answer(404, error_body("MANIFEST_UNKNOWN"))) as server:
        assert client(server).manifest(repository(server).tag("v1")) is None


def test_manifest_type_comes_from_the_body_when_the_header_says_nothing() -> None:
    body = json.dumps({"mediaType": DOCKER_MANIFEST}).encode()
    with serving(lambda _: Answer(200, body, {"Content-Type": "text/plain"})) as server:
        found = client(server).manifest(repository(server).tag("v1"))
    assert found is not None
    assert found.media_type == DOCKER_MANIFEST


def test_manifest_by_digest_is_verified() -> None:
    with (
        serving(lambda _: Answer(200, b"other", {"Content-Type": DOCKER_MANIFEST})) as server,
        pytest.raises(DigestMismatch),
    ):
        client(server).manifest(repository(server).at(DIGEST))


def test_blob_is_streamed_whole() -> None:
    with serving(lambda _: Answer(200, BLOB)) as server:
        ours = client(server)
        with ours.blob(repository(server), DIGEST) as stream:
            assert stream.read(10) == BLOB[:10]
            assert stream.read() == BLOB[10:]
    assert ours.traffic.bytes_received == len(BLOB)


def test_blob_with_other_bytes_is_told_at_the_end() -> None:
    with (
        serving(lambda _: Answer(200, BLOB + b"!")) as server,
        client(server).blob(repository(server), DIGEST) as stream,
        pytest.raises(DigestMismatch),
    ):
        stream.read()


def test_blob_that_breaks_off_is_a_temporary_error() -> None:
    with (
        serving(lambda _: Answer(200, BLOB, cut=True)) as server,
        client(server).blob(repository(server), DIGEST) as stream,
        pytest.raises(RegistryError) as caught,
    ):
        stream.read()
    assert caught.value.temporary


def test_blob_redirected_to_another_host_leaves_the_credentials_behind() -> None:
    with serving(lambda _: Answer(200, BLOB)) as storage:

        def registry(seen: Seen) -> Answer:
            if "Authorization" not in seen.headers:
                return Answer(401, headers={"WWW-Authenticate": 'Basic realm="r"'})
            return Answer(307, headers={"Location": f"{storage.url}/there?X-Amz-Signature=f00"})

        with (
            serving(registry) as server,
            client(server, credentials=lambda _: LOGIN).blob(repository(server), DIGEST) as stream,
        ):
            assert stream.read() == BLOB
        assert "Authorization" not in storage.seen[0].headers


def test_redirects_that_never_end_are_an_error() -> None:
    with (
        serving(lambda seen: Answer(302, headers={"Location": seen.path})) as server,
        pytest.raises(RegistryError, match="redirects"),
    ):
        client(server).manifest(repository(server).tag("v1"))


@pytest.mark.parametrize(("status", "there"), [(200, True), (307, True), (404, False)])
def test_has_blob(status: int, *, there: bool) -> None:
    with serving(lambda _: Answer(status, headers={"Location": "http://127.0.0.1:1/"})) as server:
        assert client(server).has_blob(repository(server), DIGEST) is there


@pytest.mark.parametrize(("status", "mounted"), [(201, True), (202, False), (405, False)])
def test_mount_blob(status: int, *, mounted: bool) -> None:
    with serving(lambda _: Answer(status, headers={"Location": "/s"})) as server:
        source = repository(server, "base/python")
        assert client(server).mount_blob(repository(server), DIGEST, source) is mounted
        path = server.seen[0].path
    assert parse_qs(urlsplit(path).query) == {"mount": [DIGEST], "from": ["base/python"]}


def test_mount_blob_from_another_registry_asks_nobody() -> None:
    with serving(lambda _: Answer(201)) as server:
        assert not client(server).mount_blob(repository(server), DIGEST, Repository("docker.io", "a/b"))
        assert server.seen == []


def test_put_blob_is_one_put_with_its_length() -> None:
    with serving(uploads) as server:
        ours = client(server)
        ours.put_blob(repository(server), DIGEST, len(BLOB), opened())
        put = server.seen[1]
    assert [seen.method for seen in server.seen] == ["POST", "PUT"]
    assert put.body == BLOB
    assert put.headers["Content-Length"] == str(len(BLOB))
    assert parse_qs(urlsplit(put.path).query) == {"state": ["a"], "digest": [DIGEST]}
    assert (ours.traffic.requests, ours.traffic.bytes_sent) == (2, len(BLOB))


def test_put_blob_of_nothing() -> None:
    with serving(uploads) as server:
        client(server).put_blob(repository(server), sha256_digest(b""), 0, opened(b""))
        assert server.seen[1].body == b""


@pytest.mark.parametrize("failure", [Answer(500), Answer(cut=True)])
def test_put_blob_tries_again_in_a_new_session(failure: Answer) -> None:
    failed: list[Seen] = []

    def script(seen: Seen) -> Answer:
        if seen.method == "PUT" and not failed:
            failed.append(seen)
            return failure
        return uploads(seen)

    clock = FastClock()
    with serving(script) as server:
        client(server, clock).put_blob(repository(server), DIGEST, len(BLOB), opened())
        assert [seen.method for seen in server.seen] == ["POST", "PUT", "POST", "PUT"]
        assert server.seen[-1].body == BLOB
    assert clock.slept == [0.25]


def test_put_blob_shorter_than_announced_fails_at_once() -> None:
    clock = FastClock()
    with serving(uploads) as server, pytest.raises(RegistryError, match="announced"):
        client(server, clock).put_blob(repository(server), DIGEST, len(BLOB) + 5, opened())
    assert clock.slept == []


def test_throttling_waits_as_long_as_it_is_asked_to() -> None:
    clock = FastClock()
    throttled = Answer(429, error_body("TOOMANYREQUESTS"), {"Retry-After": "7"})
    with serving(failing(2, throttled, lambda _: Answer(200))) as server:
        assert client(server, clock).has_blob(repository(server), DIGEST)
    assert clock.slept == [7.0, 7.0]


def test_throttling_by_status_400_is_temporary_as_well() -> None:
    answer = Answer(400, error_body("ThrottlingException"))
    with serving(failing(1, answer, lambda _: Answer(404))) as server:
        assert client(server).manifest(repository(server).tag("v1")) is None


def test_errors_of_the_server_are_tried_five_times_with_growing_waits() -> None:
    clock = FastClock()
    with serving(lambda _: Answer(503, b"<html>busy</html>")) as server:
        with pytest.raises(RegistryError) as caught:
            client(server, clock).manifest(repository(server).tag("v1"))
        assert len(server.seen) == 5
    assert clock.slept == [0.25, 0.5, 1.0, 2.0]
    assert caught.value.status == 503


def test_a_refusal_is_told_once_with_the_words_of_the_registry() -> None:
    clock = FastClock()
    body = error_body("DENIED", "no https://bob:hunter2@example.com/ for you " + "x" * 100_000)
    with serving(lambda _: Answer(403, body)) as server, pytest.raises(RegistryError) as caught:
        client(server, clock).put_blob(repository(server), DIGEST, 3, opened(b"abc"))
    error = caught.value
    assert (error.method, error.status, error.temporary, clock.slept) == ("POST", 403, False, [])
    assert error.url == f"http://{server.host}/v2/team/app/blobs/uploads/"
    assert "hunter2" not in str(error)
    assert len(str(error)) < 600


def test_refusal_carries_the_codes() -> None:
    body = error_body("NAME_UNKNOWN", "repository name not known to registry")
    with serving(lambda _: Answer(404, body)) as server, pytest.raises(RegistryError) as caught:
        client(server).put_manifest(repository(server).tag("v1"), MANIFEST)
    assert caught.value.diagnostics == ("NAME_UNKNOWN",)
    assert caught.value.hints


def test_immutable_tag_that_already_points_there_is_a_success() -> None:
    def script(seen: Seen) -> Answer:
        if seen.method == "PUT":
            return Answer(400, error_body("TAG_INVALID", "The image tag 'v1' already exists"))
        return Answer(200, MANIFEST.body, {"Content-Type": DOCKER_MANIFEST})

    with serving(script) as server:
        client(server).put_manifest(repository(server).tag("v1"), MANIFEST)
        with pytest.raises(RegistryError, match="TAG_INVALID"):
            client(server).put_manifest(repository(server).tag("v1"), RawManifest(DOCKER_MANIFEST, b"{}"))


def test_unreachable_registry_says_how_to_check() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(RegistryError) as caught:
        RegistryClient(anonymous, clock=FastClock()).manifest(Repository(host, "a").tag("v1"))
    assert (caught.value.status, caught.value.temporary) == (0, True)
    assert f"`curl http://{host}/v2/`" in caught.value.hints[0]
    assert "connection refused" in str(caught.value)


def test_endpoint_stands_in_for_a_host() -> None:
    with serving(lambda _: Answer(200)) as server:
        host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
        ours = RegistryClient(anonymous, endpoints={host: server.url + "/"}, clock=FastClock())
        assert ours.has_blob(Repository(host, "app"), DIGEST)
        assert server.seen[0].path == f"/v2/app/blobs/{DIGEST}"


def test_proxy_is_used_with_its_password_and_not_for_this_machine() -> None:
    with serving(lambda _: Answer(200)) as proxy, serving(lambda _: Answer(200)) as near:
        environment = {"HTTP_PROXY": f"http://me:p%40ss@{proxy.host}"}
        endpoints = {"far.example": "http://far.example"}
        ours = RegistryClient(anonymous, endpoints=endpoints, clock=FastClock(), environment=environment)
        assert ours.has_blob(Repository("far.example", "app"), DIGEST)
        assert ours.has_blob(repository(near), DIGEST)
        assert proxy.seen[0].path == f"http://far.example/v2/app/blobs/{DIGEST}"
        sent = proxy.seen[0].headers["Proxy-Authorization"].partition(" ")[2]
        assert base64.b64decode(sent) == b"me:p@ss"
        assert len(near.seen) == 1


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
