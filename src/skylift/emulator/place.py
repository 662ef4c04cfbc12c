"""Where one emulated job lives on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from skylift_runtime.contract import Tree


@dataclass(frozen=True)
class JobPlace:
    """``root`` is the folder that stands for ``/opt/ml``; of several hosts, the one that holds theirs."""

    root: Path

    def of(self, host: str, peers: Sequence[str]) -> JobPlace:
        """Where one host's tree is."""
        return self if len(peers) == 1 else JobPlace(self.root / host)

    @property
    def tree(self) -> Tree:
        return Tree(str(self.root))

    def holds(self, path: Path) -> bool:
        """Whether a path of the tree still leads into it: the job may have put a link anywhere on the way."""
        try:
            return path.resolve().is_relative_to(self.root.resolve())
        except (OSError, RuntimeError):  # a loop of links is a RuntimeError before Python 3.13
            return False

    @property
    def owned(self) -> Path:
        """What runs outside of our own process, so that ``orphans.end`` finds it when we died."""
        return self.root.parent / "process.json"

    @property
    def scratch(self) -> Path:
        """What the job writes into its channels, apart from the channels themselves, and its ``/etc/hosts``."""
        return self.root.with_name(f".{self.root.name}.scratch")

    @property
    def archives(self) -> Path:
        """Where artifacts are packed before they are stored."""
        return self.root / ".archives"
