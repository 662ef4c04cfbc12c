"""Which configs of Hydra's a run chooses: the defaults of its other parameters are those of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skylift.project.arguments.wire import decode
from skylift.values.arguments import Schema

_GRAMMAR = frozenset("'\"\\$(),[]{}")
"""What makes more of a raw value than the name of a config: a sweep, a list."""


def chosen_groups(
    schema: Schema, defaults: Mapping[str, Any], given: Sequence[str], raw: Sequence[str]
) -> dict[str, Any]:
    """The choices of a run by group, as far as it makes any; ``+group`` for what the config has no choice for.

    None stands for a choice that can not be known, and for one that is taken away: nothing is said of what it brings.
    """
    if not any(parameter.spelling == "hydra" for parameter in schema.parameters):
        return {}
    found: dict[str, Any] = {}
    configured = ((k, str(v) if isinstance(v, int | float) else v) for k, v in defaults.items())
    for name, value in (*configured, *_pairs(given), *_raw(raw)):
        bare = name.lstrip("~")
        if bare in schema.groups:
            found[bare] = None if name != bare else value
        elif name.lstrip("+") in schema.groups:
            found[name.lstrip("+")] = value
        elif name.startswith("+") and schema.find(name[1:]) is None and isinstance(value, str):
            found["+" + name.lstrip("+")] = value
    return found


def _pairs(given: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for item in given:
        name, equals, text = item.partition("=")
        if equals:
            yield name, decode(text) if text == "null" or text.startswith("[") else text


def _raw(raw: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for word in raw:
        name, equals, text = word.partition("=")
        if equals or word.startswith("~"):
            yield name, None if _GRAMMAR & set(text) else text or None
