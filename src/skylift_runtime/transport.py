"""One HTTP request, by the standard library: proxies, private authorities, time limits.

Redirects are not followed: a signature is good for one host.
"""

from __future__ import annotations

import contextlib
import http.client
import os
from base64 import b64encode
from typing import IO, Any, Dict, Iterator, Mapping, NamedTuple, Optional, Tuple
from urllib.parse import SplitResult, unquote, urlsplit

from skylift_runtime.failure import Unusable

ssl: Any
try:
    import ssl
except ImportError:  # an interpreter that was built without it
    ssl = None

_CHUNK = 1 << 16
# Where distributions keep their authorities, for interpreters that were built elsewhere.
_AUTHORITIES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


class NoAnswer(Exception):
    """Nobody answered, or not to the end. Another try may do."""


class Answer(NamedTuple):
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    body: bytes
    """Empty where it went into a file."""


class Transport:
    """Sends requests the way that the environment wants them sent."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        *,
        timeout_s: float,
        into: Optional[IO[bytes]] = None,
    ) -> Answer:
        """
        :param into: where the body of a 200 goes, piece by piece.
        :raises NoAnswer: when there is none, or it broke off.
        :raises Unusable: for an address or a proxy that can not be.
        """
        parts = parts_of(url)
        target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        try:
            connection, proxied = self._connect(url, timeout_s)
            with contextlib.closing(connection):
                connection.request(method, url if proxied else target, body or None, _all(headers, proxied))
                return _read(connection.getresponse(), into)
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer(_said(error)) from error
        except ValueError:
            # Its text could hold a header, and that a token.
            raise Unusable(
                "%s can not be asked: the address or a header has characters that it may not have"
                % shown(url)
            ) from None

    def _connect(self, url: str, timeout_s: float) -> Tuple[http.client.HTTPConnection, Dict[str, str]]:
        """A connection, and the headers that a proxy wants of each request; empty where there is none."""
        parts = parts_of(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Unusable("not an address of a service: %s" % shown(url))
        proxy = proxy_for(url, self._environ)
        if proxy is None:
            return self._direct(parts.scheme, parts.hostname, parts.port, timeout_s), {}
        by = parts_of(proxy if "://" in proxy else "http://" + proxy)
        if by.scheme != "http" or not by.hostname:
            raise Unusable("only proxies at http:// addresses are spoken to, not %s" % shown(proxy))
        login = _login(by.username, by.password)
        if parts.scheme == "http":
            plain = http.client.HTTPConnection(by.hostname, by.port or 80, timeout=timeout_s)
            return plain, {"connection": "close", **login}
        connection = self._direct("https", by.hostname, by.port or 80, timeout_s)
        connection.set_tunnel(parts.hostname, parts.port or 443, login)
        return connection, {}

    def _direct(
        self, scheme: str, host: str, port: Optional[int], timeout_s: float
    ) -> http.client.HTTPConnection:
        if scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=timeout_s)
        return http.client.HTTPSConnection(host, port, timeout=timeout_s, context=self._trust())

    def _trust(self) -> Any:
        if ssl is None:
            raise Unusable("this Python was built without ssl, so no service of AWS can be asked")
        bundle = self._environ.get("AWS_CA_BUNDLE")
        try:
            context = ssl.create_default_context(cafile=bundle or None)
        except (OSError, ValueError) as error:
            raise Unusable("AWS_CA_BUNDLE is no file of certificates: %s: %s" % (bundle, error)) from error
        # SSL_CERT_FILE is among what is looked for by default.
        if not bundle and ssl.get_default_verify_paths().cafile is None:
            for path in filter(os.path.isfile, _AUTHORITIES):
                context.load_verify_locations(path)
        return context


def parts_of(url: str) -> SplitResult:
    """
    :raises Unusable: when it is no URL.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is what raises
    except ValueError:
        raise Unusable("not an address: %s" % shown(url)) from None
    return parts


def proxy_for(url: str, environ: Mapping[str, str]) -> Optional[str]:
    """The proxy that a request goes through; None when it goes straight.

    >>> proxy_for("https://a.example.com/", {"HTTPS_PROXY": "http://p:3128", "NO_PROXY": "b.com,.example.com"})
    >>> proxy_for("https://a.example.com/", {"HTTPS_PROXY": "http://p:3128"})
    'http://p:3128'
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    found = _variable(environ, parts.scheme + "_proxy") or _variable(environ, "all_proxy")
    for name in _variable(environ, "no_proxy").replace(" ", "").lower().split(","):
        bare, _, its_port = name.rpartition(":") if name.rpartition(":")[2].isdigit() else (name, "", "")
        bare = bare.lstrip("*").strip("[]").lstrip(".")
        if name == "*" or (
            bare and (host == bare or host.endswith("." + bare)) and its_port in ("", str(port))
        ):
            return None
    return found or None


def shown(url: str) -> str:
    """A URL without user and password."""
    head, separator, rest = url.rpartition("@")
    scheme = head.partition("://")[0] + "://" if "://" in head else ""
    return scheme + rest if separator else rest


def _variable(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.upper()) or ""


def _login(user: Optional[str], password: Optional[str]) -> Dict[str, str]:
    if not user:
        return {}
    pair = "%s:%s" % (unquote(user), unquote(password or ""))
    return {"proxy-authorization": "Basic " + b64encode(pair.encode()).decode()}


def _all(headers: Mapping[str, str], proxied: Mapping[str, str]) -> Dict[str, str]:
    return {"user-agent": "skylift", **proxied, **headers}


def _read(response: http.client.HTTPResponse, into: Optional[IO[bytes]]) -> Answer:
    headers = {name.lower(): value for name, value in response.getheaders()}
    if into is None or response.status != 200:
        return Answer(response.status, headers, response.read())
    # What read() returns short of the promised length is no error of its own.
    missing = int(headers.get("content-length", "-1"))
    for data in _pieces(response):
        into.write(data)
        missing -= len(data)
    if "content-length" in headers and missing:
        raise http.client.HTTPException("the answer broke off, %d bytes are missing" % missing)
    return Answer(response.status, headers, b"")


def _pieces(response: http.client.HTTPResponse) -> Iterator[bytes]:
    data = response.read(_CHUNK)
    while data:
        yield data
        data = response.read(_CHUNK)


def _said(error: Exception) -> str:
    text = str(error) or type(error).__name__
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return text + "; a private authority is named by AWS_CA_BUNDLE or SSL_CERT_FILE"
    return text
