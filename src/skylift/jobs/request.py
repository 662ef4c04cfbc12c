"""JobSpec to CreateTrainingJob: the same request for every backend, and its limits.

Field names and limits: botocore service model ``sagemaker/2017-07-24``, CreateTrainingJobRequest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from skylift.errors import ConfigError, Issue
from skylift.values.jobs import ChannelSpec, JobSpec
from skylift_runtime.contract import (
    CHANNEL_LIMIT,
    ENVIRONMENT_COUNT_LIMIT,
    ENVIRONMENT_VALUE_LIMIT,
    JOB_NAME_PATTERN,
    METRIC_DEFINITION_LIMIT,
    METRIC_NAME_LIMIT,
    METRIC_PATTERN_LIMIT,
)


def build_request(spec: JobSpec) -> dict[str, Any]:
    """Spell a job as a CreateTrainingJob request.

    Pure. Lists that would be empty are left out: the service refuses an empty InputDataConfig.

    :raises ConfigError: when a limit of the service is passed; every problem at once.
    """
    request: dict[str, Any] = {
        "TrainingJobName": spec.name,
        "RoleArn": spec.role,
        "AlgorithmSpecification": _algorithm(spec),
        "OutputDataConfig": _output(spec),
        "ResourceConfig": {
            "InstanceType": spec.instance_type,
            "InstanceCount": spec.instance_count,
            "VolumeSizeInGB": spec.volume_gb,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": spec.max_run_s},
        "HyperParameters": dict(spec.hyperparameters),
        "Environment": dict(spec.environment),
    }
    if spec.channels:
        request["InputDataConfig"] = [_channel(channel) for channel in spec.channels]
    if spec.checkpoints:
        request["CheckpointConfig"] = {"S3Uri": spec.checkpoints}
    if spec.tags:
        request["Tags"] = [{"Key": key, "Value": value} for key, value in sorted(spec.tags.items())]
    merged = _merge(request, spec.raw_request)
    issues = _issues(merged)
    if issues:
        raise ConfigError(issues)
    return merged


def _algorithm(spec: JobSpec) -> dict[str, Any]:
    algorithm: dict[str, Any] = {"TrainingInputMode": spec.input_mode}
    if spec.image:
        algorithm["TrainingImage"] = spec.image
    if spec.metrics:
        algorithm["MetricDefinitions"] = [
            {"Name": name, "Regex": pattern} for name, pattern in sorted(spec.metrics.items())
        ]
    return algorithm


def _output(spec: JobSpec) -> dict[str, Any]:
    output = {"S3OutputPath": spec.output}
    return output if spec.output_compression == "GZIP" else {**output, "CompressionType": "NONE"}


def _channel(channel: ChannelSpec) -> dict[str, Any]:
    source = {
        "S3DataType": channel.data_type,
        "S3Uri": channel.uri,
        "S3DataDistributionType": channel.distribution,
    }
    described: dict[str, Any] = {
        "ChannelName": channel.name,
        "DataSource": {"S3DataSource": source},
        "InputMode": channel.mode,
    }
    if channel.content_type:
        described["ContentType"] = channel.content_type
    if channel.compression != "None":
        described["CompressionType"] = channel.compression
    if channel.record_wrapper != "None":
        described["RecordWrapperType"] = channel.record_wrapper
    if channel.shuffle_seed is not None:
        described["ShuffleConfig"] = {"Seed": channel.shuffle_seed}
    return described


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        both = isinstance(under, Mapping) and isinstance(value, Mapping)
        merged[key] = _merge(under, value) if both else value  # type: ignore[arg-type]
    return merged


def _issues(request: Mapping[str, Any]) -> list[Issue]:
    issues = []
    if not re.fullmatch(JOB_NAME_PATTERN, request["TrainingJobName"]):
        issues.append(
            Issue("TrainingJobName", f"the service refuses the name {request['TrainingJobName']!r}")
        )
    counts = {
        "InputDataConfig": CHANNEL_LIMIT,
        "Environment": ENVIRONMENT_COUNT_LIMIT,
        "AlgorithmSpecification.MetricDefinitions": METRIC_DEFINITION_LIMIT,
    }
    for path, limit in counts.items():
        found: Any = request
        for part in path.split("."):
            found = found.get(part, ())
        if len(found) > limit:
            issues.append(Issue(path, f"{len(found)} entries, the service takes {limit}"))
    for definition in request["AlgorithmSpecification"].get("MetricDefinitions", ()):
        name, pattern = str(definition.get("Name", "")), str(definition.get("Regex", ""))
        if not 0 < len(name) <= METRIC_NAME_LIMIT:
            what = f"the name has {len(name)} characters, the service takes 1 to {METRIC_NAME_LIMIT}"
            issues.append(Issue(f"metric {name[:40]}", what))
        if not 0 < len(pattern) <= METRIC_PATTERN_LIMIT:
            what = f"the pattern has {len(pattern)} characters, the service takes 1 to {METRIC_PATTERN_LIMIT}"
            issues.append(Issue(f"metric {name[:40]}", what, "make it shorter"))
    for key, value in request["Environment"].items():
        if len(str(value)) > ENVIRONMENT_VALUE_LIMIT:
            what = f"{len(str(value))} characters, the service takes {ENVIRONMENT_VALUE_LIMIT}"
            issues.append(Issue(f"Environment.{key}", what, "put it into a file that ships"))
    return issues
