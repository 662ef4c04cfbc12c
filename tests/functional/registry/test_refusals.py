"""What a registry refuses, and when the client asks again."""

from __future__ import annotations

import socket

import pytest
from tests.functional.registry.asking import (
    DIGEST,
    MANIFEST,
    anonymous,
    client,
    error_body,
    opened,
    repository,
)
from tests.functional.registry.scripted_server import Answer, FastClock, Script, Seen, serving

from skylift.errors import RegistryError
from skylift.registry.client import RegistryClient
from skylift.values.images import DOCKER_MANIFEST, RawManifest
from skylift.values.references import Repository


def failing(times: int, answer: Answer, then: Script) -> Script:
    left = [times]

    def script(seen: Seen) -> Answer:
        left[0] -= 1
        return answer if left[0] >= 0 else then(seen)

    return script


def test_redirects_that_never_end_are_an_error() -> None:
    with (
        serving(lambda seen: Answer(302, headers={"Location": seen.path})) as server,
        pytest.raises(RegistryError, match="redirects"),
    ):
        client(server).manifest(repository(server).tag("v1"))


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
