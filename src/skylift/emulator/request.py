"""What the emulator does not run, said before anything starts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from skylift.emulator.tree import checkpoint_path
from skylift.errors import UsageError
from skylift.values.jobs import hosts_of
from skylift_runtime.contract import JOB_NAME_PATTERN

_CHANNEL_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9.\-_]{1,64}")
_MOST_HOSTS = 20
"""The service's own quota for one job (contract: instances per training job)."""
_DATA_TYPES = ("S3Prefix", "ManifestFile")


def check_request(request: Mapping[str, Any]) -> None:
    """Refuse what would be run wrongly, or would leave the job's own tree.

    :raises UsageError: with every reason at once; the service would answer ValidationException.
    """
    problems = [
        *_name(request),
        *_hosts(request),
        *_algorithm(request.get("AlgorithmSpecification", {})),
        *(problem for channel in request.get("InputDataConfig") or () for problem in _channel(channel)),
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
    if algorithm.get("TrainingInputMode") == "Pipe":
        yield "TrainingInputMode Pipe is not emulated"
    for definition in algorithm.get("MetricDefinitions") or ():
        try:
            groups = re.compile(definition["Regex"]).groups
        except re.error as error:
            yield f"MetricDefinitions {definition['Name']}: not a regular expression: {error}"
            continue
        if not groups:
            yield f"MetricDefinitions {definition['Name']}: no group for the number"


def _channel(channel: Mapping[str, Any]) -> Iterator[str]:
    name = channel["ChannelName"]
    if not _CHANNEL_NAME.fullmatch(name):
        yield f"not a channel name: {name!r}"
    if channel.get("InputMode") == "Pipe":
        yield f"channel {name}: InputMode Pipe is not emulated"
    source = channel.get("DataSource", {}).get("S3DataSource")
    if source is None:
        yield f"channel {name}: only S3DataSource is emulated"
    elif source.get("S3DataType") not in _DATA_TYPES:
        yield f"channel {name}: S3DataType {source.get('S3DataType')} is not emulated"


def _output(request: Mapping[str, Any]) -> Iterator[str]:
    if request["OutputDataConfig"].get("CompressionType", "GZIP") != "GZIP":
        yield "OutputDataConfig.CompressionType other than GZIP is not emulated"
    try:
        checkpoint_path(request)
    except UsageError as error:
        yield str(error)
