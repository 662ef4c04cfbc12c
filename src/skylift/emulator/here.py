"""Storage on this machine: channels are lent, artifacts land in a folder.

The user's own data is shown, never copied and never written by us. Where only a link can show it, a
look before and after tells when the job wrote through it.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote_to_bytes, urlsplit

from skylift.emulator.artifacts import is_compressed
from skylift.emulator.job_fault import JobFault
from skylift.emulator.links import lay_links
from skylift.emulator.objects import (
    Found,
    in_key_order,
    is_manifest,
    is_sharded,
    parse_manifest,
    safe_path,
    source_of,
)
from skylift.emulator.pack import Member
from skylift.emulator.snapshot import Facts, Snapshot, differences, facts_of, snapshot
from skylift.emulator.storage import ARTIFACT_FOLDERS, ArtifactName, Mount, Share
from skylift.host.files import remove_tree
from skylift.values.words import first_of

_NAMED_CHANGES = 3


class HereStorage:
    """``file:///`` channels; artifacts at ``<artifacts>/model.tar.gz`` and ``output.tar.gz``.

    Unpacked ones are the folders ``model`` and ``data`` there.
    """

    def __init__(self, artifacts: Path, checkpoints: Path | None = None, *, strict: bool = False) -> None:
        """``strict``: no channel can be written to."""
        self._strict = strict
        self._artifacts = artifacts
        self._checkpoints = checkpoints

    def materialize(self, channel: Mapping[str, Any], into: Path, share: Share) -> Mount | None:
        read_only = self._strict or channel.get("InputMode") == "FastFile"
        if is_manifest(channel) or (is_sharded(channel) and share.hosts > 1):
            shown = lay_links(share.of(channel, self.objects(channel)), into, read_only=read_only)
            return shown and replace(shown, strict=self._strict)
        source = _existing(channel)
        before = snapshot(source)
        if not before:
            raise _empty(channel, source)
        # A single object lands under its own name, as on the service.
        at = into if source.is_dir() else into / source.name
        return Mount(source.resolve(), at, read_only=read_only, strict=self._strict, before=before)

    def objects(self, channel: Mapping[str, Any]) -> Sequence[Found[Path]]:
        source = _existing(channel).resolve()
        if is_manifest(channel):
            return in_key_order(_listed(channel, source))
        found = in_key_order(_below(source))
        if not found:
            raise _empty(channel, source)
        return found

    def open(self, found: Found[Path]) -> AbstractContextManager[BinaryIO]:
        return found.where.open("rb")

    def restore(self, request: Mapping[str, Any], into: Path) -> Mount | None:  # noqa: ARG002 - the port's
        # Written through as they are made: what a job saved is safe even when this machine goes down.
        if self._checkpoints is None:
            return None
        self._checkpoints.mkdir(parents=True, exist_ok=True)
        return Mount(self._checkpoints.resolve(), into, writable=True)

    def save(self, request: Mapping[str, Any], folder: Path, saved: dict[str, Facts]) -> None:
        """What is written through needs no saving."""

    def location(self, request: Mapping[str, Any], name: ArtifactName) -> str:
        if is_compressed(request):
            return self._archive(name).absolute().as_uri()
        return self._folder(name).absolute().as_uri() + "/"

    def store(self, request: Mapping[str, Any], name: ArtifactName, archive: Path) -> None:  # noqa: ARG002 - the port's
        self._artifacts.mkdir(parents=True, exist_ok=True)
        # Artifacts may lie on another disk: the copy gets its name when it is whole.
        part = self._artifacts / f".{name}.part"
        shutil.move(archive, part)
        part.replace(self._archive(name))

    def store_files(
        self,
        request: Mapping[str, Any],  # noqa: ARG002 - the port's
        name: ArtifactName,
        members: Sequence[Member],
    ) -> tuple[str, ...]:
        part = self._artifacts / f".{name}.part"
        remove_tree(part)
        part.mkdir(parents=True)
        for member in members:
            _put(member, part / member.name)
        remove_tree(self._folder(name))
        part.replace(self._folder(name))
        return ()

    def changes(self, mounts: Sequence[Mount]) -> tuple[str, ...]:
        # Hosts are lent the same folder: one of them is enough to say that it changed.
        warnings = dict.fromkeys(_warning(mount) for mount in mounts if mount.before)
        return tuple(warning for warning in warnings if warning)

    def _archive(self, name: ArtifactName) -> Path:
        return self._artifacts / f"{name}.tar.gz"

    def _folder(self, name: ArtifactName) -> Path:
        return self._artifacts / ARTIFACT_FOLDERS[name]


def folder_of(uri: str) -> Path:
    """The path in a ``file:///`` URI.

    :raises JobFault: for any other place: nothing here fetches from the network.

    >>> folder_of("file:///a%20b")
    PosixPath('/a b')
    """
    return Path(_path_of(uri))


def _path_of(uri: str) -> str:
    parts = urlsplit(uri)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise JobFault(f"ClientError: Data download failed: not a folder of this machine: {uri}")
    return os.fsdecode(unquote_to_bytes(parts.path))


def _existing(channel: Mapping[str, Any]) -> Path:
    source = folder_of(source_of(channel)["S3Uri"])
    if not source.exists():
        kind = "manifest" if is_manifest(channel) else "folder"
        name = channel["ChannelName"]
        raise JobFault(f"ClientError: Data download failed: no such {kind} for channel {name}: {source}")
    return source


def _empty(channel: Mapping[str, Any], source: Path) -> JobFault:
    return JobFault(
        "ClientError: Data download failed: no S3 objects found for channel "
        f"{channel['ChannelName']}: the folder is empty: {source}"
    )


def _below(source: Path) -> Iterator[Found[Path]]:
    """Every file of a folder, or the one file it is."""
    if source.is_file():
        yield Found(source.name, source, source.stat().st_size)
    elif source.is_dir():
        yield from _walk(source, "", (source,))


def _walk(folder: Path, prefix: str, above: tuple[Path, ...]) -> Iterator[Found[Path]]:
    """``above`` are the real folders on the way: a link back to one of them would never end."""
    for path in folder.iterdir():
        name = prefix + path.name
        if path.is_file():
            yield Found(name, path, path.stat().st_size)
        elif path.is_dir():
            real = path.resolve()
            if real not in above:
                yield from _walk(path, f"{name}/", (*above, real))


def _listed(channel: Mapping[str, Any], manifest: Path) -> Iterator[Found[Path]]:
    """What a manifest names: its prefix is a URI, what follows are plain names."""
    uri, names = parse_manifest(manifest.read_bytes(), str(manifest))
    prefix = _path_of(uri)
    for name in names:
        safe_path(name)
        path = Path(prefix + name)
        if not path.is_file():
            raise JobFault(
                f"ClientError: Data download failed: channel {channel['ChannelName']}: "
                f"no such file, though the manifest lists it: {path}"
            )
        yield Found(name, path, path.stat().st_size)


def _put(member: Member, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if member.kind == "folder":
        target.mkdir(exist_ok=True)
    elif member.kind == "link":
        target.symlink_to(member.source.readlink())
    else:
        shutil.copyfile(member.source, target)
        target.chmod(0o755 if member.source.stat().st_mode & stat.S_IXUSR else 0o644)


def _now(mount: Mount) -> Snapshot:
    if mount.in_part:
        return facts_of(mount.source, mount.before)
    return snapshot(mount.source) if mount.source.exists() else {}


def _warning(mount: Mount) -> str:
    after = _now(mount)
    found = differences(mount.before, after)
    if not found:
        return ""
    return f"your data at {mount.source} changed during the job: {first_of(found, _NAMED_CHANGES)}"
