"""The index that ``CA_REPOSITORY_ARN`` names for pip, as the official toolkit makes it (modules.py)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from skylift_runtime.aws import Aws, Refused
from skylift_runtime.failure import Unusable

_ARN = re.compile(
    r"arn:[^:]+:codeartifact:(?P<region>[^:]+):(?P<owner>[^:]+):repository/(?P<domain>[^/]+)/(?P<name>.+)"
)


def index_of(arn: str, aws: Aws) -> str:
    """The index with its user and token, for PIP_INDEX_URL and nothing else.

    :raises Unusable: when the job may not read it, or there is no such repository.
    """
    found = _ARN.match(arn)
    if not found:
        raise Unusable(
            "CA_REPOSITORY_ARN is %r, and not arn:…:codeartifact:REGION:ACCOUNT:repository/DOMAIN/NAME" % arn
        )
    region, name = found["region"], found["name"]
    query = {"domain": found["domain"], "domain-owner": found["owner"]}
    try:
        granted: Any = aws.rest("codeartifact", "POST", "/v1/authorization-token", query, region)
        query.update(repository=name, format="pypi")
        lies: Any = aws.rest("codeartifact", "GET", "/v1/repository/endpoint", query, region)
        token, address = str(granted["authorizationToken"]), str(lies["repositoryEndpoint"])
    except Refused as refused:
        raise Unusable(
            "CodeArtifact gives no index for %s: %s; the job's role needs codeartifact:GetAuthorizationToken, "
            "codeartifact:GetRepositoryEndpoint, codeartifact:ReadFromRepository and sts:GetServiceBearerToken"
            % (arn, refused)
        ) from None
    except (KeyError, TypeError):
        raise Unusable("CodeArtifact's answer for %s is not understood" % arn) from None
    scheme, separator, rest = address.rstrip("/").partition("://")
    return "%s%saws:%s@%s/simple/" % (scheme, separator, quote(token, safe=""), rest)
