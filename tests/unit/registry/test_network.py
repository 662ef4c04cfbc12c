"""Which way out the environment asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from skylift.errors import NotReady
from skylift.registry.network import Proxy, proxy_for, tls_context

PROXIED = {"HTTPS_PROXY": "http://user:pa%20ss@proxy:3128", "http_proxy": "plain-proxy:80"}


def test_proxy_follows_the_scheme() -> None:
    assert proxy_for("https://a.example/x", PROXIED) == Proxy("http://proxy:3128", "user:pa ss")
    assert proxy_for("http://a.example/x", PROXIED) == Proxy("http://plain-proxy:80")
    assert proxy_for("http://a.example/x", {}) is None
    assert proxy_for("http://a.example/x", {"ALL_PROXY": "http://p:1"}) == Proxy("http://p:1")


def test_proxy_does_not_show_its_password() -> None:
    assert "pa ss" not in repr(proxy_for("https://a.example/x", PROXIED))


@pytest.mark.parametrize("url", ["https://localhost:5000/", "https://127.1.2.3/", "https://[::1]:5000/"])
def test_this_machine_is_never_behind_a_proxy(url: str) -> None:
    assert proxy_for(url, PROXIED) is None


@pytest.mark.parametrize(
    ("entry", "covered"),
    [
        ("a.example", True),
        (".example", True),
        ("*.example", True),
        ("EXAMPLE", True),
        ("*", True),
        ("b.example, a.example", True),
        ("a.example:443", True),
        ("a.example:8443", False),
        ("ple", False),
        ("", False),
        ("10.0.0.0/8", False),
    ],
)
def test_no_proxy(entry: str, *, covered: bool) -> None:
    assert (proxy_for("https://a.example/x", {**PROXIED, "NO_PROXY": entry}) is None) is covered


@pytest.mark.parametrize("entry", ["10.0.0.0/8", "10.1.2.3", "10.1.2.3:443"])
def test_no_proxy_for_addresses(entry: str) -> None:
    assert proxy_for("https://10.1.2.3/x", {**PROXIED, "no_proxy": entry}) is None


def test_no_proxy_for_an_address_of_version_6() -> None:
    assert proxy_for("https://[fd00::1]/x", {**PROXIED, "no_proxy": "fd00::1"}) is None
    assert proxy_for("https://[fd00::1]/x", {**PROXIED, "no_proxy": "[fd00::1]"}) is None


def test_authorities_that_are_missing_are_told() -> None:
    with pytest.raises(NotReady, match="REQUESTS_CA_BUNDLE"):
        tls_context({"REQUESTS_CA_BUNDLE": str(Path("/no/such/file.pem"))})
