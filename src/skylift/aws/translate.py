"""The one place where errors of botocore become ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from skylift.errors import AwsError
from skylift.host.redaction import redact_text

_THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "LimitExceededException",
        "SlowDown",
        "RequestTimeout",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "InternalError",
        "InternalFailure",
        "ConditionalRequestConflict",
    }
)
_LOG_IN = (
    "log in: `aws sso login`",
    "or name a profile that has credentials: AWS_PROFILE or [aws] profile",
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"})
_HINTS = {
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "RequestExpired"), _LOG_IN),
    **dict.fromkeys(
        (
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
        ),
        ("the credentials are not valid there: check AWS_PROFILE, or AWS_ACCESS_KEY_ID and its secret",),
    ),
    "NoSuchBucket": ("create the bucket, or correct [aws] storage",),
    "ResourceLimitExceeded": ("ask for a higher quota in the Service Quotas console, or take another instance type",),
    "RequestTimeTooSkewed": ("set this machine's clock",),
}  # fmt: skip


@contextmanager
def translated(service: str, operation: str) -> Iterator[None]:
    """Turn what botocore raises inside the block into AwsError.

    ``operation`` is spelled as in IAM policies (``PutObject``), so that a refusal names its permission.
    """
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise _refused(service, operation, error.response) from error
    except (BotoCoreError, Boto3Error) as error:
        raise _not_asked(service, operation, error) from error


def _refused(service: str, operation: str, response: dict[str, dict[str, object]]) -> AwsError:
    code = str(response.get("Error", {}).get("Code", ""))
    said = str(response.get("Error", {}).get("Message", "")).rstrip(".")
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return AwsError(
        redact_text(f"{service}:{operation} was refused with {code}: {said}"),
        service=service,
        operation=operation,
        code=code,
        temporary=code in _THROTTLED or (isinstance(status, int) and status >= 500),
        hints=_hints(service, operation, code),
    )


def _hints(service: str, operation: str, code: str) -> tuple[str, ...]:
    if code in _DENIED:
        return (f"the identity in use lacks the permission {service}:{operation}, or the resource denies it",)
    return _HINTS.get(code, ())


def _not_asked(service: str, operation: str, error: Exception) -> AwsError:
    from botocore import exceptions

    no_credentials = (
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.SSOError,
        exceptions.ProfileNotFound,
    )
    out_of_reach = (exceptions.ConnectionError, exceptions.HTTPClientError)
    hints: tuple[str, ...] = ()
    if isinstance(error, no_credentials):
        hints = _LOG_IN
    elif isinstance(error, out_of_reach):
        hints = ("check the network, HTTPS_PROXY, AWS_ENDPOINT_URL and the region's name",)
    return AwsError(
        redact_text(f"{service}:{operation} could not be asked: {error}"),
        service=service,
        operation=operation,
        code=type(error).__name__,
        temporary=isinstance(error, out_of_reach),
        hints=hints,
    )
