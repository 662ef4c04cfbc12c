"""The one retry loop: the error itself says whether another try may help."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timezone
from email.utils import parsedate_to_datetime
from itertools import count
from typing import TypeVar

from skylift.errors import RemoteError
from skylift.values.ports import Clock

_FIRST_WAIT_S = 0.25
_LONGEST_WAIT_S = 60.0
RETRY_AFTER = "retry_after_s"
"""Key of a RemoteError's facts: how long the service asked us to wait."""

TEMPORARY_STATUSES = frozenset({408, 429, 500, 502, 503, 504})

T = TypeVar("T")


def retrying(attempt: Callable[[], T], *, clock: Clock, attempts: int) -> T:
    """Call ``attempt`` until it succeeds, fails for good, or has had its tries.

    Waits 0.25 s, then twice as long each time, or as long as the service asked.
    """
    for tried in count(1):
        try:
            return attempt()
        except RemoteError as error:  # noqa: PERF203 - a network call dwarfs it
            if not error.temporary or tried >= attempts:
                raise
            asked = error.facts.get(RETRY_AFTER)
            wait = asked if isinstance(asked, float) else _FIRST_WAIT_S * 2 ** (tried - 1)
            clock.sleep(min(wait, _LONGEST_WAIT_S))
    raise AssertionError


def retry_after_s(header: str | None, clock: Clock) -> float | None:
    """Seconds that a Retry-After header asks for; it holds a number or a date (RFC 9110, 10.2.3)."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        then = parsedate_to_datetime(header)
    except ValueError:
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=timezone.utc)
    return max(0.0, (then - clock.now()).total_seconds())
