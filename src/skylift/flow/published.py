"""Data of an earlier run on the service: its dataset is immutable, and is there whatever its folder holds now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from skylift.data.dataset import Datasets, version_of
from skylift.data.glance import Glance
from skylift.errors import SkyliftError
from skylift.flow.channels import ChannelInput, channel_facts
from skylift.flow.preparing import Prepared
from skylift.flow.world import Cloud
from skylift.runs.known import Known
from skylift.values.jobs import DatasetFile
from skylift.values.progress import Progress
from skylift.values.record import Record


def with_published_data(prepared: Prepared, record: Record, cloud: Cloud, known: Known) -> Prepared:
    """The run with the dataset versions that an earlier one had, as far as they lie in the storage."""
    if prepared.target.backend != "sagemaker":
        return prepared
    channels = tuple(_as_then(prepared, channel, record, cloud, known) for channel in prepared.channels)
    facts = {channel.name: channel_facts(channel) for channel in channels}
    return replace(prepared, channels=channels, ours={**prepared.ours, "channels": facts})


def _as_then(
    prepared: Prepared, channel: ChannelInput, record: Record, cloud: Cloud, known: Known
) -> ChannelInput:
    then = record.at("Skylift.channels")
    facts = then.get(channel.name) if isinstance(then, Mapping) else None
    version = facts.get("version") if isinstance(facts, Mapping) else None
    if channel.folder is None or not isinstance(version, str) or version in ("", channel.version):
        return channel
    try:
        home = cloud.storage(prepared.sources.settings.name)
        datasets = Datasets(cloud.store, home.join("data"))
        files = _kept(known, version) or datasets.files_of(channel.name, version)
        there = (
            version_of(files) == version and not datasets.plan(channel.name, channel.folder, files).new_files
        )
    except SkyliftError as problem:
        what = f"channel {channel.name}: whether dataset {version[:12]} is there is not known: {problem}"
        prepared.sources.world.report(Progress("warning", what))
        return channel
    if not there:
        return channel
    what = f"{channel.name}: dataset {version[:12]}, as then; its folder has changed since"
    prepared.sources.world.report(Progress("data", what))
    seen = Glance(len(files), sum(file.size for file in files), "", has_links=False)
    return replace(channel, files=files, seen=seen)


def _kept(known: Known, version: str) -> tuple[DatasetFile, ...]:
    found = (known.data(version) or {}).values()
    return tuple(DatasetFile(file.path, file.sha256, file.size, file.executable) for file in found)
