"""The client against the reference registry, open and with a password."""

from __future__ import annotations

import io
import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import services

from skylift.errors import RegistryError
from skylift.host.clock import SystemClock
from skylift.registry.client import RegistryClient
from skylift.registry.credentials import Credentials, docker_credentials
from skylift.values.images import DOCKER_CONFIG, DOCKER_LAYER, DOCKER_MANIFEST, RawManifest
from skylift.values.references import Repository, sha256_digest

pytestmark = pytest.mark.registry

# The registry knows bcrypt only: this is `htpasswd -nbB jane s3cret-pass`.
HTPASSWD = "jane:$2b$05$abcdefghijklmnopqrstuuV7fpPozvyqJfnY19y0802WTlXUm6Rjy\n"
LAYER, CONFIG = b"layer" * 100_000, b"{}"


def _asks_for_a_password(host: str) -> bool:
    try:
        urllib.request.urlopen(f"http://{host}/v2/", timeout=5).close()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.status == 401
    except (urllib.error.URLError, ConnectionError):
        pass
    return False


@pytest.fixture(scope="module")
def guarded(oci_registry: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A second registry, for jane only. The first one is asked for so that the program is there."""
    machine, folder = services.Machine(dict(os.environ)), tmp_path_factory.mktemp("guarded")
    host, config, log = f"127.0.0.1:{services.free_port()}", folder / "config.yml", folder / "log"
    (folder / "htpasswd").write_text(HTPASSWD)
    settings = {
        "version": 0.1,
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "storage")}},
        "http": {"addr": host},
        "auth": {"htpasswd": {"realm": "test", "path": str(folder / "htpasswd")}},
    }
    config.write_text(json.dumps(settings))
    program = machine.need("docker-registry", package="docker-registry")
    with services.running([program, "serve", str(config)], log, machine.environment) as process:
        services.wait_until(lambda: _asks_for_a_password(host), process, log)
        yield host


def manifest() -> RawManifest:
    value = {
        "schemaVersion": 2,
        "mediaType": DOCKER_MANIFEST,
        "config": {"mediaType": DOCKER_CONFIG, "size": len(CONFIG), "digest": sha256_digest(CONFIG)},
        "layers": [{"mediaType": DOCKER_LAYER, "size": len(LAYER), "digest": sha256_digest(LAYER)}],
    }
    return RawManifest(DOCKER_MANIFEST, json.dumps(value, indent=3).encode())


def push(ours: RegistryClient, repository: Repository) -> None:
    for data in (LAYER, CONFIG):
        ours.put_blob(repository, sha256_digest(data), len(data), lambda data=data: io.BytesIO(data))  # type: ignore[misc]
    ours.put_manifest(repository.tag("v1"), manifest())


def test_an_image_goes_there_and_back(oci_registry: str) -> None:
    ours = RegistryClient(lambda _: None, clock=SystemClock())
    repository = Repository(oci_registry, "there/and-back")
    assert ours.manifest(repository.tag("v1")) is None
    assert not ours.has_blob(repository, sha256_digest(LAYER))
    push(ours, repository)
    assert ours.has_blob(repository, sha256_digest(LAYER))
    assert ours.manifest(repository.tag("v1")) == manifest()
    assert ours.manifest(repository.at(manifest().digest)) == manifest()
    with ours.blob(repository, sha256_digest(LAYER)) as stream:
        assert stream.read() == LAYER


def test_a_blob_is_mounted_from_another_repository(oci_registry: str) -> None:
    ours = RegistryClient(lambda _: None, clock=SystemClock())
    source, target = Repository(oci_registry, "mount/source"), Repository(oci_registry, "mount/target")
    push(ours, source)
    sent = ours.traffic.bytes_sent
    assert ours.mount_blob(target, sha256_digest(LAYER), source)
    assert ours.has_blob(target, sha256_digest(LAYER))
    assert not ours.mount_blob(target, sha256_digest(b"nobody has this"), source)
    assert ours.traffic.bytes_sent == sent


def test_a_blob_goes_from_one_repository_to_another_as_a_stream(oci_registry: str) -> None:
    ours = RegistryClient(lambda _: None, clock=SystemClock())
    source, target = Repository(oci_registry, "copy/source"), Repository(oci_registry, "copy/target")
    push(ours, source)
    with ours.blob(source, sha256_digest(LAYER)) as stream:
        ours.put_blob(target, sha256_digest(LAYER), len(LAYER), lambda: stream)
    assert ours.has_blob(target, sha256_digest(LAYER))


def test_bytes_that_are_not_the_digest_are_refused(oci_registry: str) -> None:
    ours = RegistryClient(lambda _: None, clock=SystemClock())
    with pytest.raises(RegistryError) as caught:
        ours.put_blob(Repository(oci_registry, "bad"), sha256_digest(b"a"), 1, lambda: io.BytesIO(b"b"))
    assert caught.value.diagnostics == ("DIGEST_INVALID",)


def test_a_manifest_without_its_blobs_is_refused(oci_registry: str) -> None:
    ours = RegistryClient(lambda _: None, clock=SystemClock())
    with pytest.raises(RegistryError) as caught:
        ours.put_manifest(Repository(oci_registry, "empty").tag("v1"), manifest())
    assert set(caught.value.diagnostics) == {"MANIFEST_BLOB_UNKNOWN"}


def test_the_password_of_dockers_config_opens_the_door(guarded: str, tmp_path: Path) -> None:
    auth = Credentials("jane", "s3cret-pass").basic.removeprefix("Basic ")
    (tmp_path / "config.json").write_text(json.dumps({"auths": {guarded: {"auth": auth}}}))
    found = docker_credentials({"DOCKER_CONFIG": str(tmp_path)}, tmp_path)
    ours = RegistryClient(found, clock=SystemClock())
    push(ours, Repository(guarded, "private/app"))
    assert ours.manifest(Repository(guarded, "private/app").tag("v1")) == manifest()


@pytest.mark.parametrize("login", [None, Credentials("jane", "wr0ng")])
def test_the_door_stays_shut_for_others(guarded: str, login: Credentials | None) -> None:
    ours = RegistryClient(lambda _: login, clock=SystemClock())
    with pytest.raises(RegistryError) as caught:
        push(ours, Repository(guarded, "private/app"))
    assert caught.value.status == 401
    assert caught.value.diagnostics == ("UNAUTHORIZED",)
    assert "wr0ng" not in str(caught.value)
