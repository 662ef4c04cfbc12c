"""Signatures: AWS's own test suite, and botocore's signer over whatever hypothesis thinks of."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as TheirCredentials
from hypothesis import given
from hypothesis import strategies as some

from skylift_runtime.sigv4 import Credentials, Request, Scope, query_of, quoted, sign

AT = "20150830T123600Z"
UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FORM = "application/x-www-form-urlencoded"
HOST = "https://example.amazonaws.com"

# The "Signature Version 4 test suite" of the AWS General Reference (aws-sig-v4-test-suite.zip; as the AWS
# SDK for JavaScript v3 carries it, packages/signature-v4/src/suite.fixture.ts).
SUITE: list[Any] = [
    ("get-vanilla", "GET", "/", {}, "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ("get-header-key-duplicate", "GET", "/", {"My-Header1": "value2,value2,value1"}, "",
     "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
    ("get-header-value-multiline", "GET", "/", {"My-Header1": "value1,value2,value3"}, "",
     "ba17b383a53190154eb5fa66a1b836cc297cc0a3d70a5d00705980573d8ff790"),
    ("get-header-value-order", "GET", "/", {"My-Header1": "value4,value1,value3,value2"}, "",
     "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"),
    ("get-header-value-trim", "GET", "/", {"My-Header1": " value1", "My-Header2": ' "a   b   c"'}, "",
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
    ("get-unreserved", "GET", "/" + UNRESERVED, {}, "",
     "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
    ("get-utf8", "GET", "/\u1234", {}, "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
    ("get-vanilla-empty-query-key", "GET", "/?Param1=value1", {}, "",
     "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
    ("get-vanilla-query", "GET", "/", {}, "",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ("get-vanilla-query-order-key-case", "GET", "/?Param2=value2&Param1=value1", {}, "",
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    ("get-vanilla-query-unreserved", "GET", f"/?{UNRESERVED}={UNRESERVED}", {}, "",
     "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"),
    ("get-vanilla-utf8-query", "GET", f"/?{quoted(chr(0x1234))}=bar", {}, "",
     "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
    ("post-vanilla", "POST", "/", {}, "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ("post-header-key-sort", "POST", "/", {"My-Header1": "value1"}, "",
     "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"),
    ("post-header-value-case", "POST", "/", {"My-Header1": "VALUE1"}, "",
     "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"),
    ("post-vanilla-query", "POST", "/?Param1=value1", {}, "",
     "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
    ("post-vanilla-query-nonunreserved", "POST", "/?" + query_of({"@#$%^": "", "+": '/,?><`";:\\|][{}'}), {}, "",
     "66c82657c86e26fb25238d0e69f011edc4c6df5ae71119d7cb98ed9b87393c1e"),
    ("post-vanilla-query-space", "POST", "/?p=", {}, "",
     "e71688addb58a26418614085fb730ba3faa623b461c17f48f2fbdb9361b94a9b"),
    ("post-x-www-form-urlencoded", "POST", "/", {"Content-Type": FORM}, "Param1=value1",
     "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
    ("post-x-www-form-urlencoded-parameters", "POST", "/", {"Content-Type": FORM + "; charset=utf8"},
     "Param1=value1", "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "target", "headers", "body", "signature"),
    [row[1:] for row in SUITE],
    ids=[row[0] for row in SUITE],
)
def test_signatures_are_those_of_the_published_suite(
    method: str, target: str, headers: dict[str, str], body: str, signature: str
) -> None:
    request = Request(method, HOST + target, headers, body.encode())
    credentials = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    found = sign(request, credentials, Scope("us-east-1", "service", AT))["authorization"]
    names = ";".join(sorted(["host", "x-amz-date", *(name.lower() for name in headers)]))
    scope = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request"
    assert found == f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={signature}"


words = some.text(min_size=1, max_size=12)
paths = some.lists(some.one_of(some.sampled_from(["", ".", ".."]), words), max_size=5)
header_values = some.text(some.characters(min_codepoint=32, max_codepoint=126), max_size=20)
headers = some.dictionaries(
    some.sampled_from(["X-One", "x-two", "Content-Type", "X-Amz-Target"]), header_values
)
hosts = some.sampled_from(
    ["https://a.example.com", "https://a.example.com:443", "http://127.0.0.1:5000", "http://[::1]:80"]
)


@given(
    method=some.sampled_from(["GET", "POST", "PUT"]),
    host=hosts,
    path=paths,
    query=some.dictionaries(words, some.text(max_size=8), max_size=4),
    headers=headers,
    body=some.binary(max_size=64),
    token=some.sampled_from(["", "t/o+k=en"]),
    service=some.sampled_from(["s3", "ssm", "secretsmanager"]),
)
def test_signatures_are_those_of_botocore(
    *,
    method: str,
    host: str,
    path: list[str],
    query: dict[str, str],
    headers: dict[str, str],
    body: bytes,
    token: str,
    service: str,
) -> None:
    url = f"{host}/{quoted('/'.join(path), safe='/')}" + (f"?{query_of(query)}" if query else "")
    found = sign(
        Request(method, url, headers, body),
        Credentials("AKID", "secret/+=", token),
        Scope("eu-central-1", service, now()),
    )
    theirs = AWSRequest(method=method, url=url, headers=dict(headers), data=body)
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    made = found["x-amz-date"]
    auth = signer(TheirCredentials("AKID", "secret/+=", token or None), service, "eu-central-1")
    theirs.context["timestamp"] = made
    signed(auth, theirs)
    assert found["authorization"] == theirs.headers["Authorization"]


def now() -> str:
    return datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc).strftime("%Y%m%dT%H%M%SZ")


def signed(auth: Any, request: Any) -> None:
    """What botocore's ``add_auth`` does, at the time that the request's context says."""
    auth._modify_request_before_signing(request)
    text = auth.string_to_sign(request, auth.canonical_request(request))
    auth._inject_signature_to_request(request, auth.signature(text, request))
