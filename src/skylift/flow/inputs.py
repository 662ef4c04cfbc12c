"""Where a run's channels, output and checkpoints are: folders here, datasets and prefixes on S3."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from skylift.data.dataset import Datasets
from skylift.errors import UsageError
from skylift.flow.channels import ChannelInput
from skylift.flow.preparing import Prepared
from skylift.flow.world import Cloud
from skylift.host.files import canonical_json, write_bytes
from skylift.values.jobs import ChannelSpec, DatasetFile
from skylift.values.plan import DataPlan
from skylift.values.ports import ObjectStore
from skylift.values.project import Revision
from skylift.values.references import S3Url
from skylift.values.run_folder import RunFolder
from skylift_runtime.contract import ARGUMENTS_FILE, INDEX_FILE, RESERVED_CHANNEL


@dataclass(frozen=True)
class Inputs:
    channels: tuple[ChannelSpec, ...]
    output: str
    checkpoints: str | None
    plans: tuple[DataPlan, ...]
    publish: Callable[[], None]
    """Puts there what the channels name; calling it again does no harm."""


@dataclass(frozen=True)
class _Folder:
    """A local channel that travels as a dataset."""

    name: str
    folder: Path
    files: tuple[DatasetFile, ...]


def folder_inputs(prepared: Prepared, folder: RunFolder) -> Inputs:
    """For a job on this machine: the user's own folders, and artifacts beside the record."""
    channels = [
        _spec(channel, channel.folder.as_uri()) for channel in prepared.channels if channel.folder is not None
    ]
    oversize = prepared.wire.oversize

    def publish() -> None:
        if oversize:
            write_bytes(folder.reserved / ARGUMENTS_FILE, canonical_json(oversize))

    if oversize:
        channels.append(ChannelSpec(RESERVED_CHANNEL, folder.reserved.as_uri()))
    return Inputs(tuple(channels), folder.artifacts.as_uri(), None, (), publish)


def service_inputs(prepared: Prepared, cloud: Cloud) -> Inputs:
    """For a job on the service: local folders as datasets, everything below ``<storage>/<project>``."""
    home = cloud.storage(prepared.sources.settings.name)
    datasets = Datasets(cloud.store, home.join("data"))
    local = [
        _Folder(c.name, c.folder, c.files) for c in prepared.channels if c.folder and c.files is not None
    ]
    plans = tuple(datasets.plan(item.name, item.folder, item.files) for item in local)
    index, oversize = home.join("inputs", prepared.name), prepared.wire.oversize

    def publish() -> None:
        claim(cloud.store, home, prepared.sources.revision)
        for item in local:
            datasets.push(item.name, item.folder, item.files, prepared.sources.world.report)
        if local:
            cloud.store.write(index.join(INDEX_FILE), canonical_json(_indexes(local)))
        if oversize:
            cloud.store.write(index.join(ARGUMENTS_FILE), canonical_json(oversize))

    channels = [
        _spec(channel, datasets.manifest_url(channel.name, str(channel.version)), manifest=True)
        if channel.folder is not None
        else _spec(channel, str(channel.settings.cloud))
        for channel in prepared.channels
    ]
    if local or oversize:
        channels.append(ChannelSpec(RESERVED_CHANNEL, str(index.folder)))
    return Inputs(
        tuple(channels),
        str(home.join("output")),
        str(home.join("checkpoints", prepared.name)),
        plans,
        publish,
    )


def _spec(channel: ChannelInput, uri: str, *, manifest: bool = False) -> ChannelSpec:
    said = channel.settings
    return ChannelSpec(
        channel.name,
        uri,
        mode=said.mode,
        distribution=said.distribution,
        data_type="ManifestFile" if manifest else "S3Prefix",
        content_type=said.content_type,
        compression=said.compression,
        record_wrapper=said.record_wrapper,
        shuffle_seed=said.shuffle_seed,
    )


def _indexes(folders: list[_Folder]) -> Mapping[str, object]:
    return {item.name: [asdict(file) for file in item.files] for item in folders}


def claim(store: ObjectStore, home: S3Url, revision: Revision) -> None:
    """Mark ``<storage>/<project>`` as this project's, or find that another of its name was here first.

    :raises UsageError: when the marker names another repository.
    """
    marker = home.join("owner.json")
    wanted = {"schema": 1, "identity": revision.identity}
    if store.write(marker, canonical_json(wanted), only_if_absent=True):
        return
    found = json.loads(store.read(marker) or b"{}")
    theirs = found.get("identity", "")
    if theirs and revision.identity and theirs != revision.identity:
        raise UsageError(
            f"{home} belongs to another project of the same name",
            hints=("choose another name or storage in the config",),
            marker=str(marker),
        )
