"""The phases of a job, each told once, from descriptions that are looked at now and then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from skylift.values.jobs import Entered

_BEFORE_LINES = "Training"


class Phases:
    """Remembers what was told.

    A phase may begin and end between two looks; the description keeps them all.
    """

    def __init__(self) -> None:
        self._told: list[str] = []

    def news(self, description: Mapping[str, object]) -> list[Entered]:
        """What the job entered since the last description, in order."""
        found = _phases(description)
        if found[: len(self._told)] != self._told:
            # Not what it said before: its present state is all that can be relied on.
            current = found[-1:]
            found = self._told + (current if current != self._told[-1:] else [])
        news = [Entered(phase, number) for number, phase in enumerate(found)][len(self._told) :]
        self._told = found
        return news


def split_at_lines(news: Sequence[Entered]) -> tuple[Sequence[Entered], Sequence[Entered]]:
    """What belongs before the lines that came meanwhile, and what behind them: jobs print in Training."""
    trained = [index for index, entered in enumerate(news) if entered.secondary == _BEFORE_LINES]
    cut = trained[-1] + 1 if trained else 0
    return news[:cut], news[cut:]


def _phases(description: Mapping[str, object]) -> list[str]:
    listed = description.get("SecondaryStatusTransitions")
    items = listed if isinstance(listed, list) else []
    statuses = [str(item["Status"]) for item in items if isinstance(item, Mapping) and item.get("Status")]
    # The list may be a moment behind, and the service may list one phase twice, with other words.
    return _without_repetition([*statuses, str(description.get("SecondaryStatus") or "")])


def _without_repetition(statuses: Iterable[str]) -> list[str]:
    found: list[str] = []
    for status in statuses:
        if status and found[-1:] != [status]:
            found.append(status)
    return found
