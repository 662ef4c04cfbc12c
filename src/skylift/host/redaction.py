"""Keeping credentials out of everything that people and files get to see."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from skylift.values.secrets import is_secret
from skylift_runtime.redaction import redact_text

__all__ = ["redact_text", "redact_url", "redacted", "without_secret"]

_SHOWN_PARAMETERS = frozenset(
    {"scope", "service", "digest", "mount", "from", "n", "last", "rev", "subdirectory", "egg"}
)


def redact_url(url: str) -> str:
    """A URL without userinfo, and with only those query values that are known to be harmless.

    >>> redact_url("https://user:secret@example.com/a?digest=sha256:1&X-Amz-Signature=ff")
    'https://example.com/a?digest=sha256%3A1&X-Amz-Signature=REDACTED'
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode(
        [(key, value if key.lower() in _SHOWN_PARAMETERS else "REDACTED") for key, value in pairs]
    )
    return urlunsplit((parts.scheme, host, parts.path, query, parts.fragment))


def redacted(value: object) -> object:
    """A value of JSON's kinds with every text in it redacted.

    >>> redacted({"a": ["https://u:p@h/"], "b": 1})
    {'a': ['https://h/'], 'b': 1}
    """
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {redacted(key) if isinstance(key, str) else key: redacted(item) for key, item in value.items()}
    return [redacted(item) for item in value] if isinstance(value, list | tuple) else value


def without_secret(name: str, value: object) -> object:
    """A value that a program's source has for a parameter, for those who do not read the source.

    >>> without_secret("db-password", "hunter2"), without_secret("url", "https://u:p@h/"), without_secret("lr", 0.1)
    ('REDACTED', 'https://h/', 0.1)
    """
    hidden = isinstance(value, str) and is_secret(name, value)
    return "REDACTED" if hidden else redacted(value)
