"""The phases of a job, each told once, from descriptions that are looked at now and then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from skylift.values.jobs import Entered
from skylift.values.record import moment

_BEFORE_LINES = "Training"

_Phase = tuple[str, datetime | None]


class Phases:
    """Remembers what was told.

    A phase may begin and end between two looks; the description keeps them all.
    """

    def __init__(self) -> None:
        self._told: list[str] = []

    def news(self, description: Mapping[str, object]) -> list[Entered]:
        """What the job entered since the last description, in order."""
        phases = _phases(description)
        found = [phase for phase, _ in phases]
        if found[: len(self._told)] != self._told:
            # Not what it said before: its present state is all that can be relied on.
            current = phases[-1:] if found[-1:] != self._told[-1:] else []
            phases = [*((phase, None) for phase in self._told), *current]
        news = [Entered(phase, number, since) for number, (phase, since) in enumerate(phases)]
        news = news[len(self._told) :]
        self._told = [phase for phase, _ in phases]
        return news


def split_at_lines(news: Sequence[Entered]) -> tuple[Sequence[Entered], Sequence[Entered]]:
    """What belongs before the lines that came meanwhile, and what behind them: jobs print in Training."""
    trained = [index for index, entered in enumerate(news) if entered.secondary == _BEFORE_LINES]
    cut = trained[-1] + 1 if trained else 0
    return news[:cut], news[cut:]


def _phases(description: Mapping[str, object]) -> list[_Phase]:
    listed = description.get("SecondaryStatusTransitions")
    items = listed if isinstance(listed, list) else []
    phases = [_phase(item) for item in items if isinstance(item, Mapping) and item.get("Status")]
    # The list may be a moment behind, and the service may list one phase twice, with other words.
    return _without_repetition([*phases, (str(description.get("SecondaryStatus") or ""), None)])


def _phase(item: Mapping[str, object]) -> _Phase:
    return str(item["Status"]), moment(item.get("StartTime"))


def _without_repetition(phases: Iterable[_Phase]) -> list[_Phase]:
    found: list[_Phase] = []
    for status, since in phases:
        if status and (not found or found[-1][0] != status):
            found.append((status, since))
    return found
