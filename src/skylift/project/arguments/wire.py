"""Hyperparameters on the wire: a map of strings, because the service has no other (joint 11)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from skylift.errors import ConfigError, Issue
from skylift.values.project import Arguments
from skylift_runtime.contract import (
    ARGUMENTS_KEY,
    ARGUMENTS_REFERENCE,
    HYPERPARAMETER_COUNT_LIMIT,
    HYPERPARAMETER_KEY_LIMIT,
    HYPERPARAMETER_VALUE_LIMIT,
    RAW_ARGUMENTS_KEY,
)
from skylift_runtime.oversize import encode


def decode(text: str) -> Any:
    """JSON, else the text itself: what every reader of hyperparameters.json does."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


@dataclass(frozen=True)
class Wire:
    """What travels in the request, and what does not fit it."""

    hyperparameters: Mapping[str, str]
    oversize: Mapping[str, Any]
    """Values for ``arguments.json`` in the reserved channel; empty where nothing needs it."""


def on_wire(arguments: Arguments) -> Wire:
    """The map that travels, with what followed ``--`` under a reserved key.

    A value that is too long has a reference in its place; of too many, the last are only in the file.

    :raises ConfigError: for names that the service would refuse; every problem at once.
    """
    values = dict(arguments.given)
    if arguments.raw:
        values[RAW_ARGUMENTS_KEY] = list(arguments.raw)
    issues = [issue for key in values for issue in _issues(key)]
    if issues:
        raise ConfigError(issues)
    texts = {key: encode(value) for key, value in values.items()}
    oversize = {key for key, text in texts.items() if len(text) > HYPERPARAMETER_VALUE_LIMIT}
    texts.update((key, f"{ARGUMENTS_REFERENCE}#{key}") for key in oversize)
    if len(texts) > HYPERPARAMETER_COUNT_LIMIT:
        beyond = list(texts)[HYPERPARAMETER_COUNT_LIMIT - 1 :]
        oversize.update(beyond)
        texts = {key: text for key, text in texts.items() if key not in beyond}
        texts[ARGUMENTS_KEY] = ARGUMENTS_REFERENCE
    return Wire(texts, {key: value for key, value in values.items() if key in oversize})


def _issues(key: str) -> Iterator[Issue]:
    if len(key) > HYPERPARAMETER_KEY_LIMIT:
        what = f"a name of {len(key)} characters, the service takes {HYPERPARAMETER_KEY_LIMIT}"
        yield Issue(f"hyperparameter {key}", what)
