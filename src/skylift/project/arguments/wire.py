"""Hyperparameters on the wire: a map of strings, because the service has no other (joint 11)."""

from __future__ import annotations

import json
from typing import Any

from skylift.errors import ConfigError, Issue
from skylift.values.project import Arguments
from skylift_runtime.contract import (
    HYPERPARAMETER_COUNT_LIMIT,
    HYPERPARAMETER_KEY_LIMIT,
    HYPERPARAMETER_VALUE_LIMIT,
    RAW_ARGUMENTS_KEY,
)


def encode(value: Any) -> str:
    """A value as text that ``decode`` reads back: a string bare where that is safe, the rest as JSON.

    >>> encode("adam"), encode("7"), encode(7), encode(True), encode("a\\nb")
    ('adam', '"7"', '7', 'true', '"a\\\\nb"')
    """
    return value if isinstance(value, str) and _goes_bare(value) else json.dumps(value)


def decode(text: str) -> Any:
    """JSON, else the text itself: what every reader of hyperparameters.json does."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _goes_bare(text: str) -> bool:
    # splitlines also cuts where the service's own patterns see the end of a line.
    one_line = text == "".join(text.splitlines())
    surrogates = any("\ud800" <= letter <= "\udfff" for letter in text)
    return one_line and not surrogates and not _is_json(text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except RecursionError:
        # Thousands of brackets: no reader can tell, so it goes as a JSON string, which every reader can.
        return True
    except ValueError:
        return False
    return True


def hyperparameters(arguments: Arguments) -> dict[str, str]:
    """The map that travels; what followed ``--`` under a reserved key.

    :raises ConfigError: for what the service would refuse; every problem at once.
    """
    found = {key: encode(value) for key, value in arguments.given.items()}
    if arguments.raw:
        found[RAW_ARGUMENTS_KEY] = encode(list(arguments.raw))
    issues = [issue for key, text in found.items() for issue in _issues(key, text)]
    if len(found) > HYPERPARAMETER_COUNT_LIMIT:
        what = f"{len(found)} hyperparameters, the service takes {HYPERPARAMETER_COUNT_LIMIT}"
        issues.append(Issue("hyperparameters", what, "put them into a config file that ships"))
    if issues:
        raise ConfigError(issues)
    return found


def _issues(key: str, text: str) -> list[Issue]:
    where = f"hyperparameter {key}"
    issues = []
    if len(key) > HYPERPARAMETER_KEY_LIMIT:
        issues.append(
            Issue(where, f"a name of {len(key)} characters, the service takes {HYPERPARAMETER_KEY_LIMIT}")
        )
    if len(text) > HYPERPARAMETER_VALUE_LIMIT:
        what = f"a value of {len(text)} characters, the service takes {HYPERPARAMETER_VALUE_LIMIT}"
        issues.append(Issue(where, what, "put it into a file that ships, and pass the file's name"))
    return issues
