"""The port to where a job's inputs come from and its artifacts go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol

from skylift.emulator.objects import Found, is_sharded
from skylift.emulator.pack import Member
from skylift.emulator.snapshot import Facts, Snapshot

ArtifactName = Literal["model", "output"]
ARTIFACT_FOLDERS: Mapping[ArtifactName, str] = {"model": "model", "output": "data"}
"""Where the files of an artifact go that is not packed."""


@dataclass(frozen=True)
class Share:
    """One host among those of its job."""

    host: int
    """Its index; the first is 0."""
    hosts: int

    def of(self, channel: Mapping[str, Any], found: Sequence[Found[Any]]) -> Sequence[Found[Any]]:
        """The objects of a channel that this host gets: all, or with ShardedByS3Key every n-th.

        The service says that each host gets about as many, not which ones.
        """
        return found[self.host :: self.hosts] if is_sharded(channel) else found


SOLE = Share(0, 1)


@dataclass(frozen=True)
class Mount:
    """A folder or file of this machine that the job sees in its tree."""

    source: Path
    at: Path
    """Where it is shown, below the tree's root."""
    writable: bool = False
    """What the job writes there stays in ``source``: checkpoints."""
    read_only: bool = False
    """The job can not even make files of its own there, as in FastFile mode. Elsewhere a channel is the
    job's own copy on the service, so that it may; they must not reach ``source`` all the same."""
    strict: bool = False
    """Where that can not be kept the job is not to start."""
    before: Snapshot = field(default_factory=dict)
    """What it looked like when it was lent, where that is checked afterwards."""
    in_part: bool = False
    """The job is given only what ``before`` names: anything else in ``source`` is none of its business."""


class Storage(Protocol):
    def materialize(self, channel: Mapping[str, Any], into: Path, share: Share) -> Mount | None:
        """Bring a host's part of a channel to ``into``, or say what to show there instead.

        For the modes File and FastFile. ``into`` is a folder below ``<tree>/input/data``.

        :raises JobFault: when there is nothing, or it can not be laid out as files.
        """

    def objects(self, channel: Mapping[str, Any]) -> Sequence[Found[Any]]:
        """What a channel is made of, in the order of its keys.

        :raises JobFault: when there is nothing.
        """

    def open(self, found: Found[Any]) -> AbstractContextManager[BinaryIO]:
        """One of these objects, as a stream."""

    def restore(self, request: Mapping[str, Any], into: Path) -> Mount | None:
        """Bring earlier checkpoints, as ``materialize`` brings a channel."""

    def save(self, request: Mapping[str, Any], folder: Path, saved: dict[str, Facts]) -> None:
        """Make what is stored of a job's checkpoints equal to ``folder``.

        :param saved: what this job has restored or stored; brought up to date with each file, so that it is
            right whatever happens on the way.
        """

    def location(self, request: Mapping[str, Any], name: ArtifactName) -> str:
        """The URI that an artifact will have; it ends in a slash where the files are stored as they are."""

    def store(self, request: Mapping[str, Any], name: ArtifactName, archive: Path) -> None:
        """Take an archive to its place; ``archive`` may be moved."""

    def store_files(
        self, request: Mapping[str, Any], name: ArtifactName, members: Sequence[Member]
    ) -> tuple[str, ...]:
        """Take files to their place, unpacked; the names of those that can not be stored there."""

    def changes(self, mounts: Sequence[Mount]) -> tuple[str, ...]:
        """A warning for each mount that is not as it was when it was lent."""
