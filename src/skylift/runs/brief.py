"""A record without what no list shows: what an index holds of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skylift.values.record import OURS, Record
from skylift.values.secrets import unless_secret

_AT_TOP = (
    "TrainingJobName",
    "TrainingJobStatus",
    "SecondaryStatus",
    "FailureReason",
    "CreationTime",
    "TrainingEndTime",
)
_OURS = (
    "job",
    "target",
    "arguments",
    "given",
    "raw",
    "revision",
    "lock",
    "image",
    "interpreter",
    "channels",
    "user",
    "metrics",
    "like",
)
_OF_CHANNELS = ("source", "version", "fingerprint")
_OF_TABLES = {
    "revision": ("commit", "branch", "dirty", "code"),
    "image": ("reference", "digest"),
    "interpreter": ("python",),
    "like": ("run",),
    "metrics": ("last", "best", "goals", "objective"),
}


def brief(record: Record) -> Record:
    """The part of a record that lists and questions are answered from, in its shape.

    What is a secret by its name is not in it.
    """
    data: dict[str, Any] = {key: record.data[key] for key in _AT_TOP if key in record.data}
    image = record.at("AlgorithmSpecification.TrainingImage")
    if image:
        data["AlgorithmSpecification"] = {"TrainingImage": image}
    instance = record.at("ResourceConfig.InstanceType")
    if instance:
        data["ResourceConfig"] = {"InstanceType": instance}
    ours = {key: _part(key, record.ours[key]) for key in _OURS if record.ours.get(key) is not None}
    # What was given is among the arguments; where those are not known it is all there is.
    if isinstance(ours.get("arguments"), dict) and isinstance(ours.get("given"), dict):
        ours["given"] = {key: value for key, value in ours["given"].items() if key not in ours["arguments"]}
    return Record({**data, OURS: {key: value for key, value in ours.items() if value not in ({}, [], "")}})


def _part(key: str, value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    if key in ("arguments", "given"):
        return {name: unless_secret(name, found) for name, found in value.items()}
    if key == "channels":
        return {name: _kept(found, _OF_CHANNELS) for name, found in value.items()}
    return _kept(value, _OF_TABLES.get(key, tuple(value)))


def _kept(value: Any, keys: tuple[str, ...]) -> Any:
    return {key: value[key] for key in keys if key in value} if isinstance(value, Mapping) else value
