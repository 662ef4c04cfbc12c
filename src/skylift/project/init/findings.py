"""What one part of ``init`` found out: keys of the config, rows of the report, and what it leaves to the user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from skylift.values.project import Understood


@dataclass
class Findings:
    """Filled part by part; the order of the parts is the order in the file and in the report."""

    config: dict[str, Any] = field(default_factory=dict)
    understood: list[Understood] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def add(self, key: str, value: Any, why: str, *, sure: bool = True, topic: str = "") -> None:
        """A key of the config with its row in the report."""
        self.config[key] = value
        shown = ", ".join(value) if isinstance(value, list) else str(value)
        self.say(topic or key, shown, why, sure=sure)

    def say(self, topic: str, value: str, why: str, *, sure: bool = True) -> None:
        """A row in the report that is no key of the config."""
        self.understood.append(Understood(topic, value, why, sure))

    def take(self, other: Findings) -> None:
        """All that another part found; its tables are laid into ours."""
        self.config = _laid(self.config, other.config)
        self.understood += other.understood
        self.left += other.left


def _laid(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    both = {**ours, **theirs}
    for key, value in theirs.items():
        mine = ours.get(key)
        if isinstance(mine, Mapping) and isinstance(value, Mapping):
            both[key] = _laid(mine, value)
    return both
