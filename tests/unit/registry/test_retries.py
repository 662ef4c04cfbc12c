"""When to try again, and after how long."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from skylift.errors import RemoteError
from skylift.registry.retries import retry_after_s, retrying


class FastClock:
    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("5", 5.0),
        ("Fri, 02 Jan 2026 03:04:35 GMT", 30.0),
        ("Fri, 02 Jan 2026 03:04:35 -0000", 30.0),
        ("Thu, 01 Jan 2026 00:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert retry_after_s(header, FastClock()) == seconds


def test_wait_is_never_longer_than_a_minute() -> None:
    clock = FastClock()
    errors = [RemoteError("busy", temporary=True, retry_after_s=3600.0)]

    def attempt() -> int:
        if errors:
            raise errors.pop()
        return 7

    assert retrying(attempt, clock=clock, attempts=2) == 7
    assert clock.slept == [60.0]


def test_lasting_errors_are_not_repeated() -> None:
    clock, tries = FastClock(), []

    def attempt() -> None:
        tries.append(1)
        raise RemoteError("no")

    with pytest.raises(RemoteError):
        retrying(attempt, clock=clock, attempts=5)
    assert (len(tries), clock.slept) == (1, [])
