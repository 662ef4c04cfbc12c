"""The channels of a job that is submitted by the SDK already, as the config has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from skylift.project.init.evidence.submitting import Made
from skylift.project.init.evidence.taken import UNKNOWN, Said
from skylift_runtime.contract import RESERVED_CHANNEL

_NAME = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9.\-_]{1,64}")
_ONLY = "training"
"""What the SDK calls the channel of ``fit("s3://…")``."""
_MODES = frozenset({"FastFile", "Pipe"})
_INPUTS = frozenset({"TrainingInput", "s3_input"})
_EXACT = {
    "distribution": ("distribution", {"ShardedByS3Key"}),
    "s3_data_distribution_type": ("distribution", {"ShardedByS3Key"}),
    "compression": ("compression", {"Gzip"}),
    "compression_type": ("compression", {"Gzip"}),
    "record_wrapping": ("record-wrapper", {"RecordIO"}),
    "record_wrapper_type": ("record-wrapper", {"RecordIO"}),
}
_USUAL = frozenset({"FullyReplicated", "None", "S3Prefix", "File"})


def channels(said: Said, inputs: list[object]) -> dict[str, Any]:
    """``fit({"train": "s3://…"})``, ``fit("s3://…")`` and ``input_data_config=[InputData(…)]``."""
    modes = [said.take(name) for name in ("input_mode", "training_input_mode")]
    mode = next((one for one in modes if one is not UNKNOWN), UNKNOWN)
    found: dict[str, Any] = {}
    for value in (said.take("input_data_config"), *inputs):
        for name, place in _named(said, value):
            if _NAME.fullmatch(name) and name != RESERVED_CHANNEL:
                found |= _channel(said, name, place, mode)
    return found


def _named(said: Said, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from ((name, place) for name, place in value.items() if isinstance(name, str))
    elif isinstance(value, list | tuple):
        for item in value:
            name = item.said.get("channel_name") if isinstance(item, Made) else None
            if isinstance(item, Made) and isinstance(name, str):
                yield name, item
            else:
                said.notes.append("one of its channels is only known at run time")
    elif isinstance(value, str) or (isinstance(value, Made) and value.kind in _INPUTS):
        yield _ONLY, value
    elif value is not None and value is not UNKNOWN:
        said.notes.append("its channels are only known at run time")


def _channel(said: Said, name: str, value: object, usual: Any) -> dict[str, Any]:
    table: dict[str, Any] = {}
    mode = usual
    if isinstance(value, Made):
        inner = _parts(value)
        place = next((inner.pop(key) for key in ("s3_data", "s3_uri", "data_source") if key in inner), None)
        mode = inner.pop("input_mode", usual)
        table = _settings(inner)
        if inner:
            said.notes.append(f"not taken over of the channel {name}: {', '.join(inner)}")
    else:
        place = value
    if not isinstance(place, str) or not place.startswith("s3://"):
        if isinstance(place, str):
            said.notes.append(f"the channel {name} is read from {place} there")
        else:
            said.dim.append(f"the channel {name}")
        return {}
    return {name: {"cloud": place, **({"mode": mode} if mode in _MODES else {}), **table}}


def _parts(value: Made) -> dict[str, Any]:
    """What the input was given, with what its source was given."""
    found = dict(value.said)
    if value.kind in _INPUTS and value.given.args:
        found["s3_data"] = value.given.args[0]
    found.pop("channel_name", None)
    for _ in range(3):
        source = next((found.pop(key) for key, inner in list(found.items()) if isinstance(inner, Made)), None)
        found |= dict(source.said) if isinstance(source, Made) else {}
    return found


def _settings(inner: dict[str, Any]) -> dict[str, Any]:
    """Those that a channel of ours has, taken out."""
    table: dict[str, Any] = {}
    for name, (key, values) in _EXACT.items():
        if isinstance(inner.get(name), str) and inner[name] in values:
            table[key] = inner.pop(name)
    if isinstance(inner.get("content_type"), str):
        table["content-type"] = inner.pop("content_type")
    for name in [
        name for name, value in inner.items() if value is None or (isinstance(value, str) and value in _USUAL)
    ]:
        del inner[name]
    return table
