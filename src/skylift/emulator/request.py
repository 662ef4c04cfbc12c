"""What the emulator does not run, said before anything starts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skylift.emulator.channels import channels_of
from skylift.emulator.tree import checkpoint_path
from skylift.errors import UsageError
from skylift.values.jobs import hosts_of
from skylift_runtime.contract import JOB_NAME_PATTERN

_CHANNEL_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9.\-_]{1,64}")
_MOST_HOSTS = 20
"""The service's own quota for one job (contract: instances per training job)."""
_MODES = ("File", "FastFile", "Pipe")
_DATA_TYPES = ("S3Prefix", "ManifestFile")


def check_request(request: Mapping[str, Any]) -> None:
    """Refuse what would be run wrongly, or would leave the job's own tree.

    :raises UsageError: with every reason at once; the service would answer ValidationException.
    """
    problems = [
        *_name(request),
        *_hosts(request),
        *_algorithm(request.get("AlgorithmSpecification", {})),
        *_channels(channels_of(request)),
        *_output(request),
    ]
    if problems:
        raise UsageError(f"this request can not run here: {'; '.join(problems)}")


def _name(request: Mapping[str, Any]) -> Iterator[str]:
    if not re.fullmatch(JOB_NAME_PATTERN, request["TrainingJobName"]):
        yield f"TrainingJobName does not match {JOB_NAME_PATTERN}"


def _hosts(request: Mapping[str, Any]) -> Iterator[str]:
    count = len(hosts_of(request))
    if count > _MOST_HOSTS:
        yield f"it asks for {count} hosts, and at most {_MOST_HOSTS} are emulated"


def _algorithm(algorithm: Mapping[str, Any]) -> Iterator[str]:
    if (mode := algorithm.get("TrainingInputMode", "File")) not in _MODES:
        yield f"there is no TrainingInputMode {mode}"
    for definition in algorithm.get("MetricDefinitions") or ():
        try:
            groups = re.compile(definition["Regex"]).groups
        except re.error as error:
            yield f"MetricDefinitions {definition['Name']}: not a regular expression: {error}"
            continue
        if not groups:
            yield f"MetricDefinitions {definition['Name']}: no group for the number"


def _channels(channels: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    names = Counter(channel["ChannelName"] for channel in channels)
    yield from (f"channel {name} is named {number} times" for name, number in names.items() if number > 1)
    for channel in channels:
        yield from _channel(channel)
        if channel["InputMode"] == "Pipe":
            name = channel["ChannelName"]
            taken = [other for other in names if re.fullmatch(f"{re.escape(name)}_[0-9]+", other)]
            yield from (f"channel {other}: channel {name} has a pipe of that name" for other in taken)


def _channel(channel: Mapping[str, Any]) -> Iterator[str]:
    name, mode = channel["ChannelName"], channel["InputMode"]
    if not _CHANNEL_NAME.fullmatch(name):
        yield f"not a channel name: {name!r}"
    if mode not in _MODES:
        yield f"channel {name}: there is no InputMode {mode}"
    if mode != "Pipe":
        for key in ("CompressionType", "RecordWrapperType"):
            if channel.get(key, "None") != "None":
                yield f"channel {name}: {key} {channel[key]} is for InputMode Pipe only, and this is {mode}"
    source = channel.get("DataSource", {}).get("S3DataSource")
    if source is None:
        yield f"channel {name}: only S3DataSource is emulated"
        return
    kind = source.get("S3DataType")
    if kind == "AugmentedManifestFile":
        yield f"channel {name}: S3DataType {kind} is not emulated: list the objects in a ManifestFile"
    elif kind not in _DATA_TYPES:
        yield f"channel {name}: S3DataType {kind} is not emulated"
    elif kind != "S3Prefix" and mode == "FastFile":
        yield f"channel {name}: InputMode FastFile supports S3DataType S3Prefix only, not {kind}"


def _output(request: Mapping[str, Any]) -> Iterator[str]:
    compression = request["OutputDataConfig"].get("CompressionType", "GZIP")
    if compression not in ("GZIP", "NONE"):
        yield f"OutputDataConfig.CompressionType is GZIP or NONE, not {compression}"
    try:
        checkpoint_path(request)
    except UsageError as error:
        yield str(error)
