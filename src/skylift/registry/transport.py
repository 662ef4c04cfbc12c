"""Requests over the network, counted: one round trip a call, no retries, no redirects.

Takes a request, gives the answer with its body unread. Foreign exceptions end here: whatever goes wrong
below HTTP is a :class:`Broken`, which the client and the downloader turn into an error of their own.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import urljoin

import urllib3
from urllib3 import exceptions

from skylift.host.redaction import redact_url
from skylift.registry.network import Proxy, origin, proxy_for, tls_context

# The server may take a while to check a large blob before it answers.
_TIMEOUT = urllib3.Timeout(connect=10, read=120)
_CHUNK = 1 << 18
_CONNECTIONS = 16
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5

Response = urllib3.BaseHTTPResponse


class Broken(Exception):
    """The network failed before, or while, an answer came. ``str`` is the reason, fit for a message."""

    def __init__(self, reason: str, *, temporary: bool = True, hints: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.temporary = temporary
        self.hints = hints


class Traffic:
    """Requests sent, and body bytes both ways."""

    def __init__(self) -> None:
        self.requests = 0
        self.bytes_sent = 0
        self.bytes_received = 0
        self._lock = threading.Lock()

    def add(self, *, requests: int = 0, sent: int = 0, received: int = 0) -> None:
        with self._lock:
            self.requests += requests
            self.bytes_sent += sent
            self.bytes_received += received


@dataclass(frozen=True)
class Body:
    """Bytes to send, and how many they are."""

    stream: BinaryIO
    size: int


@dataclass(frozen=True)
class Request:
    """One HTTP request. ``repr`` shows no header: they carry credentials."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Body | None = None


class _CountedBody(io.RawIOBase):
    """Hands out exactly the announced bytes; a server would wait forever for those that are missing."""

    def __init__(self, body: Body, traffic: Traffic) -> None:
        self._body, self._traffic, self._sent = body, traffic, 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._body.stream.read(_CHUNK if size is None or size < 0 else max(size, _CHUNK))
        self._sent += len(chunk)
        if self._sent > self._body.size or (not chunk and self._sent < self._body.size):
            reason = f"{self._body.size} bytes were announced, {self._sent} are there"
            raise Broken(reason, temporary=False)
        self._traffic.add(sent=len(chunk))
        return chunk


class Transport:
    """Connection pools behind the environment's proxies and authorities. Safe to share by threads."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.traffic = Traffic()
        self._environment = environment
        self._pools: dict[tuple[str, Proxy | None], urllib3.PoolManager] = {}
        self._lock = threading.Lock()

    def send(self, request: Request) -> Response:
        """One round trip; the answer's body is not read yet.

        :raises Broken: when no answer came.
        """
        if origin(request.url)[0] not in ("http", "https"):
            raise Broken("the URL is neither http nor https", temporary=False)
        headers = {"User-Agent": "skylift", "Accept-Encoding": "identity", **request.headers}
        if request.body is not None:
            headers["Content-Length"] = str(request.body.size)
        elif request.method in ("POST", "PUT"):
            headers["Content-Length"] = "0"
        body = None if request.body is None else _CountedBody(request.body, self.traffic)
        self.traffic.add(requests=1)
        with translated():
            return self._pool(request.url).request(
                request.method,
                request.url,
                body=body,
                headers=headers,
                timeout=_TIMEOUT,
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )

    def follow(self, request: Request, response: Response) -> Response:
        """The answer after redirects. Authorization stays behind where the origin changes.

        Storage behind a registry takes signed URLs and refuses a second credential beside them.
        """
        for _ in range(_MOST_REDIRECTS):
            target = response.headers.get("Location")
            if response.status not in _REDIRECTS or not target:
                return response
            discard(response)
            url = urljoin(request.url, target)
            request = Request(request.method, url, _headers_for(request, url))
            response = self.send(request)
        raise Broken(f"more than {_MOST_REDIRECTS} redirects", temporary=False)

    def read(self, response: Response, limit: int) -> bytes:
        """The body, up to ``limit`` bytes; the connection is free for others afterwards."""
        found = b"".join(self.stream(response, limit))
        discard(response)
        return found

    def stream(self, response: Response, limit: int | None = None) -> Iterator[bytes]:
        """The body in pieces.

        :raises Broken: when it ends early.
        """
        left = limit
        while left is None or left > 0:
            with translated():
                chunk = response.read(_CHUNK if left is None else min(left, _CHUNK))
            if not chunk:
                return
            self.traffic.add(received=len(chunk))
            left = None if left is None else left - len(chunk)
            yield chunk

    def _pool(self, url: str) -> urllib3.PoolManager:
        proxy = proxy_for(url, self._environment)
        scheme = origin(url)[0]
        with self._lock:
            key = (scheme, proxy)
            if key not in self._pools:
                self._pools[key] = self._new_pool(scheme, proxy)
            return self._pools[key]

    def _new_pool(self, scheme: str, proxy: Proxy | None) -> urllib3.PoolManager:
        secure = scheme == "https" or (proxy is not None and proxy.url.startswith("https:"))
        # Loading the authorities takes longer than a whole push to loopback: only where they are needed.
        context = tls_context(self._environment) if secure else None
        if proxy is None:
            return urllib3.PoolManager(maxsize=_CONNECTIONS, ssl_context=context, blocksize=_CHUNK)
        headers = urllib3.make_headers(proxy_basic_auth=proxy.userinfo) if proxy.userinfo else None
        return urllib3.ProxyManager(
            proxy.url,
            maxsize=_CONNECTIONS,
            ssl_context=context,
            proxy_ssl_context=context,
            proxy_headers=headers,
            blocksize=_CHUNK,
        )


def discard(response: Response) -> None:
    """Be done with an answer: keep the connection when the body was short, drop it otherwise."""
    with translated():
        response.read(_CHUNK)
        response.close()


def _headers_for(request: Request, url: str) -> dict[str, str]:
    same = origin(request.url) == origin(url)
    return {name: value for name, value in request.headers.items() if same or name != "Authorization"}


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the HTTP library raises into :class:`Broken`."""
    try:
        yield
    except exceptions.SSLError as error:
        hint = "behind a proxy with its own authority, set SSL_CERT_FILE to its certificate"
        raise Broken(f"TLS failed: {_innermost(error)}", temporary=False, hints=(hint,)) from error
    except exceptions.NameResolutionError as error:
        hint = "is the name right, and is this machine online?"
        raise Broken("the name can not be resolved", hints=(hint,)) from error
    except exceptions.ProxyError as error:
        hint = "HTTP_PROXY, HTTPS_PROXY and NO_PROXY decide which proxy is used"
        raise Broken(f"the proxy failed: {_innermost(error)}", hints=(hint,)) from error
    except exceptions.NewConnectionError as error:
        # Before the timeouts: the library counts a refused connection among them.
        raise Broken(_innermost(error)) from error
    except exceptions.TimeoutError as error:
        raise Broken("no answer in time") from error
    except exceptions.LocationValueError as error:
        raise Broken(f"not a URL that can be asked: {redact_url(str(error))}", temporary=False) from error
    except exceptions.HTTPError as error:
        raise Broken(_innermost(error)) from error


def _innermost(error: BaseException) -> str:
    """What the operating system said at the bottom of a chain of exceptions."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, OSError) and found.strerror:
            return found.strerror.lower()
        inner = next((arg for arg in found.args if isinstance(arg, BaseException)), None)
        found = inner or found.__cause__ or found.__context__
    return "the connection broke"
