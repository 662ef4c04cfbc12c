"""Moments and patterns as people type them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone

from skylift.errors import UsageError
from skylift.flow.demands import seconds
from skylift.report.text import safe, width

_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_LONGEST = timedelta(days=36_500)


def moment(option: str, text: str | None, now: datetime) -> datetime | None:
    """The moment that an option's text stands for: so long ago, a time of today, or a date with or without a time.

    What has no zone is meant as the clock on the wall shows it. None where the option is not given.

    :raises UsageError: when it is none of these.
    """
    if text is None:
        return None
    said = text.strip()
    try:
        if _CLOCK.fullmatch(said):
            today = datetime.combine(now.astimezone().date(), time.fromisoformat(said.zfill(5)))
            return today.astimezone(timezone.utc)
        found = datetime.fromisoformat(re.sub("[Zz]$", "+00:00", said))
        return found.astimezone(timezone.utc)
    except (ValueError, OverflowError, OSError):
        return now - _ago(option, said)


def _ago(option: str, text: str) -> timedelta:
    try:
        ago = timedelta(seconds=seconds(option, text) or 0)
    except (UsageError, OverflowError) as error:
        example = date.today().isoformat()  # noqa: DTZ011 - of the clock on the wall, as it will be typed
        wanted = f'"10m" or "2d" ago, "14:30" of today, or a date: "{example}", "{example}T14:30Z"'
        raise UsageError(f"{option} wants a time: {wanted}; not {text!r}") from error
    return min(ago, _LONGEST)


def pattern(option: str, text: str | None, *, any_case: bool) -> re.Pattern[str] | None:
    """
    :raises UsageError: when it is no regular expression; it shows where.
    """
    if text is None:
        return None
    try:
        return re.compile(text, re.IGNORECASE if any_case else 0)
    except (re.error, OverflowError, RecursionError) as error:
        what = error.msg if isinstance(error, re.error) else str(error)
        at = getattr(error, "pos", None)
        lines = [f"{option}: no regular expression: {what}"]
        if at is not None:
            lines += [safe(text), " " * width(safe(text[:at])) + "^"]
        raise UsageError(
            "\n".join(lines), hints=(f"as plain text: {option} '{re.escape(safe(text))}'",)
        ) from error
