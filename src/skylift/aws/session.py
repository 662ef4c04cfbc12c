"""Whose credentials, which region: what every client of a service begins with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from skylift.aws.translate import translated
from skylift.errors import NotReady, UsageError
from skylift.values.settings import AwsSettings

_KEYS = {
    "aws_access_key_id": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "aws_session_token": "AWS_SESSION_TOKEN",
}
_ATTEMPTS = 6
"""In all. The watch of a job waits out more than this by itself."""
_CONNECTIONS = 24
"""More than any room has threads: botocore warns about, and throws away, connections beyond it."""


class Session:
    """Makes the clients of one project.

    Keys, region and endpoint are taken from the environment that was handed in, so that a sandbox can
    be talked to without changing our own; the rest (proxies, CA bundle, config files) botocore reads.
    """

    def __init__(self, settings: AwsSettings, environment: Mapping[str, str]) -> None:
        self._settings, self._environment = settings, environment

    def client(self, service: str) -> Any:
        """A boto3 client; making one asks nothing of the service.

        :raises NotReady: when no region is known.
        """
        return self._client(self._session, service)

    def account(self) -> str:
        """The account that the credentials belong to.

        :raises UsageError: when it is not the one that the config names.
        """
        return self._account

    @cached_property
    def region(self) -> str:
        """
        :raises NotReady: when neither config, environment nor profile name one.
        """
        said = self._settings.region or self._variable("AWS_REGION") or self._variable("AWS_DEFAULT_REGION")
        found = said or self._own.region_name
        if not found:
            raise NotReady(
                "no AWS region is set",
                hints=('set [aws] region = "eu-central-1", or AWS_REGION',),
            )
        return str(found)

    def variables(self) -> dict[str, str]:
        """The environment of a program that is to be us: credentials as they are now, region, endpoints.

        :raises NotReady: when there are no credentials.
        """
        with translated("sts", "GetSessionToken"):
            found = self._session.get_credentials()
            keys = found.get_frozen_credentials() if found is not None else None
        if keys is None:
            raise NotReady(
                "there are no AWS credentials here",
                hints=("log in: `aws sso login`", "or name a profile that has credentials: AWS_PROFILE"),
            )
        values = dict(zip(_KEYS.values(), keys, strict=False))
        said = {
            name: value for name, value in self._environment.items() if name.startswith("AWS_ENDPOINT_URL")
        }
        return {
            **{name: value for name, value in values.items() if value},
            **said,
            "AWS_REGION": self.region,
        }

    @cached_property
    def _account(self) -> str:
        client = self.client("sts")
        with translated("sts", "GetCallerIdentity"):
            found = str(client.get_caller_identity()["Account"])
        wanted = self._settings.account
        if wanted and found != wanted:
            raise UsageError(
                f"the credentials belong to account {found}, the project to {wanted}",
                hints=("choose another profile with AWS_PROFILE, or correct [aws] account",),
                account=found,
            )
        return found

    @cached_property
    def _own(self) -> Any:
        """The boto3 session of the credentials as they are found."""
        import boto3

        with translated("sts", "GetCallerIdentity"):
            profile = self._settings.profile
            if profile:
                return boto3.Session(profile_name=profile)
            keys = {argument: self._variable(name) for argument, name in _KEYS.items()}
            if keys["aws_access_key_id"] and keys["aws_secret_access_key"]:
                return boto3.Session(**keys)
            return boto3.Session(profile_name=self._variable("AWS_PROFILE"))

    @cached_property
    def _session(self) -> Any:
        return self._assumed(self._settings.assume_role) if self._settings.assume_role else self._own

    def _assumed(self, role: str) -> Any:
        """A session of the role, whose credentials renew themselves: a watch may last for days."""
        import boto3
        from botocore.credentials import RefreshableCredentials
        from botocore.session import get_session

        sts = self._client(self._own, "sts")

        def fetch() -> dict[str, str]:
            with translated("sts", "AssumeRole"):
                found = sts.assume_role(RoleArn=role, RoleSessionName="skylift")["Credentials"]
            return {
                "access_key": found["AccessKeyId"],
                "secret_key": found["SecretAccessKey"],
                "token": found["SessionToken"],
                "expiry_time": found["Expiration"].isoformat(),
            }

        core = get_session()
        # botocore has no public way to hand over credentials that renew themselves.
        core._credentials = RefreshableCredentials.create_from_metadata(fetch(), fetch, "assume-role")  # noqa: SLF001
        return boto3.Session(botocore_session=core)

    def _client(self, session: Any, service: str) -> Any:
        from botocore.config import Config

        config = Config(
            retries={"mode": "adaptive", "total_max_attempts": _ATTEMPTS},
            max_pool_connections=_CONNECTIONS,
            connect_timeout=10,
            read_timeout=60,
            user_agent_extra="skylift",
        )
        specific = f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}"
        endpoint = self._variable(specific) or self._variable("AWS_ENDPOINT_URL")
        with translated(service, "client"):
            return session.client(service, region_name=self.region, endpoint_url=endpoint, config=config)

    def _variable(self, name: str) -> str | None:
        return self._environment.get(name) or None
