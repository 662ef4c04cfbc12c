"""Credentials in the URLs of a text, taken out of it."""

from __future__ import annotations

import re

# Bounded: in a line of megabytes each letter could begin a name.
_USERINFO = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]{0,40}://)[^/\s'\"]+@")
# `sig` is Azure's.
_SECRET_PARAMETER = re.compile(
    r"(?P<name>[?&](?:[\w-]{0,60}(?:token|key|secret|password|signature|credential)[\w-]{0,60}|sig)=)[^&\s'\"]+",
    re.IGNORECASE,
)


def redact_text(text: str) -> str:
    """Text without the userinfo of any URL in it, and without the values that sign one.

    >>> redact_text("cloning https://x:tok@git.example.com/r.git failed")
    'cloning https://git.example.com/r.git failed'
    >>> redact_text("403: https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=ff")
    '403: https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=REDACTED'
    """
    return _SECRET_PARAMETER.sub(r"\g<name>REDACTED", _USERINFO.sub(r"\g<scheme>", text))
