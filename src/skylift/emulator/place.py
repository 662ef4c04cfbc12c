"""Where one emulated job lives on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from skylift_runtime.contract import Tree


@dataclass(frozen=True)
class JobPlace:
    """``root`` is the folder that stands for ``/opt/ml``."""

    root: Path

    @property
    def tree(self) -> Tree:
        return Tree(str(self.root))

    @property
    def owned(self) -> Path:
        """What runs outside of our own process, so that ``orphans.end`` finds it when we died."""
        return self.root.parent / "process.json"

    @property
    def archives(self) -> Path:
        """Where artifacts are packed before they are stored."""
        return self.root / ".archives"
