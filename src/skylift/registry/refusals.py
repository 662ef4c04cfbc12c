"""From an answer that is not the one we wanted to a RegistryError that says why."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from skylift.errors import RegistryError
from skylift.host.redaction import redact_text, redact_url
from skylift.registry.retries import RETRY_AFTER, TEMPORARY_STATUSES, retry_after_s
from skylift.registry.transport import Broken, Request, Response, Transport
from skylift.values.ports import Clock

MOST_DIAGNOSTICS = 64 << 10
"""Bytes of an error's body, or of a token's, that are read."""
_LONGEST_MESSAGE = 300
# ECR reports throttling as 400 with one of these.
_TEMPORARY_CODES = frozenset({"TOOMANYREQUESTS", "ThrottlingException"})


def refusal(
    request: Request, response: Response, *, host: str, transport: Transport, clock: Clock
) -> RegistryError:
    """The error for an answer; reads the answer's body. ``host`` is what one logs in to.

    Codes and messages are those of the distribution spec: https://github.com/opencontainers/distribution-spec,
    section "Error codes".
    """
    said = _diagnostics(transport.read(response, MOST_DIAGNOSTICS))
    codes = tuple(code for code, _ in said)
    words = " ".join(filter(None, (*codes, "; ".join(message for _, message in said if message))))
    url = redact_url(request.url)
    tail = f": {redact_text(words)[:_LONGEST_MESSAGE]}" if words else ""
    status = response.status
    error = RegistryError(
        f"{request.method} {url}: the registry answered {status}{tail}",
        method=request.method,
        url=url,
        status=status,
        diagnostics=codes,
        temporary=status in TEMPORARY_STATUSES or not _TEMPORARY_CODES.isdisjoint(codes),
        hints=_hints(status, host),
    )
    asked = retry_after_s(response.headers.get("Retry-After"), clock)
    if asked is not None:
        error.facts[RETRY_AFTER] = asked
    return error


def broken(request: Request, cause: Broken) -> RegistryError:
    """The error for a registry that could not be asked."""
    url = redact_url(request.url)
    parts = urlsplit(url)
    probe = urlunsplit((parts.scheme, parts.netloc, "/v2/", "", ""))
    check = f"is it running? `curl {probe}`"
    return RegistryError(
        f"{request.method} {url}: {cause}",
        method=request.method,
        url=url,
        temporary=cause.temporary,
        hints=cause.hints or (check,),
    )


def _diagnostics(body: bytes) -> list[tuple[str, str]]:
    """Codes and messages of the errors in a body; none when it is not in the spec's form."""
    try:
        found = json.loads(body)
    except ValueError:
        return []
    errors = found.get("errors") if isinstance(found, dict) else None
    items: list[Any] = errors if isinstance(errors, list) else []
    return [
        (str(item.get("code", "")), str(item.get("message", ""))) for item in items if isinstance(item, dict)
    ]


def _hints(status: int, host: str) -> tuple[str, ...]:
    if status == 401:
        return (f"log in: `docker login {host}`",)
    if status == 403:
        return (
            "the credentials are known, but may not do this: ask for the right, or log in as somebody else",
        )
    if status == 404:
        return ("does the repository exist? some registries want it created before the first push",)
    return ()
