"""Whose credentials, which region, which endpoint."""

from __future__ import annotations

import socket

import pytest

from skylift.aws.ecr import Ecr
from skylift.aws.session import Session
from skylift.aws.translate import translated
from skylift.errors import AwsError, NotReady, UsageError
from skylift.values.settings import AwsSettings

pytestmark = pytest.mark.sandbox


def test_the_account_is_told(session: Session) -> None:
    assert session.account() == "123456789012"


def test_another_account_than_the_guard_is_refused(aws_variables: dict[str, str]) -> None:
    guarded = Session(AwsSettings(account="999999999999"), aws_variables)
    with pytest.raises(UsageError, match="belong to account 123456789012, the project to 999999999999"):
        guarded.account()


def test_an_assumed_role_is_used(aws_variables: dict[str, str]) -> None:
    role = "arn:aws:iam::222222222222:role/training"
    session = Session(AwsSettings(assume_role=role), aws_variables)
    # moto answers for the account of the role that was assumed.
    assert session.account() == "222222222222"


def test_the_config_wins_over_the_environment(aws_variables: dict[str, str]) -> None:
    assert (
        Session(AwsSettings(region="us-west-2"), aws_variables).client("s3").meta.region_name == "us-west-2"
    )


def test_no_region_is_said_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    with pytest.raises(NotReady, match="no AWS region is set") as caught:
        Session(AwsSettings(), keys).client("s3")
    assert "region =" in caught.value.hints[0]


def test_an_unknown_profile_is_said_with_a_way_out(aws_variables: dict[str, str]) -> None:
    with pytest.raises(AwsError, match="no-such-profile") as caught:
        Session(AwsSettings(profile="no-such-profile"), aws_variables).client("s3")
    assert "aws sso login" in caught.value.hints[0]


def test_an_endpoint_that_is_not_there_is_temporary(aws_variables: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        client = Session(AwsSettings(), {**aws_variables, "AWS_ENDPOINT_URL_STS": nobody}).client("sts")
        with pytest.raises(AwsError) as caught, translated("sts", "GetCallerIdentity"):
            client.get_caller_identity()
    assert caught.value.temporary
    assert "AWS_ENDPOINT_URL" in caught.value.hints[0]


def test_a_repository_is_made_once(session: Session) -> None:
    ecr = Ecr(session.client("ecr"))
    uri = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/some/name"
    assert ecr.ensure_repository("some/name") == uri
    assert ecr.ensure_repository("some/name") == uri


def test_a_login_that_says_it_has_expired_is_taken_as_it_is(session: Session) -> None:
    # moto's tokens expired in 2015.
    login = Ecr(session.client("ecr")).login()
    assert (login.host, login.username) == ("123456789012.dkr.ecr.eu-central-1.amazonaws.com", "AWS")
    assert login.endpoint == f"https://{login.host}"
    assert login.password not in repr(login)
