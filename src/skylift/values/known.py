"""What is kept of runs besides their records, so that they can be compared, and run again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KnownFile:
    """One file of a run's code or data, as it was."""

    path: str
    sha256: str = ""
    """Empty for a link, and for a file of data that nobody read."""
    size: int = 0
    executable: bool = False
    link: str = ""
    """What a link leads to."""
    modified_ns: int = 0
    """Only of data that nobody read."""

    @property
    def content(self) -> tuple[str, str, int, int]:
        """Equal for files that hold the same."""
        return self.link, self.sha256, self.size, self.modified_ns
