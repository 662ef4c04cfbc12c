"""Answering a registry's challenge: Basic, or a Bearer token from its token server.

Protocol: https://distribution.github.io/distribution/spec/auth/token/
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from skylift.registry.credentials import Credentials
from skylift.registry.network import is_loopback
from skylift.registry.refusals import MOST_DIAGNOSTICS, broken, refusal
from skylift.registry.transport import Broken, Request, Transport
from skylift.values.ports import Clock
from skylift.values.references import Repository

Access = frozenset[tuple[str, str]]
"""Pairs of a repository's path and an action on it: ``pull`` or ``push``."""


_PARAMETER = re.compile(r'([a-zA-Z_]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


def pull(repository: Repository) -> Access:
    return frozenset({(repository.path, "pull")})


def push(repository: Repository) -> Access:
    return frozenset({(repository.path, "pull"), (repository.path, "push")})


@dataclass(frozen=True)
class Challenge:
    """What a WWW-Authenticate header asks for."""

    scheme: str
    parameters: Mapping[str, str]


def parse_challenge(header: str) -> Challenge:
    """Read a WWW-Authenticate header.

    >>> parse_challenge('Bearer realm="https://a/t",service="r",scope="repository:x:pull,push"').parameters["scope"]
    'repository:x:pull,push'
    """
    scheme, _, rest = header.strip().partition(" ")
    found = {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else bare
        for name, quoted, bare in _PARAMETER.findall(rest)
    }
    return Challenge(scheme.lower(), found)


def scopes(access: Access) -> list[str]:
    """Access as a token server takes it, one scope a repository.

    >>> scopes(frozenset({("b", "pull"), ("a", "push"), ("a", "pull")}))
    ['repository:a:pull,push', 'repository:b:pull']
    """
    paths = sorted({path for path, _ in access})
    return [
        f"repository:{path}:{','.join(sorted(action for at, action in access if at == path))}"
        for path in paths
    ]


class Authorizer:
    """Authorization headers by registry and access. Threads share one token, fetched once."""

    def __init__(
        self, credentials: Callable[[str], Credentials | None], transport: Transport, clock: Clock
    ) -> None:
        self._credentials, self._transport, self._clock = credentials, transport, clock
        self._known: dict[str, list[tuple[Access | None, str]]] = {}
        self._lock = threading.Lock()

    def header(self, host: str, access: Access) -> str | None:
        """A header that was good for at least this access before; None when nothing is known."""
        for granted, header in self._known.get(host, ()):
            if granted is None or access <= granted:
                return header
        return None

    def renew(self, host: str, access: Access, said: str, refused: str | None) -> str | None:
        """Answer the challenge ``said``; ``refused`` is the header that was not good enough.

        None when there is nothing (more) to offer.

        :raises RegistryError: when the token server refuses, or can not be reached.
        """
        with self._lock:
            current = self.header(host, access)
            if current is not None and current != refused:
                return current
            self._known[host] = [item for item in self._known.get(host, ()) if item[1] != refused]
            challenge = parse_challenge(said)
            if challenge.scheme == "bearer" and challenge.parameters.get("realm"):
                header = f"Bearer {self._token(host, challenge, access)}"
                self._known[host].append((access, header))
                return header
            found = self._credentials(host) if challenge.scheme == "basic" else None
            if found is not None and found.basic != refused:
                self._known[host].append((None, found.basic))
                return found.basic
            return None

    def _token(self, host: str, challenge: Challenge, access: Access) -> str:
        found = self._credentials(host)
        realm = urlsplit(challenge.parameters["realm"])
        pairs = [*parse_qsl(realm.query), *_query(challenge, scopes(access))]
        url = urlunsplit((realm.scheme, realm.netloc, realm.path, urlencode(pairs), ""))
        # A password goes to whoever the registry names, but never over a wire that others can read.
        private = realm.scheme == "https" or is_loopback(realm.netloc)
        headers = {"Authorization": found.basic} if found is not None and private else {}
        request = Request("GET", url, headers)
        try:
            response = self._transport.follow(request, self._transport.send(request))
            if response.status != 200:
                raise refusal(request, response, host=host, transport=self._transport, clock=self._clock)
            body = self._transport.read(response, MOST_DIAGNOSTICS)
        except Broken as error:
            raise broken(request, error) from error
        return _token_in(body)


def _query(challenge: Challenge, wanted: Iterable[str]) -> list[tuple[str, str]]:
    service = challenge.parameters.get("service")
    asked = challenge.parameters.get("scope", "").split()
    pairs = [("service", service)] if service else []
    return pairs + [("scope", scope) for scope in dict.fromkeys([*wanted, *asked])]


def _token_in(body: bytes) -> str:
    try:
        found = json.loads(body)
    except ValueError:
        found = {}
    token = (found.get("token") or found.get("access_token")) if isinstance(found, dict) else None
    # Without a token the registry's own refusal tells more than we could.
    return str(token or "")
