"""ECR: repositories, and the login that its registry wants."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from skylift.aws.translate import translated
from skylift.errors import AwsError

_ECR_HOST = ".dkr.ecr."


@dataclass(frozen=True)
class Login:
    """How to get into the account's registry."""

    host: str
    """As it stands in image references: ``123456789012.dkr.ecr.eu-central-1.amazonaws.com``."""
    endpoint: str
    """Where to talk to it: a URL. Elsewhere than ``host`` behind a private endpoint, or in the sandbox."""
    username: str
    password: str = field(repr=False)


class Ecr:
    def __init__(self, client: Any) -> None:
        self._client = client

    def find_repository(self, name: str) -> str | None:
        """The URI of a repository; None when there is none of that name."""
        return self._find(name)

    def ensure_repository(self, name: str) -> str:
        """The URI of a repository, which is made when it is not there; two may do so at once."""
        return self._find(name) or self._create(name) or self._find(name) or ""

    def login(self) -> Login:
        """Credentials for the registry. They last 12 hours; ask anew for every push."""
        with translated("ecr", "GetAuthorizationToken"):
            granted = self._client.get_authorization_token()["authorizationData"][0]
        # A token may hold colons: only the first one separates.
        username, password = base64.b64decode(granted["authorizationToken"]).decode().split(":", 1)
        endpoint = str(granted["proxyEndpoint"]).rstrip("/")
        host = urlsplit(endpoint).netloc
        return Login(host if _ECR_HOST in host else self._host() or host, endpoint, username, password)

    def _find(self, name: str) -> str | None:
        try:
            with translated("ecr", "DescribeRepositories"):
                found = self._client.describe_repositories(repositoryNames=[name])
        except AwsError as error:
            if error.code == "RepositoryNotFoundException":
                return None
            raise
        return str(found["repositories"][0]["repositoryUri"])

    def _create(self, name: str) -> str | None:
        try:
            with translated("ecr", "CreateRepository"):
                made = self._client.create_repository(repositoryName=name)
        except AwsError as error:
            if error.code == "RepositoryAlreadyExistsException":
                return None
            raise
        return str(made["repository"]["repositoryUri"])

    def _host(self) -> str | None:
        """The registry's name in references, read off any repository."""
        with translated("ecr", "DescribeRepositories"):
            found = self._client.describe_repositories(maxResults=1)["repositories"]
        return str(found[0]["repositoryUri"]).partition("/")[0] if found else None
