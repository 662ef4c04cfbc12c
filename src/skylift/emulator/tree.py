"""The ``/opt/ml`` tree as a container finds it.

Pure functions give the three documented files of ``input/config``, with every key that the service
writes today (the official local mode leaves some out); one writer makes folders and files, and one
leaves of them what a new instance has.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from skylift.emulator.channels import channels_of
from skylift.emulator.job_fault import JobFault
from skylift.emulator.place import JobPlace
from skylift.errors import UsageError
from skylift.host.files import remove_tree, write_json
from skylift.values.jobs import hosts_of, instance_groups
from skylift_runtime.contract import ML_ROOT, Tree

_HOMOGENEOUS = "homogeneousCluster"
_INTERFACE = "eth0"


def hyperparameters(request: Mapping[str, Any]) -> dict[str, str]:
    """Exactly the request's map: the service decodes nothing."""
    return dict(request.get("HyperParameters") or {})


def input_data_config(request: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """One entry a channel; ContentType only where the request has it, never a location."""
    return {channel["ChannelName"]: _channel(channel) for channel in channels_of(request)}


def _channel(channel: Mapping[str, Any]) -> dict[str, str]:
    source = channel.get("DataSource", {}).get("S3DataSource", {})
    described = {"ContentType": channel["ContentType"]} if channel.get("ContentType") else {}
    return {
        **described,
        "TrainingInputMode": channel["InputMode"],
        "S3DistributionType": source.get("S3DataDistributionType") or "FullyReplicated",
        "RecordWrapperType": channel.get("RecordWrapperType") or "None",
    }


def resource_config(request: Mapping[str, Any], host: str, interface: str = _INTERFACE) -> dict[str, Any]:
    """The cluster as one host sees it. ``hosts`` are sorted as text, those of a group by their number."""
    groups = list(_described_groups(request))
    own = next(group for group in groups if host in group["hosts"])
    return {
        "current_host": host,
        "current_instance_type": own["instance_type"],
        "current_group_name": own["instance_group_name"],
        "hosts": list(hosts_of(request)),
        "instance_groups": groups,
        "network_interface_name": interface,
    }


def _described_groups(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    number = 0
    for group in instance_groups(request):
        count = int(group.get("InstanceCount", 1))
        yield {
            "instance_group_name": group.get("InstanceGroupName", _HOMOGENEOUS),
            "instance_type": group.get("InstanceType", "local"),
            "hosts": [f"algo-{number + index + 1}" for index in range(count)],
        }
        number += count


def checkpoint_path(request: Mapping[str, Any]) -> str:
    """Where checkpoints lie, relative to the tree's root.

    :raises UsageError: for a LocalPath outside of it, which the emulator does not have.

    >>> checkpoint_path({"CheckpointConfig": {"LocalPath": "/opt/ml/checkpoints/"}})
    'checkpoints'
    """
    said = (request.get("CheckpointConfig") or {}).get("LocalPath") or Tree().checkpoints
    path = posixpath.relpath(posixpath.normpath(said), ML_ROOT)
    if path == "." or path.startswith(".."):
        raise UsageError(f"CheckpointConfig.LocalPath must lie below {ML_ROOT}: {said}")
    return path


def write_tree(request: Mapping[str, Any], place: JobPlace, host: str, interface: str = _INTERFACE) -> None:
    """Make the folders and the three files, below ``place.root``."""
    tree = place.tree
    for folder in tree.folders():
        Path(folder).mkdir(parents=True, exist_ok=True)
    write_json(Path(tree.hyperparameters), hyperparameters(request))
    write_json(Path(tree.input_data_config), input_data_config(request))
    write_json(Path(tree.resource_config), resource_config(request, host, interface))


def lose_instance(request: Mapping[str, Any], place: JobPlace) -> None:
    """Leave of the tree what a new instance has too: the checkpoints, and nothing else.

    :raises JobFault: when something can not be removed.
    """
    kept = checkpoint_path(request).split("/")[0]
    try:
        for entry in place.root.iterdir():
            if entry.name == kept:
                continue
            if entry.is_dir() and not entry.is_symlink():
                remove_tree(entry)
            else:
                entry.unlink()
    except OSError as error:
        # Files of a container's root may be out of our reach; to go on with them would be a lie.
        raise JobFault(f"InternalServerError: the interrupted attempt can not be cleared: {error}") from error
