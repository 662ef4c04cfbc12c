"""AWS by the standard library: against moto, against servers that misbehave, through proxies and private TLS."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.session import get_session
from tests.functional.registry.scripted_server import Answer, Script, Seen, Server, serving
from tests.functional.runtime.private_tls import PrivateTls, proxy

from skylift_runtime.aws import Aws, Refused, endpoint
from skylift_runtime.credentials import find_credentials
from skylift_runtime.failure import Unusable
from skylift_runtime.sigv4 import Credentials

KEYS = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "s3cret", "AWS_REGION": "eu-central-1"}
TOKEN = {"AccessKeyId": "ASIA", "SecretAccessKey": "k", "Token": "t", "Expiration": "2030-01-01T00:00:00Z"}


def never(_seconds: float) -> bool:
    return True


def aws(server: Server, **more: str) -> Aws:
    return Aws({**KEYS, "AWS_ENDPOINT_URL": server.url, **more}, never)


def in_turn(*answers: Answer) -> Script:
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


@pytest.fixture
def boto(aws_variables: dict[str, str]) -> Callable[[str], Any]:
    session = boto3.Session(
        aws_access_key_id="test", aws_secret_access_key="test", region_name=aws_variables["AWS_REGION"]
    )
    return lambda service: session.client(service, endpoint_url=aws_variables["AWS_ENDPOINT_URL"])


def test_a_secret_and_a_parameter_are_read(aws_variables: dict[str, str], boto: Callable[[str], Any]) -> None:
    boto("secretsmanager").create_secret(Name="of/team", SecretString='{"key": "vülue"}')
    boto("ssm").put_parameter(Name="/of/team", Value="hidden", Type="SecureString")
    here = Aws(aws_variables)
    assert here.call("secretsmanager", "GetSecretValue", {"SecretId": "of/team"})["SecretString"] == '{"key": "vülue"}'  # fmt: skip
    found = here.call("ssm", "GetParameter", {"Name": "/of/team", "WithDecryption": True})
    assert found["Parameter"]["Value"] == "hidden"
    with pytest.raises(Refused) as caught:
        here.call("secretsmanager", "GetSecretValue", {"SecretId": "none"})
    assert caught.value.code == "ResourceNotFoundException"


@pytest.mark.parametrize("bucket", ["code-of-the-job", "code.of.the.job"])
@pytest.mark.parametrize("key", ["sourcedir.tar.gz", "a b/ü+%20/?x=1#y/../z", "a//b"])
def test_an_object_is_downloaded_whatever_its_name(
    aws_variables: dict[str, str], boto: Callable[[str], Any], bucket: str, key: str
) -> None:
    content = bytes(range(256)) * 5000
    s3 = boto("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket=bucket, Key=key, Body=content)
    into = io.BytesIO()
    Aws(aws_variables).download(f"s3://{bucket}/{key}", into)
    assert into.getvalue() == content
    with pytest.raises(Refused) as caught:
        Aws(aws_variables).download(f"s3://{bucket}/none", into)
    assert caught.value.code == "NoSuchKey"
    s3.delete_object(Bucket=bucket, Key=key)
    s3.delete_bucket(Bucket=bucket)


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateTls]:
    with PrivateTls.serving(tmp_path_factory.mktemp("tls"), b'{"a": 1}') as server:
        yield server


PASSING = [
    Answer(500, b"<html>"),
    Answer(503, b"<Error><Code>SlowDown</Code></Error>"),
    Answer(400, b'{"__type": "com.amazonaws#ThrottlingException", "message": "Rate exceeded"}'),
    Answer(429, b""),
    Answer(cut=True),
]


@pytest.mark.parametrize("passing", PASSING)
def test_what_passes_is_tried_again(passing: Answer) -> None:
    with serving(in_turn(passing, passing, Answer(200, b'{"a": 1}'))) as server:
        assert aws(server).call("ssm", "GetParameter", {}) == {"a": 1}
        assert len(server.seen) == 3


def test_a_no_is_not_asked_twice() -> None:
    no = Answer(400, b'{"__type": "AccessDeniedException", "Message": "User x is not authorized"}')
    with serving(in_turn(no)) as server, pytest.raises(Refused) as caught:
        aws(server).call("secretsmanager", "GetSecretValue", {"SecretId": "x"})
    assert str(caught.value) == "AccessDeniedException: User x is not authorized"
    assert len(server.seen) == 1


def test_a_download_that_broke_off_begins_anew() -> None:
    with serving(in_turn(Answer(200, b"half", cut=True), Answer(200, b"the whole"))) as server:
        into = io.BytesIO()
        aws(server).download("s3://bucket/key", into)
    assert into.getvalue() == b"the whole"


def test_who_never_answers_is_named_without_what_was_asked() -> None:
    with serving(lambda _: Answer(cut=True)) as server, pytest.raises(Unusable) as caught:
        aws(server).rest("codeartifact", "GET", "/v1/x", {"domain": "d"}, "eu-central-1")
    assert str(caught.value).startswith(f"{server.url}/v1/x does not answer: ")
    assert len(server.seen) == 5


def test_a_job_that_is_to_stop_tries_no_more() -> None:
    with serving(lambda _: Answer(500)) as server, pytest.raises(Refused):
        Aws({**KEYS, "AWS_ENDPOINT_URL": server.url}, lambda _: False).call("ssm", "GetParameter", {})
    assert len(server.seen) == 1


def test_a_bucket_elsewhere_is_asked_in_its_own_region() -> None:
    def script(seen: Seen) -> Answer:
        if "/us-west-2/s3/" in seen.headers["Authorization"]:
            return Answer(200, b"code")
        return Answer(301, b"", {"x-amz-bucket-region": "us-west-2"})

    with serving(script) as server:
        into = io.BytesIO()
        aws(server).download("s3://bucket/key", into)
    assert into.getvalue() == b"code"


@pytest.mark.parametrize(
    "environ",
    [
        {"AWS_ENDPOINT_URL": "http://a:port"},
        {"AWS_ENDPOINT_URL": "nowhere"},
        {"AWS_ENDPOINT_URL": "http://aws.invalid", "HTTP_PROXY": "http://p:port"},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_SESSION_TOKEN": "pl4nted\nx"},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_SESSION_TOKEN": "pl4nted\u1234"},
        {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://[::1",
            "AWS_ACCESS_KEY_ID": "",
            "AWS_SECRET_ACCESS_KEY": "",
        },
    ],
)
def test_what_is_misspelt_is_said_and_tokens_are_not(environ: dict[str, str]) -> None:
    with pytest.raises(Unusable) as caught:
        Aws({**KEYS, **environ}, never).call("ssm", "GetParameter", {})
    assert "pl4nted" not in str(caught.value)


class TestTheRoleOfTheContainer:
    def test_its_credentials_sign(self, tmp_path: Path) -> None:
        (tmp_path / "token").write_text("Bearer of the token")
        answers = {"/role?x=1": Answer(200, json.dumps(TOKEN).encode()), "/": Answer(200, b"{}")}
        with serving(lambda seen: answers[seen.path]) as server:
            environ = {
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.url}/role?x=1",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(tmp_path / "token"),
                "AWS_ENDPOINT_URL_SSM": server.url,
                "AWS_DEFAULT_REGION": "eu-central-1",
                "HTTP_PROXY": "http://127.0.0.1:1",
                "NO_PROXY": server.host,
            }
            Aws(environ).call("ssm", "GetParameter", {})
        asked, call = server.seen
        assert asked.headers["Authorization"] == "Bearer of the token"
        assert call.headers["X-Amz-Security-Token"] == "t"
        assert "Credential=ASIA/" in call.headers["Authorization"]

    def test_it_is_asked_again(self) -> None:
        with serving(in_turn(Answer(500), Answer(200, json.dumps(TOKEN).encode()))) as server:
            environ = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url}
            assert find_credentials(environ, never) == Credentials("ASIA", "k", "t")

    @pytest.mark.parametrize("body", [b"", b"[]", b'{"AccessKeyId": "A"}'])
    def test_what_is_no_answer_is_said(self, body: bytes) -> None:
        with serving(lambda _: Answer(200, body)) as server, pytest.raises(Unusable, match="no credentials"):
            find_credentials({"AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url}, never)

    def test_its_token_is_shown_to_nobody_else(self) -> None:
        environ = {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://a.example.com/",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t",
        }
        with pytest.raises(Unusable, match="without https"):
            find_credentials(environ, never)

    def test_without_any_it_is_said(self) -> None:
        with pytest.raises(Unusable, match="has no AWS credentials"):
            find_credentials({}, never)

    def test_half_a_pair_is_said(self) -> None:
        with pytest.raises(
            Unusable, match="there is AWS_SECRET_ACCESS_KEY in the environment, and no AWS_ACC"
        ):
            find_credentials({"AWS_SECRET_ACCESS_KEY": "x"}, never)


class TestPrivateNetworks:
    def test_a_private_authority_is_trusted_when_it_is_named(self, private: PrivateTls) -> None:
        environ = {**KEYS, "AWS_ENDPOINT_URL": private.url}
        assert Aws({**environ, "AWS_CA_BUNDLE": str(private.authority)}, never).call("ssm", "X", {}) == {
            "a": 1
        }
        with pytest.raises(Unusable, match="AWS_CA_BUNDLE or SSL_CERT_FILE"):
            Aws(environ, never).call("ssm", "X", {})

    def test_a_proxy_is_gone_through_and_told_who_we_are(self, private: PrivateTls) -> None:
        environ = {**KEYS, "AWS_ENDPOINT_URL": private.url, "AWS_CA_BUNDLE": str(private.authority)}
        with proxy() as by:
            environ["https_proxy"] = f"http://me:pass%20word@{by.address}"
            assert Aws(environ, never).call("ssm", "X", {}) == {"a": 1}
            assert by.asked == [(private.host, "Basic bWU6cGFzcyB3b3Jk")]
            Aws({**environ, "NO_PROXY": "localhost"}, never).call("ssm", "X", {})
            assert len(by.asked) == 1

    def test_a_plain_address_goes_through_a_proxy_too(self) -> None:
        with serving(lambda _: Answer(200, b'{"a": 1}')) as by:
            environ = {**KEYS, "AWS_ENDPOINT_URL": "http://aws.invalid", "HTTP_PROXY": by.url}
            assert Aws(environ, never).call("ssm", "X", {}) == {"a": 1}
        assert by.asked("POST") == ["http://aws.invalid/"]
        assert by.seen[0].headers["Host"] == "aws.invalid"

    def test_a_proxy_that_is_none_is_named_without_its_password(self, private: PrivateTls) -> None:
        environ = {**KEYS, "AWS_ENDPOINT_URL": private.url, "HTTPS_PROXY": "socks5://me:pass@p:1080"}
        with pytest.raises(Unusable) as caught:
            Aws(environ, never).call("ssm", "X", {})
        assert "pass" not in str(caught.value)
        assert "socks5://p:1080" in str(caught.value)


@pytest.mark.parametrize("service", ["secretsmanager", "ssm", "s3"])
def test_endpoints_are_where_botocore_finds_them(service: str) -> None:
    session = get_session()
    checked = 0
    for partition in session.get_available_partitions():
        for region in session.get_available_regions("ssm", partition):
            client = session.create_client(service, region, aws_access_key_id="x", aws_secret_access_key="x")
            # S3 still answers for the whole world in its first region.
            theirs = re.sub(r"s3\.amazonaws", "s3.us-east-1.amazonaws", client.meta.endpoint_url)
            assert endpoint(service, region, {}) == theirs
            checked += 1
    assert checked > 30


def test_endpoints_of_the_environment_win() -> None:
    environ = {"AWS_ENDPOINT_URL": "http://a/", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://b"}
    assert endpoint("secretsmanager", "eu-central-1", environ) == "http://b"
    assert endpoint("s3", "eu-central-1", {**environ, "S3_ENDPOINT_URL": "http://c"}) == "http://a"
    assert endpoint("s3", "eu-central-1", {"S3_ENDPOINT_URL": "http://c"}) == "http://c"
    environ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true"
    assert endpoint("ssm", "eu-central-1", environ) == "https://ssm.eu-central-1.amazonaws.com"
