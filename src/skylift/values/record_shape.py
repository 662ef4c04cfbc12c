"""What of a record is what it says it is: a value of another shape than its field's is taken for missing. Pure.

A record is a file that anybody may edit, copy or half destroy. Whoever reads one relies on ``record_fields``, and
what they do not name is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cache
from typing import Any

from skylift.values.record import OURS
from skylift.values.record_fields import MOMENT, OF_THE_SERVICE, OURS_BY_PATH

_ANY = "<"
_LARGEST = 1e300
"""Of an integer: beyond it, it is no float, and nothing is counted or measured that large."""
_MORE = (
    ("SecondaryStatusTransitions[].Status", "text"),
    ("SecondaryStatusTransitions[].StartTime", MOMENT),
    ("SecondaryStatusTransitions[].EndTime", MOMENT),
    ("InputDataConfig[].ChannelName", "text"),
    ("AlgorithmSpecification.TrainingImage", "text"),
    ("CheckpointConfig.S3Uri", "text"),
    ("ResourceConfig.InstanceGroups[].InstanceCount", "number"),
    ("ResourceConfig.InstanceGroups[].InstanceType", "text"),
)
"""What is inside of what ``record_fields`` names, and is read here."""


@dataclass
class _Node:
    """What may stand at one place: a value of a shape, or a table with fields, or a list of such."""

    shape: str = ""
    is_list: bool = False
    fields: dict[str, _Node] = field(default_factory=dict)


def shaped(data: Mapping[str, Any]) -> dict[str, Any]:
    """A record's data without what has another shape than its field.

    >>> shaped({"TrainingJobName": "a", "CreationTime": "soon", "Skylift": {"metrics": [1], "more": [1]}})
    {'TrainingJobName': 'a', 'Skylift': {'more': [1]}}
    """
    found = _table(data, _root())
    best = ((found.get(OURS) or {}).get("metrics") or {}).get("best") or {}
    for name in [name for name, one in best.items() if not one or one.get("value") is None]:
        # What has no value is not the best.
        del best[name]
    return found


def shaped_intent(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same for an intent: of what its record is going to begin with, and of the patterns that its log is read by.

    Its request is checked by whoever carries it out.
    """
    rest = {key: value for key, value in data.items() if key not in ("ours", "metrics")}
    ours, metrics = data.get("ours"), data.get("metrics")
    if isinstance(ours, Mapping):
        rest["ours"] = shaped({OURS: ours})[OURS]
    if isinstance(metrics, Mapping):
        rest["metrics"] = {name: said for name, said in metrics.items() if isinstance(said, str)}
    return rest


@cache
def _root() -> _Node:
    root = _Node()
    rows = [(one.path, one.shape) for one in OF_THE_SERVICE]
    rows += [*_MORE, *((f"{OURS}.{one.path}", one.shape) for one in OURS_BY_PATH)]
    for path, shape in rows:
        node = root
        for part in path.split("."):
            name = _ANY if part.startswith(_ANY) else part.removesuffix("[]")
            node = node.fields.setdefault(name, _Node())
            node.is_list = node.is_list or part.endswith("[]")
        node.shape = shape
    return root


def _table(value: Mapping[str, Any], node: _Node) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, inner in value.items():
        one = node.fields.get(key) or node.fields.get(_ANY)
        if one is None or inner is None:
            found[key] = inner
        elif one.fields or one.is_list:
            _put(found, key, inner, one)
        elif _fits(inner, one.shape):
            found[key] = inner
    return found


def _put(found: dict[str, Any], key: str, value: Any, node: _Node) -> None:
    if node.is_list and isinstance(value, list):
        found[key] = [_table(item, node) for item in value if isinstance(item, Mapping)]
    elif not node.is_list and isinstance(value, Mapping):
        found[key] = _table(value, node)


def _fits(value: Any, shape: str) -> bool:
    """Whether a value has the shape that a field is documented with; of what is not documented any will do."""
    for begin, test in _SHAPES:
        if shape.startswith(begin):
            return test(value)
    return True


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    # Also false for nan.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -_LARGEST < value < _LARGEST


def is_moment(value: Any) -> bool:
    """Whether a value is a point in time as records have it."""
    try:
        # Subtracted from another one it must not leave the calendar.
        datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone(timezone.utc)
    except (AttributeError, ValueError, TypeError, OverflowError):
        return False
    return True


_SHAPES: tuple[tuple[str, Callable[[Any], bool]], ...] = (
    ("list of text", lambda value: isinstance(value, list) and all(map(_is_text, value))),
    ("list of tables", lambda value: isinstance(value, list) and all(isinstance(v, Mapping) for v in value)),
    (
        "table of text",
        lambda value: isinstance(value, Mapping) and all(isinstance(v, str) for v in value.values()),
    ),
    ("table", lambda value: isinstance(value, Mapping)),
    ("true or false", lambda value: isinstance(value, bool)),
    ("text", _is_text),
    ("SHA-256", _is_text),
    (MOMENT, is_moment),
    ("number", _is_number),
    ("seconds", _is_number),
    ("bytes", _is_number),
)
