"""The ``/opt/ml`` tree as a container finds it.

Pure functions give the three documented files of ``input/config``, with every key that the service
writes today (the official local mode leaves some out); one writer makes folders and files.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skylift.emulator.place import JobPlace
from skylift.errors import UsageError
from skylift.host.files import write_json
from skylift_runtime.contract import ML_ROOT, Tree

_HOMOGENEOUS = "homogeneousCluster"
_INTERFACE = "eth0"


def hyperparameters(request: Mapping[str, Any]) -> dict[str, str]:
    """Exactly the request's map: the service decodes nothing."""
    return dict(request.get("HyperParameters") or {})


def input_data_config(request: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """One entry a channel; ContentType only where the request has it, never a location."""
    usual = request.get("AlgorithmSpecification", {}).get("TrainingInputMode", "File")
    channels = request.get("InputDataConfig") or []
    return {channel["ChannelName"]: _channel(channel, usual) for channel in channels}


def _channel(channel: Mapping[str, Any], usual_mode: str) -> dict[str, str]:
    source = channel.get("DataSource", {}).get("S3DataSource", {})
    described = {"ContentType": channel["ContentType"]} if channel.get("ContentType") else {}
    return {
        **described,
        "TrainingInputMode": channel.get("InputMode") or usual_mode,
        "S3DistributionType": source.get("S3DataDistributionType") or "FullyReplicated",
        "RecordWrapperType": channel.get("RecordWrapperType") or "None",
    }


def resource_config(request: Mapping[str, Any], host: str) -> dict[str, Any]:
    """The cluster as one host sees it; a cluster of one."""
    resources = request.get("ResourceConfig", {})
    group = next(iter(resources.get("InstanceGroups") or ()), resources)
    name = group.get("InstanceGroupName", _HOMOGENEOUS)
    instance_type = group.get("InstanceType", "local")
    return {
        "current_host": host,
        "current_instance_type": instance_type,
        "current_group_name": name,
        "hosts": [host],
        "instance_groups": [{"instance_group_name": name, "instance_type": instance_type, "hosts": [host]}],
        "network_interface_name": _INTERFACE,
    }


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


def write_tree(request: Mapping[str, Any], place: JobPlace, host: str) -> None:
    """Make the folders and the three files, below ``place.root``."""
    tree = place.tree
    for folder in tree.folders():
        Path(folder).mkdir(parents=True, exist_ok=True)
    write_json(Path(tree.hyperparameters), hyperparameters(request))
    write_json(Path(tree.input_data_config), input_data_config(request))
    write_json(Path(tree.resource_config), resource_config(request, host))
