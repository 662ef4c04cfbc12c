"""Who we are to a registry, as docker's config and its helper programs say."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skylift.errors import NotReady
from skylift.host.processes import CommandFailed, run

# Docker Hub is logged in to under the address of its first version.
_DOCKER_HUB = {"docker.io", "index.docker.io", "registry-1.docker.io"}
_DOCKER_HUB_KEY = "https://index.docker.io/v1/"
_NOT_FOUND = "credentials not found"


@dataclass(frozen=True)
class Credentials:
    """A user name and a password that no ``repr`` shows."""

    username: str
    password: str = field(repr=False)

    @property
    def basic(self) -> str:
        """The value of an Authorization header (RFC 7617)."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()


def docker_credentials(environment: Mapping[str, str], home: Path) -> Callable[[str], Credentials | None]:
    """Look credentials up as ``docker push`` does; the config is read when a host is asked for.

    The function raises NotReady when the config is broken, or names a helper that is not installed.
    """
    folder = environment.get("DOCKER_CONFIG")
    path = (Path(folder) if folder else home / ".docker") / "config.json"

    def find(host: str) -> Credentials | None:
        config = _read(path)
        helper = _helper(config, host)
        if helper:
            return _ask(helper, host, environment)
        return _stored(config, host, path)

    return find


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise NotReady(
            f"docker's config is not JSON: {path}",
            hints=("correct it, or set DOCKER_CONFIG to another folder",),
        ) from error
    return found if isinstance(found, dict) else {}


def _table(config: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = config.get(key)
    return found if isinstance(found, dict) else {}


def _host_of(key: str) -> str:
    """The host that an entry is for: keys come as hosts, and as URLs of old.

    >>> _host_of("https://index.docker.io/v1/")
    'docker.io'
    """
    host = key.partition("://")[2] or key
    host = host.partition("/")[0]
    return "docker.io" if host in _DOCKER_HUB else host


def _entry(table: Mapping[str, Any], host: str) -> Any:
    return next((value for key, value in table.items() if _host_of(key) == _host_of(host)), None)


def _helper(config: Mapping[str, Any], host: str) -> str:
    found = _entry(_table(config, "credHelpers"), host) or config.get("credsStore") or ""
    return str(found)


def _ask(helper: str, host: str, environment: Mapping[str, str]) -> Credentials | None:
    program = f"docker-credential-{helper}"
    server = _DOCKER_HUB_KEY if _host_of(host) == "docker.io" else host
    try:
        said = json.loads(
            run(
                [program, "get"],
                env=environment,
                stdin=server.encode(),
                hint=f"docker's config names `{program}` for {host}: install it, or remove it there",
            )
        )
    except CommandFailed as error:
        # The protocol has no code for this: helpers print the sentence on stdout and end with 1.
        if _NOT_FOUND in error.stdout or _NOT_FOUND in error.stderr:
            return None
        raise NotReady(
            f"`{program}` gave no credentials for {host}: {error.stderr or error.stdout}",
            hints=(f"log in again: `docker login {host}`",),
        ) from error
    except ValueError as error:
        raise NotReady(f"`{program}` did not answer in JSON for {host}") from error
    return Credentials(str(said["Username"]), str(said["Secret"])) if said.get("Username") else None


def _stored(config: Mapping[str, Any], host: str, path: Path) -> Credentials | None:
    entry = _entry(_table(config, "auths"), host)
    if not isinstance(entry, dict):
        return None
    if entry.get("username"):
        return Credentials(str(entry["username"]), str(entry.get("password", "")))
    try:
        pair = base64.b64decode(str(entry.get("auth", "")), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise NotReady(
            f"the entry for {host} is not base64: {path}", hints=(f"log in again: `docker login {host}`",)
        ) from error
    username, colon, password = pair.partition(":")
    return Credentials(username, password) if colon else None
