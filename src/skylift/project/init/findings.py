"""What one part of ``init`` found out: keys of the config, rows of the report, and what it leaves to the user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from skylift.values.project import Unbound, Understood


@dataclass
class Findings:
    """Filled part by part; the order of the parts is the order in the file and in the report."""

    config: dict[str, Any] = field(default_factory=dict)
    understood: list[Understood] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    unbound: list[Unbound] = field(default_factory=list)
    """What of that is about an option which the config may bind."""

    def add(self, key: str, value: Any, why: str, *, sure: bool = True, topic: str = "") -> None:
        """A key of the config with its row in the report."""
        self.config[key] = value
        shown = ", ".join(value) if isinstance(value, list) else str(value)
        self.say(topic or key, shown, why, sure=sure)

    def say(self, topic: str, value: str, why: str, *, sure: bool = True) -> None:
        """A row in the report that is no key of the config."""
        self.understood.append(Understood(topic, value, why, sure))

    def take(self, other: Findings) -> None:
        """All that another part found; its tables are laid over ours."""
        self.config = _over(self.config, other.config)
        self.understood += other.understood
        self.left += other.left
        self.unbound += other.unbound


def _over(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(ours)
    for key, value in theirs.items():
        known = merged.get(key)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            merged[key] = _over(known, value)
        elif isinstance(known, Mapping) and isinstance(value, str):
            # A channel whose place in the cloud is known, and now its folder here.
            merged[key] = {"local": value, **known}
        else:
            merged[key] = value
    return merged
