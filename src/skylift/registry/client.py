"""An OCI distribution client: manifests and blobs of any registry, ECR's manners included.

Takes references and bytes, gives manifests and streams; keeps nothing on disk. Implements
:class:`skylift.values.ports.Registry`. Protocol: https://github.com/opencontainers/distribution-spec (1.1).
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import BinaryIO, TypeVar
from urllib.parse import quote, urljoin

from skylift.errors import DigestMismatch, RegistryError
from skylift.host.redaction import redact_url
from skylift.registry.authorization import Access, Authorizer, pull, push
from skylift.registry.blobs import VerifiedStream
from skylift.registry.credentials import Credentials
from skylift.registry.network import is_loopback, origin
from skylift.registry.refusals import broken, refusal
from skylift.registry.retries import retrying
from skylift.registry.transport import Body, Broken, Request, Response, Traffic, Transport, discard
from skylift.values.images import DOCKER_INDEX, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, RawManifest
from skylift.values.ports import Clock
from skylift.values.references import ImageReference, Repository

_MANIFEST_TYPES = (DOCKER_MANIFEST, DOCKER_INDEX, OCI_MANIFEST, OCI_INDEX)
# Registries take 4 MiB (ECR's limit on PutImage); twice that is nobody's manifest.
_LARGEST_MANIFEST = 8 << 20
_READ_AHEAD = 1 << 20
_HOSTS = {"docker.io": "registry-1.docker.io"}
_IMMUTABLE_STATUSES = frozenset({400, 409, 412})
_NOTHING: Mapping[str, str] = MappingProxyType({})

T = TypeVar("T")


@dataclass(frozen=True)
class _Call:
    """A request to one repository, before it has a registry's address and authorization."""

    method: str
    repository: Repository
    path: str
    """After ``/v2/<repository>/``, or a whole URL that the registry handed out."""
    access: Access
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Callable[[], Body] | None = None


class RegistryClient:
    """All registries of one command; connections, tokens and ``traffic`` are shared by its threads.

    ``endpoints`` maps an image host to the base URL that stands in for it.
    """

    def __init__(
        self,
        credentials: Callable[[str], Credentials | None],
        *,
        clock: Clock,
        endpoints: Mapping[str, str] = _NOTHING,
        environment: Mapping[str, str] = _NOTHING,
        attempts: int = 5,
    ) -> None:
        self._transport = Transport(environment)
        self._authorizer = Authorizer(credentials, self._transport, clock)
        self._endpoints, self._clock, self._attempts = endpoints, clock, attempts

    @property
    def traffic(self) -> Traffic:
        """What went over the wire so far."""
        return self._transport.traffic

    def manifest(self, reference: ImageReference) -> RawManifest | None:
        """The manifest or index behind a reference, byte for byte; None when there is none.

        :raises DigestMismatch: when it was asked for by digest and other bytes came.
        """
        call = _Call(
            "GET",
            reference.repository,
            f"manifests/{reference.wire}",
            pull(reference.repository),
            {"Accept": ", ".join(_MANIFEST_TYPES)},
        )

        def once() -> RawManifest | None:
            request, response = self._exchange(call)
            if response.status == 404:
                discard(response)
                return None
            self._expect(call, request, response, 200)
            with _translated(request):
                body = self._transport.read(response, _LARGEST_MANIFEST)
            return RawManifest(_media_type(response, body), body)

        found = self._retrying(once)
        if found is not None and reference.digest and found.digest != reference.digest:
            url = redact_url(self._url(call))
            raise DigestMismatch(
                f"GET {url}: the manifest is {found.digest}, not {reference.digest}",
                method="GET",
                url=url,
                status=200,
            )
        return found

    @contextmanager
    def blob(self, repository: Repository, digest: str) -> Iterator[BinaryIO]:
        """The bytes of a blob as a stream that raises DigestMismatch at its end when they are others."""
        call = _Call("GET", repository, f"blobs/{digest}", pull(repository))

        def once() -> tuple[Request, Response]:
            request, response = self._exchange(call)
            self._expect(call, request, response, 200)
            return request, response

        request, response = self._retrying(once)
        try:
            pieces = self._transport.stream(response)
            yield io.BufferedReader(VerifiedStream(pieces, digest, request), _READ_AHEAD)
        finally:
            response.close()

    def has_blob(self, repository: Repository, digest: str) -> bool:
        call = _Call("HEAD", repository, f"blobs/{digest}", pull(repository))

        def once() -> bool:
            request, response = self._exchange(call, follow=False)
            # A redirect says where the blob lies, so there is one; its signed URL is good for GET only.
            self._expect(call, request, response, 200, 301, 302, 303, 307, 308, 404)
            discard(response)
            return response.status != 404

        return self._retrying(once)

    def mount_blob(self, repository: Repository, digest: str, source: Repository) -> bool:
        """Let the registry copy a blob of another of its repositories; False when it wants the bytes.

        ECR mounts only where the account has opted in, and answers 202 elsewhere. A refusal is no error: the
        upload that follows has the same rights and says what is wrong.
        """
        if source.host != repository.host:
            return False
        path = f"blobs/uploads/?mount={digest}&from={quote(source.path, safe='')}"
        call = _Call("POST", repository, path, push(repository) | pull(source))

        def once() -> bool:
            request, response = self._exchange(call)
            self._expect(call, request, response, 201, 202)
            discard(response)
            return response.status == 201

        try:
            return self._retrying(once)
        except RegistryError as error:
            if 400 <= error.status < 500 and not error.temporary:
                return False
            raise

    def put_blob(
        self, repository: Repository, digest: str, size: int, opened: Callable[[], BinaryIO]
    ) -> None:
        """Upload a blob in one PUT; each try opens a session, and the bytes, anew.

        ECR answers 416 to a second try in the same session, and stale offsets to an upload in parts.
        """
        self._retrying(lambda: self._put_blob_once(repository, digest, size, opened))

    def _put_blob_once(
        self, repository: Repository, digest: str, size: int, opened: Callable[[], BinaryIO]
    ) -> None:
        session = self._open_session(repository)
        joint = "&" if "?" in session else "?"
        with ExitStack() as streams:
            call = _Call(
                "PUT",
                repository,
                f"{session}{joint}digest={digest}",
                push(repository),
                {"Content-Type": "application/octet-stream"},
                lambda: Body(streams.enter_context(opened()), size),
            )
            request, response = self._exchange(call)
            self._expect(call, request, response, 201, 202, 204)
            discard(response)

    def _open_session(self, repository: Repository) -> str:
        call = _Call("POST", repository, "blobs/uploads/", push(repository))
        request, response = self._exchange(call)
        self._expect(call, request, response, 201, 202)
        discard(response)
        return urljoin(request.url, response.headers.get("Location", ""))

    def put_manifest(self, reference: ImageReference, manifest: RawManifest) -> None:
        """Push a manifest under its tag or digest.

        A tag that can not be moved but already points here is a success: ECR answers 400 to that as well.
        """
        call = _Call(
            "PUT",
            reference.repository,
            f"manifests/{reference.wire}",
            push(reference.repository),
            {"Content-Type": manifest.media_type},
            lambda: Body(io.BytesIO(manifest.body), len(manifest.body)),
        )

        def once() -> None:
            request, response = self._exchange(call)
            self._expect(call, request, response, 200, 201, 202)
            discard(response)

        try:
            self._retrying(once)
        except RegistryError as error:
            if error.status not in _IMMUTABLE_STATUSES or not self._points_at(reference, manifest.digest):
                raise

    def _points_at(self, reference: ImageReference, digest: str) -> bool:
        found = self.manifest(reference)
        return found is not None and found.digest == digest

    def _retrying(self, attempt: Callable[[], T]) -> T:
        return retrying(attempt, clock=self._clock, attempts=self._attempts)

    def _exchange(self, call: _Call, *, follow: bool = True) -> tuple[Request, Response]:
        """Send, answer one challenge, follow redirects. The answer may have any status."""
        host = call.repository.host
        header = self._authorizer.header(host, call.access)
        request = self._request(call, header)
        with _translated(request):
            response = self._transport.send(request)
            if response.status == 401 and "WWW-Authenticate" in response.headers:
                said = response.headers["WWW-Authenticate"]
                renewed = self._authorizer.renew(host, call.access, said, header)
                if renewed is not None:
                    discard(response)
                    request = self._request(call, renewed)
                    response = self._transport.send(request)
            if follow and call.method == "GET":
                response = self._transport.follow(request, response)
        return request, response

    def _request(self, call: _Call, authorization: str | None) -> Request:
        url = self._url(call)
        headers = dict(call.headers)
        # A session may lie on another host, which has no business with our credentials.
        if authorization is not None and origin(url) == origin(self._base(call.repository.host)):
            headers["Authorization"] = authorization
        return Request(call.method, url, headers, call.body() if call.body is not None else None)

    def _url(self, call: _Call) -> str:
        if "://" in call.path:
            return call.path
        return f"{self._base(call.repository.host)}/v2/{call.repository.path}/{call.path}"

    def _base(self, host: str) -> str:
        if host in self._endpoints:
            return self._endpoints[host].rstrip("/")
        scheme = "http" if is_loopback(host) else "https"
        return f"{scheme}://{_HOSTS.get(host, host)}"

    def _expect(self, call: _Call, request: Request, response: Response, *statuses: int) -> None:
        if response.status not in statuses:
            with _translated(request):
                raise refusal(
                    request, response, host=call.repository.host, transport=self._transport, clock=self._clock
                )


@contextmanager
def _translated(request: Request) -> Iterator[None]:
    try:
        yield
    except Broken as error:
        raise broken(request, error) from error


def _media_type(response: Response, body: bytes) -> str:
    said = response.headers.get("Content-Type", "").partition(";")[0].strip()
    if said in _MANIFEST_TYPES:
        return said
    try:
        found = json.loads(body)
    except ValueError:
        return said
    return str(found.get("mediaType", said)) if isinstance(found, dict) else said
