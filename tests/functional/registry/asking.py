"""A client, and what tests ask a registry for."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import BinaryIO

from tests.functional.registry.scripted_server import Answer, FastClock, Seen, Server

from skylift.registry.client import RegistryClient
from skylift.registry.credentials import Credentials
from skylift.values.images import DOCKER_MANIFEST, RawManifest
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


def uploads(seen: Seen) -> Answer:
    if seen.method == "POST":
        return Answer(202, headers={"Location": f"/session/{len(seen.path)}?state=a"})
    return Answer(201)
