"""Storage on this machine: channels are lent, artifacts land in a folder.

The user's own data is shown, never copied and never written by us. Where only a link can show it, a
look before and after tells when the job wrote through it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from skylift.emulator.faults import JobFault
from skylift.emulator.snapshot import Snapshot, differences, snapshot
from skylift.emulator.storage import ArtifactName, Mount

_NAMED_CHANGES = 3


class HereStorage:
    """``file:///`` channels; artifacts at ``<artifacts>/model.tar.gz`` and ``output.tar.gz``."""

    def __init__(self, artifacts: Path, checkpoints: Path | None = None, *, strict: bool = False) -> None:
        """``strict``: no channel can be written to."""
        self._strict = strict
        self._artifacts = artifacts
        self._checkpoints = checkpoints

    def materialize(self, channel: Mapping[str, Any], into: Path) -> Mount | None:
        name = channel["ChannelName"]
        uri = channel["DataSource"]["S3DataSource"]["S3Uri"]
        source = folder_of(uri)
        if not source.exists():
            raise JobFault(f"ClientError: Data download failed: no such folder for channel {name}: {source}")
        before = snapshot(source)
        if not before:
            raise JobFault(
                f"ClientError: Data download failed: no S3 objects found for channel {name}: "
                f"the folder is empty: {source}"
            )
        # A single object lands under its own name, as on the service.
        at = into if source.is_dir() else into / source.name
        return Mount(source.resolve(), at, before=before)

    def restore(self, request: Mapping[str, Any], into: Path) -> Mount | None:  # noqa: ARG002 - the port's
        # Written through as they are made: what a job saved is safe even when this machine goes down.
        if self._checkpoints is None:
            return None
        self._checkpoints.mkdir(parents=True, exist_ok=True)
        return Mount(self._checkpoints.resolve(), into, writable=True)

    def save(self, request: Mapping[str, Any], folder: Path, saved: Snapshot) -> Snapshot:  # noqa: ARG002 - the port's
        return saved

    def location(self, request: Mapping[str, Any], name: ArtifactName) -> str:  # noqa: ARG002 - the port's
        return self._archive(name).absolute().as_uri()

    def store(self, request: Mapping[str, Any], name: ArtifactName, archive: Path) -> None:  # noqa: ARG002 - the port's
        self._artifacts.mkdir(parents=True, exist_ok=True)
        # Artifacts may lie on another disk: the copy gets its name when it is whole.
        part = self._artifacts / f".{name}.part"
        shutil.move(archive, part)
        part.replace(self._archive(name))

    def changes(self, mounts: Sequence[Mount]) -> tuple[str, ...]:
        warnings = (_warning(mount) for mount in mounts if mount.before)
        return tuple(warning for warning in warnings if warning)

    def _archive(self, name: ArtifactName) -> Path:
        return self._artifacts / f"{name}.tar.gz"


def folder_of(uri: str) -> Path:
    """The path in a ``file:///`` URI.

    :raises JobFault: for any other place: nothing here fetches from the network.

    >>> folder_of("file:///a%20b")
    PosixPath('/a b')
    """
    parts = urlsplit(uri)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise JobFault(f"ClientError: Data download failed: not a folder of this machine: {uri}")
    return Path(os.fsdecode(unquote_to_bytes(parts.path)))


def _warning(mount: Mount) -> str:
    after = snapshot(mount.source) if mount.source.exists() else {}
    found = differences(mount.before, after)
    if not found:
        return ""
    named = ", ".join(found[:_NAMED_CHANGES])
    more = len(found) - _NAMED_CHANGES
    return f"your data at {mount.source} changed during the job: {named}" + (
        f" and {more} more" if more > 0 else ""
    )
