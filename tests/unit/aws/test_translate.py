"""What botocore says, as our errors."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, NoCredentialsError, ReadTimeoutError

from skylift.aws.translate import translated
from skylift.errors import AwsError


def refused(code: str, status: int = 400, message: str = "No.") -> AwsError:
    response = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    with pytest.raises(AwsError) as caught, translated("s3", "PutObject"):
        raise ClientError(response, "PutObject")
    return caught.value


def test_the_facts_are_fields() -> None:
    error = refused("NoSuchKey", 404, "The key is not there.")
    assert (error.service, error.operation, error.code, error.temporary) == (
        "s3",
        "PutObject",
        "NoSuchKey",
        False,
    )
    assert str(error) == "s3:PutObject was refused with NoSuchKey: The key is not there"


@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 400), ("SlowDown", 503), ("Whatever", 500)]
)
def test_what_may_pass_is_temporary(code: str, status: int) -> None:
    assert refused(code, status).temporary


def test_a_denial_names_the_permission() -> None:
    assert "s3:PutObject" in refused("AccessDenied", 403).hints[0]


def test_an_expired_login_says_how_to_log_in() -> None:
    assert "aws sso login" in refused("ExpiredToken").hints[0]


def test_missing_credentials_say_how_to_log_in() -> None:
    with pytest.raises(AwsError) as caught, translated("sts", "GetCallerIdentity"):
        raise NoCredentialsError
    assert "AWS_PROFILE" in " ".join(caught.value.hints)
    assert not caught.value.temporary


def test_silence_is_temporary() -> None:
    with pytest.raises(AwsError) as caught, translated("s3", "GetObject"):
        raise ReadTimeoutError(endpoint_url="https://s3.example.com")
    assert caught.value.temporary


def test_credentials_in_urls_are_not_repeated() -> None:
    assert "hunter2" not in str(refused("X", 400, "https://me:hunter2@example.com is no place"))


def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError), translated("s3", "GetObject"):
        _ = 1 / 0
