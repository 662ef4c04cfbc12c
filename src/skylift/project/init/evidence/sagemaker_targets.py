"""Where and how a job runs that is submitted by the SDK already: keys of a target, and of the raw request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from skylift.project.init.evidence.submitting import Made
from skylift.project.init.evidence.taken import UNKNOWN, Said

ROLE = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/.+")
_INSTANCE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9-]+")
_PARTS = (
    "compute",
    "stopping_condition",
    "networking",
    "output_data_config",
    "checkpoint_config",
    "retry_strategy",
)
_NUMBERS = {
    "instance_count": "instance-count",
    "max_run": "max-run",
    "max_runtime_in_seconds": "max-run",
    "volume_size": "volume",
    "volume_size_in_gb": "volume",
}
_SPOT = ("use_spot_instances", "enable_managed_spot_training")
_WAITS = ("max_wait", "max_wait_time_in_seconds")
_LONGEST = 86400


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


_REQUEST: Mapping[str, tuple[tuple[str, ...], Callable[[Any], bool]]] = {
    "enable_network_isolation": (("EnableNetworkIsolation",), _is_flag),
    "encrypt_inter_container_traffic": (("EnableInterContainerTrafficEncryption",), _is_flag),
    "enable_inter_container_traffic_encryption": (("EnableInterContainerTrafficEncryption",), _is_flag),
    "output_kms_key": (("OutputDataConfig", "KmsKeyId"), _is_text),
    "kms_key_id": (("OutputDataConfig", "KmsKeyId"), _is_text),
    "volume_kms_key": (("ResourceConfig", "VolumeKmsKeyId"), _is_text),
    "volume_kms_key_id": (("ResourceConfig", "VolumeKmsKeyId"), _is_text),
    "keep_alive_period_in_seconds": (("ResourceConfig", "KeepAlivePeriodInSeconds"), _is_count),
    "max_retry_attempts": (("RetryStrategy", "MaximumRetryAttempts"), _is_count),
    "maximum_retry_attempts": (("RetryStrategy", "MaximumRetryAttempts"), _is_count),
}
"""Arguments that are exactly one key of CreateTrainingJob."""


def target(said: Said) -> dict[str, Any]:
    """The keys of a target; what has none is told."""
    for part in _PARTS:
        said.unfold(part)
    found: dict[str, Any] = {}
    kind = said.take("instance_type")
    if isinstance(kind, str) and _INSTANCE.fullmatch(kind):
        found["instance-type"] = kind
    elif isinstance(kind, str):
        said.notes.append(f"its instance type there is {kind}: see skylift run --on local and --on docker")
    for name, key in _NUMBERS.items():
        value = said.take(name)
        if _is_count(value):
            found[key] = value
    if said.take("disable_output_compression") is True or said.take("compression_type") == "NONE":
        found["output-compression"] = "NONE"
    request = _spot(said, found) | _network(said) | _tags(said)
    for name, (path, fits) in _REQUEST.items():
        value = said.take(name)
        if value is not UNKNOWN and fits(value):
            put(request, path, value)
    _tell_places(said)
    return {**found, "request": request} if request else found


def put(request: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Lay a value into a request."""
    for key in path[:-1]:
        request = request.setdefault(key, {})
    request[path[-1]] = value


def _spot(said: Said, found: Mapping[str, Any]) -> dict[str, Any]:
    asked = [said.take(name) for name in _SPOT]
    wait = next((value for value in [said.take(name) for name in _WAITS] if value is not UNKNOWN), None)
    if True not in asked:
        return {}
    # The service wants it to be no less than the time that a job may run.
    longest = found.get("max-run", _LONGEST)
    seconds = max(wait, longest) if isinstance(wait, int) else longest
    return {"EnableManagedSpotTraining": True, "StoppingCondition": {"MaxWaitTimeInSeconds": seconds}}


def _network(said: Said) -> dict[str, Any]:
    known = {
        key: list(value)
        for name, key in (("subnets", "Subnets"), ("security_group_ids", "SecurityGroupIds"))
        if isinstance(value := said.take(name), list | tuple)
        if value and all(isinstance(item, str) for item in value)
    }
    if known and len(known) < 2:
        said.notes.append("its network is only known in part: both Subnets and SecurityGroupIds are wanted")
    return {"VpcConfig": known} if known else {}


def _tags(said: Said) -> dict[str, Any]:
    value = said.take("tags")
    if value is UNKNOWN:
        return {}
    pairs = (
        value.items()
        if isinstance(value, dict) and set(value) != {"Key", "Value"}
        else map(_tag, _listed(value))
    )
    found = [
        {"Key": key, "Value": text} for key, text in pairs if isinstance(key, str) and isinstance(text, str)
    ]
    if len(found) < len(_listed(value)):
        said.notes.append("some of its tags are only known when it runs")
    return {"Tags": found} if found else {}


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _tag(item: Any) -> tuple[Any, Any]:
    if isinstance(item, Made):
        return item.said.get("key"), item.said.get("value")
    return (item.get("Key"), item.get("Value")) if isinstance(item, dict) else (None, None)


def _tell_places(said: Said) -> None:
    """Places of its own: here all of a job lies below ``[aws] storage``."""
    for names, what in (
        (("output_path", "s3_output_path"), "output goes"),
        (("checkpoint_s3_uri", "s3_uri"), "checkpoints go"),
    ):
        given = [said.take(name) for name in names if said.has(name)]
        if given:
            where = given[0] if isinstance(given[0], str) else "a place of their own"
            said.notes.append(f"its {what} to {where} there, and here below [aws] storage")
    for name in ("checkpoint_local_path", "local_path", "code_location"):
        said.take(name)
    folders = said.take("dependencies")
    if isinstance(folders, list | tuple) and folders:
        shown = ", ".join(str(folder) for folder in folders if isinstance(folder, str)) or "some folders"
        said.notes.append(
            f"{shown}: copied beside the program there; here they stay where they are in the project"
        )
