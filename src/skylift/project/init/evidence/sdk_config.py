"""Settings of the SDK and of sagify, in files of their own: the role, the bucket, the region."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from skylift.project.init.evidence.sagemaker import REGION, TARGET
from skylift.project.init.evidence.sagemaker_targets import ROLE, put
from skylift.project.init.evidence.survey import Survey

_REQUEST = (
    ("VpcConfig",),
    ("EnableNetworkIsolation",),
    ("EnableInterContainerTrafficEncryption",),
    ("OutputDataConfig", "KmsKeyId"),
    ("ResourceConfig", "VolumeKmsKeyId"),
    ("Tags",),
)
"""What is in CreateTrainingJob by the same name."""


def settings_facts(survey: Survey) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    """What the SDK's own config file and sagify's say: the role, the bucket, the region; and what is left of it."""
    for path in [*survey.with_suffix(".yaml"), *survey.with_suffix(".yml")]:
        text = survey.text(path)
        if "SchemaVersion" in text and "SageMaker" in text:
            document = survey.yaml(path)
            broken = [] if isinstance(document, Mapping) else ["it is no YAML, or too large"]
            yield path, _of_the_sdk(document), broken or _left_of(document)
    for path in survey.named(".sagify.json"):
        try:
            found = json.loads(survey.text(path))
        except ValueError:
            continue
        region = found.get("aws_region") if isinstance(found, dict) else None
        if isinstance(region, str) and REGION.fullmatch(region):
            yield path, {"aws": {"region": region}}, []


def _of_the_sdk(document: Any) -> dict[str, Any]:
    job = _at(document, "SageMaker", "TrainingJob")
    session = _at(document, "SageMaker", "PythonSDK", "Modules", "Session")
    aws: dict[str, Any] = {}
    if isinstance(role := job.get("RoleArn"), str) and ROLE.fullmatch(role):
        aws["role"] = role
    if isinstance(bucket := session.get("DefaultS3Bucket"), str) and re.fullmatch(
        r"[a-z0-9.-]{3,63}", bucket
    ):
        prefix = session.get("DefaultS3ObjectKeyPrefix")
        aws["storage"] = f"s3://{bucket}" + (f"/{prefix.strip('/')}" if isinstance(prefix, str) else "")
    request: dict[str, Any] = {}
    for *above, last in _REQUEST:
        table = _at(job, *above)
        if last in table:
            put(request, (*above, last), table[last])
    found: dict[str, Any] = {"aws": aws} if aws else {}
    return found | ({"targets": {TARGET: {"backend": "sagemaker", "request": request}}} if request else {})


def _left_of(document: Any) -> list[str]:
    """Keys of its training jobs that are not taken over."""
    job = _at(document, "SageMaker", "TrainingJob")
    taken = {path[0]: path[1:] for path in _REQUEST}
    left = [key for key in job if key not in taken and key != "RoleArn"]
    for key, inner in taken.items():
        left += [f"{key}.{name}" for name in _at(job, key) if inner and name not in inner]
    return [f"not taken over: {', '.join(map(str, left))}"] if left else []


def _at(document: Any, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        document = document.get(key) if isinstance(document, Mapping) else None
    return document if isinstance(document, Mapping) else {}
