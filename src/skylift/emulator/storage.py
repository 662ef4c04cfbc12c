"""The port to where a job's inputs come from and its artifacts go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from skylift.emulator.snapshot import Snapshot

ArtifactName = Literal["model", "output"]


@dataclass(frozen=True)
class Mount:
    """A folder or file of this machine that the job sees in its tree."""

    source: Path
    at: Path
    """Where it is shown, below the tree's root."""
    writable: bool = False
    before: Snapshot = field(default_factory=dict)
    """What it looked like when it was lent, where that is checked afterwards."""


class Storage(Protocol):
    def materialize(self, channel: Mapping[str, Any], into: Path) -> Mount | None:
        """Bring a channel to ``into``, or say what to show there instead.

        :raises JobFault: when there is nothing, or it can not be laid out as files.
        """

    def restore(self, request: Mapping[str, Any], into: Path) -> Mount | None:
        """Bring earlier checkpoints, as ``materialize`` brings a channel."""

    def save(self, request: Mapping[str, Any], folder: Path, saved: Snapshot) -> Snapshot:
        """Store the checkpoints that are other than ``saved``; what is stored now."""

    def location(self, request: Mapping[str, Any], name: ArtifactName) -> str:
        """The URI that ``store`` will give an artifact."""

    def store(self, request: Mapping[str, Any], name: ArtifactName, archive: Path) -> None:
        """Take an archive to its place; ``archive`` may be moved."""

    def changes(self, mounts: Sequence[Mount]) -> tuple[str, ...]:
        """A warning for each mount that is not as it was when it was lent."""
