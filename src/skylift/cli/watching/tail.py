"""Whoever comes later to a run is shown how it stands, and not all that was printed before."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from skylift.values.jobs import Event, LogLine, Pause


def with_tail(events: Iterable[Event], tail: int) -> Iterator[Event]:
    """The events, but of the lines that were there before the first pause only the last few."""
    kept: deque[Event] | None = deque(maxlen=tail)
    for event in events:
        if kept is not None and isinstance(event, LogLine):
            kept.append(event)
            continue
        if kept is not None and isinstance(event, Pause):
            yield from kept
            kept = None
        yield event
    yield from kept or ()
