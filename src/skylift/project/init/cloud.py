"""The target in the cloud that a first config suggests; and whether anybody has looked at it since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from skylift.values.settings import TargetSettings

SUGGESTED = TargetSettings("cloud")
_WANTED = ("region", "storage", "role")
_BEFORE = "before the first job in the cloud"


def left(config: Mapping[str, Any]) -> str:
    """What a job in the cloud wants besides; empty where the config has all of it.

    >>> left({}), left({"aws": {"role": "r", "storage": "s3://b"}})
    ('[aws] region, storage and role, before the first job in the cloud', '[aws] region, before the first job in the cloud')
    """
    aws = config.get("aws")
    lacking = [key for key in _WANTED if not (isinstance(aws, Mapping) and aws.get(key))]
    *others, last = lacking or [""]
    return f"[aws] {', '.join(others)}{' and ' if others else ''}{last}, {_BEFORE}" if last else ""


def is_of_cloud(line: str) -> bool:
    """Whether a line of what is left to the user is that one."""
    return line.startswith("[aws] ") and line.endswith(_BEFORE)


def suggested() -> dict[str, Any]:
    """The table ``[targets]``."""
    return {SUGGESTED.name: {"backend": SUGGESTED.backend, "instance-type": SUGGESTED.instance_type}}


def is_left(config: Mapping[str, Any]) -> bool:
    """Whether a config is on its way to the cloud, and lacks something that every job there wants."""
    aws = config.get("aws")
    said = aws if isinstance(aws, Mapping) else {}
    return (bool(said) or any(_of_the_user(config))) and not all(said.get(key) for key in _WANTED)


def _of_the_user(config: Mapping[str, Any]) -> Iterator[str]:
    """Targets in the cloud beside the one that was suggested."""
    targets = config.get("targets")
    for name, one in targets.items() if isinstance(targets, Mapping) else ():
        in_cloud = isinstance(one, Mapping) and one.get("backend", SUGGESTED.backend) == SUGGESTED.backend
        if in_cloud and {name: dict(one)} != suggested():
            yield name
