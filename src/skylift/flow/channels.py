"""The channels of one run: where their inputs come from, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skylift.data.dataset import version_of
from skylift.data.glance import Glance, glance
from skylift.data.scan import scan
from skylift.errors import NotReady
from skylift.flow.sources import Sources
from skylift.project.files.made import carry, maker_of
from skylift.values.jobs import DatasetFile
from skylift.values.settings import ChannelSettings, TargetSettings

_READ_AT_MOST = 1 << 30
"""Bytes of a local channel that are hashed before a job here starts; beyond, a fingerprint has to do."""


@dataclass(frozen=True)
class ChannelInput:
    """A channel with what is known of its content."""

    name: str
    settings: ChannelSettings
    folder: Path | None = None
    """On this machine; None when the channel is read where it lies."""
    files: tuple[DatasetFile, ...] | None = None
    """None when nobody read them all: for a job on this machine a quick look may have to do."""
    seen: Glance | None = None

    @property
    def version(self) -> str | None:
        return version_of(self.files) if self.files is not None else None

    @property
    def identity(self) -> str:
        """What tells this input from another: version, fingerprint, or the place it lies at."""
        return self.version or (self.seen.fingerprint if self.seen else self.source)

    @property
    def source(self) -> str:
        return str((self.settings.cloud if self.folder is None else None) or self.settings.local)


def channel_input(
    sources: Sources, target: TargetSettings, named: tuple[str, str], said: ChannelSettings
) -> ChannelInput:
    job, name = named
    if target.backend == "sagemaker" and said.cloud:
        return ChannelInput(name, said)
    if not said.local:
        raise NotReady(
            f"channel `{name}` has no folder on this machine",
            hints=(f'give it one: [channels] {name} = {{ local = "…", cloud = "{said.cloud}" }}',),
        )
    folder = sources.home / said.local
    if not folder.is_dir():
        raise NotReady(
            f"channel `{name}` is the folder {said.local}, which is not there",
            hints=(_how_to_get(sources, job, said.local),),
            folder=str(folder),
        )
    if target.backend == "sagemaker" and said.mode != "File":
        raise NotReady(
            f"channel `{name}` has mode {said.mode}, and a folder of this machine travels in mode File",
            hints=('leave the mode out, or say where the data lies: cloud = "s3://…"',),
        )
    seen = glance(folder)
    must_read = target.backend == "sagemaker" or (seen.bytes <= _READ_AT_MOST and not seen.has_links)
    files = scan(folder) if must_read else None
    return ChannelInput(name, said, folder.resolve(), files, seen)


def _how_to_get(sources: Sources, job: str, folder: str) -> str:
    maker = maker_of(folder, sources.settings.jobs.values(), job)
    if maker is None:
        return "put the data there, or change [channels]"
    return f"the job `{maker.job}` makes it: {carry(maker.job, maker.kind, maker.into)}"


def channel_facts(channel: ChannelInput) -> dict[str, Any]:
    """What the record says of a channel."""
    facts: dict[str, Any] = {"source": channel.source, "version": channel.version}
    if channel.seen is not None:
        facts |= {"files": channel.seen.files, "bytes": channel.seen.bytes}
    if channel.seen is not None and channel.version is None:
        facts["fingerprint"] = channel.seen.fingerprint
    return facts
