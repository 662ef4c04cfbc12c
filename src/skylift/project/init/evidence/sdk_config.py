"""Settings of the SDK and of sagify, in files of their own: the role, the bucket, the region."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from skylift.project.init.evidence.sagemaker import REGION, ROLE, TARGET
from skylift.project.init.evidence.survey import Survey


def settings_facts(survey: Survey) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the SDK's own config file and sagify's say: the role, the bucket, the region."""
    for path in [*survey.with_suffix(".yaml"), *survey.with_suffix(".yml")]:
        text = survey.text(path)
        if "SchemaVersion" in text and "SageMaker" in text:
            yield path, _of_the_sdk(survey.yaml(path))
    for path in survey.named(".sagify.json"):
        try:
            found = json.loads(survey.text(path))
        except ValueError:
            continue
        region = found.get("aws_region") if isinstance(found, dict) else None
        if isinstance(region, str) and REGION.fullmatch(region):
            yield path, {"aws": {"region": region}}


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
    request = {key: job[key] for key in ("VpcConfig", "EnableNetworkIsolation") if key in job}
    found: dict[str, Any] = {"aws": aws} if aws else {}
    return found | ({"targets": {TARGET: {"backend": "sagemaker", "request": request}}} if request else {})


def _at(document: Any, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        document = document.get(key) if isinstance(document, Mapping) else None
    return document if isinstance(document, Mapping) else {}
