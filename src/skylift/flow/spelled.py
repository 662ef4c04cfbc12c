"""What a Python caller gives a script, spelled as the command line spells it: one way in, one record. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

from skylift.errors import ConfigError, Issue

Hyperparameters = Mapping[str, Any] | Iterable[str]
"""Values by name, or ``name=value`` items as the command line has them."""


def spelled(hyperparameters: Hyperparameters | None) -> tuple[str, ...]:
    """``name=value`` items. Text stays as it is; what has a type is JSON, which the schema's types read again.

    NumPy's scalars count as the number that they hold.

    >>> spelled({"lr": 0.1, "layers": [64, 32], "note": "a=b", "bold": True})
    ('lr=0.1', 'layers=[64, 32]', 'note=a=b', 'bold=true')

    :raises ConfigError: for names and values that no command line could say; every problem at once.
    """
    if hyperparameters is None:
        return ()
    if isinstance(hyperparameters, str):
        # A text is an iterable of texts, and its letters are meant by nobody.
        return (hyperparameters,)
    if not isinstance(hyperparameters, Mapping):
        return tuple(hyperparameters)
    issues = list(_unspeakable(hyperparameters))
    if issues:
        raise ConfigError(issues)
    return tuple(f"{name}={_text(value)}" for name, value in hyperparameters.items())


def _unspeakable(values: Mapping[str, Any]) -> Iterator[Issue]:
    for name, value in values.items():
        where = f"hyperparameters[{name!r}]"
        if not isinstance(name, str) or not name or "=" in name:
            yield Issue(where, "is no name of a parameter", "use the names that `skylift run --help` lists")
        elif value is None:
            yield Issue(where, "is None", "leave it out to have the script's default")
        elif _text(value) is None:
            what = f"is a {type(value).__name__}, which no script can be given"
            yield Issue(where, what, "give text, a number, a bool, or a list or dict of those")


def _text(value: Any) -> str | None:
    if isinstance(value, str | PurePath):
        return str(value)
    try:
        return json.dumps(value, default=_plain, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return None


def _plain(value: Any) -> Any:
    if isinstance(value, PurePath):
        return str(value)
    item = getattr(value, "item", None)
    if item is None or getattr(value, "shape", None) != ():
        raise TypeError(type(value).__name__)
    return item()
