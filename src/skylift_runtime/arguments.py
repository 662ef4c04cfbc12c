"""From hyperparameters to the command line that the user's script was written for."""

from __future__ import annotations

import json

from skylift_runtime.contract import RAW_ARGUMENTS_KEY
from skylift_runtime.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Mapping, Sequence

_OWN_KEYS = frozenset({"_tuning_objective_metric", "default_user_module_name", RAW_ARGUMENTS_KEY})
_OPEN_ENDED = frozenset("?*+")


class Parameter(NamedTuple):
    """One hyperparameter, as the script's own parser declares it. See ``project.json``."""

    key: str
    flag: str = ""
    """Empty for a positional."""
    action: str = "store"
    nargs: str = ""
    type: str = "str"


class Hyperparameters(NamedTuple):
    """The decoded hyperparameters, by whom they are for."""

    user: Dict[str, Any]
    service: Dict[str, Any]
    """``sagemaker_*`` and the other reserved keys."""
    raw: List[str]
    """What followed ``--`` on the command line."""


def decode(value: Any) -> Any:
    """Read one value off the wire: JSON if it is JSON, else the text as it is.

    >>> [decode(text) for text in ("10", "adam", "true", "02134", '"7"')]
    [10, 'adam', True, '02134', '7']
    """
    try:
        return json.loads(value)
    except (ValueError, TypeError):
        return value


def read_hyperparameters(wire: Mapping[str, Any]) -> Hyperparameters:
    """Decode what hyperparameters.json holds and tell the user's from everybody else's."""
    decoded = {key: decode(value) for key, value in wire.items()}
    reserved = {key for key in decoded if key.startswith("sagemaker_") or key in _OWN_KEYS}
    raw = decoded.get(RAW_ARGUMENTS_KEY, [])
    return Hyperparameters(
        user={key: value for key, value in decoded.items() if key not in reserved},
        service={key: decoded[key] for key in sorted(reserved)},
        raw=[text_of_value(item) for item in raw] if isinstance(raw, list) else [text_of_value(raw)],
    )


def needed(given: Mapping[str, Any], bindings: Mapping[str, str]) -> Dict[str, str]:
    """The project's bindings for which the user gave no value of their own.

    >>> needed({"data_dir": "elsewhere"}, {"data-dir": "{channel:train}", "out": "{model}"})
    {'out': '{model}'}
    """
    taken = {_plain(key) for key in given}
    return {key: template for key, template in bindings.items() if _plain(key) not in taken}


def command_line(
    parameters: Sequence[Parameter], values: Mapping[str, Any], raw: Sequence[str] = ()
) -> List[str]:
    """The arguments that give a script these values.

    Options come first, positionals in the order of their declaration, then ``raw``. Where a
    positional could be taken for something else, ``--`` stands before it, and ``raw`` before that.

    >>> command_line([Parameter("shuffle", "--shuffle", "flag")], {"shuffle": True, "lr": 0.1})
    ['--shuffle', '--lr', '0.1']
    """
    declared = {_plain(parameter.key): parameter for parameter in parameters}
    options: List[str] = []
    open_ended: List[str] = []
    positionals: Dict[str, List[str]] = {}
    for key, value in values.items():
        parameter = declared.get(_plain(key)) or Parameter(key, "--" + key)
        if value is None:
            continue
        if not parameter.flag:
            positionals[parameter.key] = _texts(value)
        elif parameter.nargs in _OPEN_ENDED:
            open_ended += _option(parameter, value)
        else:
            options += _option(parameter, value)
    last = [text for p in parameters if p.key in positionals for text in positionals[p.key]]
    if last and ((open_ended and not options) or any(text.startswith("-") for text in last)):
        return [*open_ended, *options, *raw, "--", *last]
    return [*open_ended, *options, *last, *raw]


def keyword_arguments(values: Mapping[str, Any]) -> Dict[str, Any]:
    """The same values for a function: by name, as Python spells names."""
    return {_plain(key): value for key, value in values.items()}


def text_of_value(value: Any) -> str:
    """A value as somebody would have typed it.

    >>> [text_of_value(value) for value in ("a b", True, 1e-05, [1, "x"])]
    ['a b', 'True', '1e-05', '[1, "x"]']
    """
    if isinstance(value, str):
        return value
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return repr(value)


def _option(parameter: Parameter, value: Any) -> List[str]:
    flag = parameter.flag
    if parameter.action == "flag":
        return [flag] if _is_true(value) else []
    if parameter.action == "negative-flag":
        return [] if _is_true(value) else [flag]
    if parameter.action == "boolean-optional":
        return [flag if _is_true(value) else "--no-" + flag.lstrip("-")]
    if parameter.action == "count":
        return [flag] * int(value)
    if parameter.action == "append":
        return [
            text
            for item in (value if isinstance(value, list) else [value])
            for text in _stored(parameter, item)
        ]
    return _stored(parameter, value)


def _stored(parameter: Parameter, value: Any) -> List[str]:
    if parameter.type == "bool" and not parameter.nargs:
        # argparse calls bool() on the text, and of all texts only the empty one is False.
        return [parameter.flag, "True" if _is_true(value) else ""]
    texts = _texts(value) if parameter.nargs else [text_of_value(value)]
    if len(texts) != 1 or not texts[0].startswith("-"):
        return [parameter.flag, *texts]
    # Apart, it would be read as an option. A short flag has its value attached without "=".
    short = len(parameter.flag) == 2
    return [parameter.flag + ("" if short else "=") + texts[0]]


def _texts(value: Any) -> List[str]:
    return [text_of_value(item) for item in (value if isinstance(value, list) else [value])]


def _is_true(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in ("true", "yes", "on", "1")
    return bool(value)


def _plain(key: str) -> str:
    return key.replace("-", "_")
