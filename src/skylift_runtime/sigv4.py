"""AWS Signature Version 4, for requests whose body is at hand.

Source: "Signing AWS API requests" in the IAM user guide, and AWS's own test suite, which the tests quote.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Dict, List, Mapping, NamedTuple
from urllib.parse import quote, urlsplit

_ALGORITHM = "AWS4-HMAC-SHA256"
_UNRESERVED = "-_.~"


class Credentials(NamedTuple):
    """What a request is signed with."""

    access_key: str
    secret_key: str
    token: str = ""

    def __repr__(self) -> str:
        return "Credentials(%r)" % self.access_key


class Scope(NamedTuple):
    """What a signature is good for."""

    region: str
    service: str
    at: str
    """As X-Amz-Date has it: ``20150830T123600Z``."""

    def __str__(self) -> str:
        return "/".join([self.at[:8], self.region, self.service, "aws4_request"])


class Request(NamedTuple):
    """One request. The URL is spelled as it travels: everything in it is quoted already."""

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""


def sign(request: Request, credentials: Credentials, scope: Scope) -> Dict[str, str]:
    """All headers that the request is to be sent with.

    :returns: those of the request, Host, X-Amz-Date, X-Amz-Security-Token where there is a token, and
        Authorization; names in lower case.
    """
    headers = {name.lower(): value for name, value in request.headers.items()}
    headers["host"] = _host(request.url)
    headers["x-amz-date"] = scope.at
    body = hashlib.sha256(request.body).hexdigest()
    if scope.service == "s3":
        headers["x-amz-content-sha256"] = body
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    canonical = _canonical(request, headers, body, scope.service)
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join([_ALGORITHM, scope.at, str(scope), hashed])
    signature = hmac.new(_key(credentials.secret_key, scope), text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
        _ALGORITHM,
        credentials.access_key,
        scope,
        _names(headers),
        signature,
    )
    return headers


def quoted(text: str, safe: str = "") -> str:
    """
    >>> quoted("a b/ü", safe="/")
    'a%20b/%C3%BC'
    """
    return quote(text, safe=_UNRESERVED + safe)


def query_of(parameters: Mapping[str, str]) -> str:
    """
    >>> query_of({"b": "x y", "a": ""})
    'a=&b=x%20y'
    """
    return "&".join("%s=%s" % (quoted(name), quoted(value)) for name, value in sorted(parameters.items()))


def _canonical(request: Request, headers: Mapping[str, str], body: str, service: str) -> str:
    parts = urlsplit(request.url)
    lines = ["%s:%s\n" % (name, " ".join(headers[name].split())) for name in sorted(headers)]
    path = _path(parts.path, service)
    return "\n".join(
        [request.method, path, _query(parts.query), "".join(lines), _names(headers), body],
    )


def _names(headers: Mapping[str, str]) -> str:
    return ";".join(sorted(name for name in headers if name != "authorization"))


def _path(path: str, service: str) -> str:
    """The path of the canonical request. S3's is the path as it travels; all others are quoted once more."""
    if service == "s3":
        return path or "/"
    kept: List[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in ("", "."):
            kept.append(part)
    closed = "/" if kept and path.endswith("/") else ""
    return quoted("/" + "/".join(kept) + closed, safe="/")


def _query(query: str) -> str:
    pairs = [pair.partition("=")[::2] for pair in query.split("&")] if query else []
    return "&".join("%s=%s" % pair for pair in sorted(pairs))


def _host(url: str) -> str:
    """The host as it stands in the Host header: without userinfo, and without the port that is usual."""
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    host = parts.hostname or ""
    host = "[%s]" % host if ":" in host else host
    return host if parts.port in (None, usual) else "%s:%d" % (host, parts.port or 0)


def _key(secret: str, scope: Scope) -> bytes:
    key = ("AWS4" + secret).encode()
    for part in str(scope).split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
