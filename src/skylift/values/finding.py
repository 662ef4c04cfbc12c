"""What ``skylift check`` finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from skylift_runtime.redaction import redact_text

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Line:
    """A line that belongs at the end of a file of the project: what ``--fix`` may do by itself."""

    file: str
    text: str


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or may be."""

    id: str
    """What kind of thing: ``secret-ships``. docs/checks.md lists them."""
    severity: Severity
    """An ``error`` keeps a run from starting, or lets out what must stay; a ``warning`` may spoil one."""
    where: str
    """``file:line``, or a file and the key of the config in it."""
    what: str
    remedy: str = ""
    fix: Line | None = None
    waits: bool = False
    """Nothing has to be edited: something has to be made, fetched or put there first."""

    def __post_init__(self) -> None:
        for name in ("where", "what", "remedy"):
            object.__setattr__(self, name, redact_text(getattr(self, name)))

    @property
    def fixable(self) -> bool:
        return self.fix is not None
