"""The whole way of values, from what somebody types to what the program is started with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from skylift.project.arguments.resolve import resolve
from skylift.project.arguments.wire import on_wire
from skylift.project.files.describe import description
from skylift.values.arguments import Schema
from skylift.values.settings import JobSettings, Settings
from skylift_runtime.arguments import Parameter, command_line, read_hyperparameters
from skylift_runtime.oversize import encode

_NASTY = (
    "",
    " ",
    "-",
    "-x",
    "--",
    "-1",
    "1e3",
    "007",
    "true",
    "null",
    "None",
    "a=b",
    "$HOME;*",
    'it\'s "so"',
)
_NASTIER = ("[1, 2]", "{a: b}", "${x}", "\\", "\\'", "a\nb", "ü😀", "a,b", "#", "@skylift:arguments.json#x")
TEXTS = st.sampled_from(_NASTY + _NASTIER) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20
)


def typed(values: Mapping[str, Any]) -> list[str]:
    """As somebody types them: a text as it is, everything else as JSON."""
    return [f"{key}={v if isinstance(v, str) else json.dumps(v)}" for key, v in values.items()]


def command_line_of(schema: Schema, given: Sequence[str], raw: Sequence[str] = ()) -> list[str]:
    wire = on_wire(resolve(schema, {}, given, raw))
    arrived = {**wire.hyperparameters, **{key: encode(value) for key, value in wire.oversize.items()}}
    job = JobSettings("train", entry_point="train.py")
    described = json.loads(description(Settings("demo", jobs={"train": job}), {"train": schema}, []))
    found = described["jobs"]["train"]
    return command_line(
        [Parameter(**fields) for fields in found["parameters"]],
        read_hyperparameters(arrived).user,
        list(raw),
        has_commands=found["has_commands"],
        spelling=found["spelling"],
    )
