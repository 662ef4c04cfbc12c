"""What the environment says about the way out: proxies, private authorities, and who needs neither."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from skylift.errors import NotReady

_AUTHORITIES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Proxy:
    """A proxy; the password is kept apart from the URL, so that the URL can be shown."""

    url: str
    userinfo: str | None = None

    def __repr__(self) -> str:
        return f"Proxy({self.url!r})"


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: what has to agree before a credential may travel on.

    >>> origin("https://EXAMPLE.com/a") == origin("https://example.com:443/b")
    True
    """
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)


def is_loopback(host: str) -> bool:
    """Whether ``host`` or ``host:port`` is this machine.

    >>> [is_loopback(h) for h in ("localhost:5000", "127.9.0.1", "[::1]:80", "docker.io")]
    [True, True, True, False]
    """
    name = urlsplit(f"//{host}").hostname or ""
    return name == "localhost" or _is_loopback_address(name)


def _is_loopback_address(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def proxy_for(url: str, environment: Mapping[str, str]) -> Proxy | None:
    """The proxy that ``url`` goes through; none for this machine and for what NO_PROXY names."""
    parts = urlsplit(url)
    said = _variable(environment, f"{parts.scheme}_proxy") or _variable(environment, "all_proxy")
    if not said or is_loopback(parts.netloc.rpartition("@")[2]):
        return None
    _, host, port = origin(url)
    if any(_covers(entry, host, port) for entry in _variable(environment, "no_proxy").split(",")):
        return None
    return _parse_proxy(said)


def _variable(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name) or environment.get(name.upper()) or ""


def _parse_proxy(said: str) -> Proxy:
    parts = urlsplit(said if "://" in said else f"http://{said}")
    userinfo, _, host = parts.netloc.rpartition("@")
    return Proxy(urlunsplit((parts.scheme, host, "", "", "")), unquote(userinfo) or None)


def _covers(entry: str, host: str, port: int) -> bool:
    entry = entry.strip().lower()
    if entry == "*":
        return True
    if "/" in entry:
        return _in_network(host, entry)
    name, colon, wanted = entry.rpartition(":")
    if colon and wanted.isdigit() and "]" not in wanted and ":" not in name.strip("[]"):
        if int(wanted) != port:
            return False
        entry = name
    entry = entry.strip("[]").removeprefix("*").removeprefix(".")
    return bool(entry) and (host == entry or host.endswith(f".{entry}"))


def _in_network(host: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def tls_context(environment: Mapping[str, str]) -> ssl.SSLContext:
    """The system's certificate authorities, or those of SSL_CERT_FILE or REQUESTS_CA_BUNDLE.

    :raises NotReady: when the variable names something that can not be read.
    """
    name = next((name for name in _AUTHORITIES if environment.get(name)), None)
    if name is None:
        return ssl.create_default_context()
    path = Path(environment[name])
    try:
        if path.is_dir():
            return ssl.create_default_context(capath=str(path))
        return ssl.create_default_context(cafile=str(path))
    except (OSError, ssl.SSLError) as error:
        raise NotReady(
            f"{name} names certificate authorities that can not be read: {path}",
            hints=(f"set {name} to a PEM file, or unset it",),
        ) from error
