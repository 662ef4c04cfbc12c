"""One value of a parameter, by the type that the script's parser declares."""

from __future__ import annotations

import json
from typing import Any

from skylift.project.config.convert import Unfit, truth
from skylift.values.arguments import NUMBER, Parameter

_WANTED = {"int": "a whole number", "float": "a number", NUMBER: "a number", "bool": "true or false"}
_ONE_VALUE = frozenset({"", "?"})


def wants_list(parameter: Parameter) -> bool:
    return parameter.action == "append" or parameter.nargs not in _ONE_VALUE


def typed_text(parameter: Parameter, text: str) -> Any:
    """A text from the command line, as the script's parser will have it.

    :raises Unfit: when it can not be read so, or is none of the choices.
    """
    try:
        value = _converted(parameter.type, text)
    except (ValueError, Unfit):
        raise _unfit(parameter, text) from None
    return _chosen(parameter, value)


def typed(parameter: Parameter, value: Any) -> Any:
    """A value that has a type already, from TOML or JSON.

    :raises Unfit: when it is of another type.
    """
    kind, is_bool = parameter.type, isinstance(value, bool)
    if kind == "float" and isinstance(value, int) and not is_bool:
        return _chosen(parameter, float(value))
    if kind in ("str", "path") and isinstance(value, int | float) and not is_bool:
        return _chosen(parameter, json.dumps(value))
    fits = {
        "int": isinstance(value, int) and not is_bool,
        "float": isinstance(value, float),
        "bool": is_bool,
        NUMBER: isinstance(value, int | float) and not is_bool,
        # An append of lists has lists for items.
        "str": isinstance(value, list),
        "path": isinstance(value, list),
    }
    if not fits.get(kind, True):
        raise _unfit(parameter, value)
    return _chosen(parameter, value)


def _converted(kind: str, text: str) -> Any:
    if kind == "int":
        return int(text)
    if kind == "float":
        return float(text)
    if kind == NUMBER:
        return int(text) if text.strip().lstrip("+-").isdigit() else float(text)
    if kind == "bool":
        return truth(text)
    # A type of the script's own reads the text as it stands.
    return text


def _chosen(parameter: Parameter, value: Any) -> Any:
    if parameter.choices and value not in parameter.choices:
        choices = ", ".join(str(choice) for choice in parameter.choices)
        raise Unfit(f"`{parameter.key}` takes one of: {choices}")
    return value


def _unfit(parameter: Parameter, value: Any) -> Unfit:
    wanted = _WANTED.get(parameter.type, "a text")
    return Unfit(f"`{parameter.key}` wants {wanted}, not {value!r}")
