"""The client against registries that misbehave on purpose."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.functional.registry.asking import (
    BLOB,
    DIGEST,
    LOGIN,
    anonymous,
    client,
    error_body,
    opened,
    repository,
    uploads,
)
from tests.functional.registry.scripted_server import Answer, FastClock, Seen, serving

from skylift.errors import DigestMismatch, RegistryError
from skylift.registry.client import RegistryClient
from skylift.values.images import DOCKER_MANIFEST, OCI_INDEX, RawManifest
from skylift.values.references import Repository, sha256_digest


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
