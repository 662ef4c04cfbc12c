"""From hyperparameters to the command line that the user's script was written for."""

from __future__ import annotations

import json

from skylift_runtime.contract import ARGUMENTS_KEY, COMMAND_KEY, RAW_ARGUMENTS_KEY
from skylift_runtime.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

_OWN_KEYS = frozenset(
    {"_tuning_objective_metric", "default_user_module_name", RAW_ARGUMENTS_KEY, ARGUMENTS_KEY}
)
_TOGETHER = frozenset(("bindings", "pairs"))
_NOT_HERE = _TOGETHER | {"file"}
"""Spellings of what has its own place, or none: a program reads hyperparameters.json itself, or the variables."""
_OPEN_ENDED = frozenset(("?", "*", "+", "..."))
_TRUE_FOR = {"0": "1", "no": "yes", "off": "on", "n": "y", "f": "t", "false": "true"}
"""What a parser reads as true, by what it reads as false."""


class Parameter(NamedTuple):
    """One hyperparameter, as the script's own parser declares it. See ``project.json``."""

    key: str
    flag: str = ""
    """Empty for a positional."""
    action: str = "store"
    nargs: str = ""
    type: str = "str"
    off: str = ""
    """The flag that says false: ``--no-shuffle``."""
    false: str = ""
    """The text that is read as false, for a ``bool`` that takes a value."""
    spelling: str = "separate"
    """How a value follows its flag: see ``Spelling`` of ``skylift.values.arguments``."""
    command: str = ""
    """The sub-command that it belongs to: ``data prepare``."""


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
    parameters: Sequence[Parameter],
    values: Mapping[str, Any],
    raw: Sequence[str] = (),
    *,
    has_commands: bool = False,
    spelling: str = "separate",
) -> List[str]:
    """The arguments that give a program these values.

    Options come first, positionals in the order of their declaration, then ``raw``. Where a
    positional could be taken for something else, ``--`` stands before it, and ``raw`` before that.
    A sub-command follows the program's own arguments, and its arguments follow it.

    :param has_commands: the value of ``command`` names a sub-command.
    :param spelling: that of values whose parameter is not known.

    >>> command_line([Parameter("shuffle", "--shuffle", "flag")], {"shuffle": True, "lr": 0.1})
    ['--shuffle', '--lr', '0.1']
    >>> command_line([Parameter("lr", "--lr", command="fit")], {"command": "fit", "lr": 1}, has_commands=True)
    ['fit', '--lr', '1']
    """
    words = str(values.get(COMMAND_KEY) or "").split() if has_commands else []
    levels = [" ".join(words[:count]) for count in range(len(words) + 1)]
    by_level = {level: [p for p in parameters if p.command == level] for level in levels}
    given: Dict[str, Dict[str, Any]] = {level: {} for level in levels}
    for key, value in values.items():
        level = _level(key, by_level, parameters)
        if level is not None and not (has_commands and key == COMMAND_KEY):
            given[level][key] = value
    line: List[str] = []
    for level in levels:
        line += level.split()[-1:]
        if level == levels[-1]:
            line += _one_level(by_level[level], given[level], raw, spelling)
        else:
            line += _one_level(by_level[level], given[level], (), spelling, is_followed=True)
    return line


def _level(
    key: str, by_level: Mapping[str, Sequence[Parameter]], parameters: Sequence[Parameter]
) -> Optional[str]:
    """Whose a value is: the innermost command's that declares it, else the last one's.

    None for what only a command takes that was not chosen: a place that the project binds for all of them.
    """
    levels = list(by_level)[::-1]
    for level in levels:
        if any(_plain(p.key) == _plain(key) for p in by_level[level]):
            return level
    return None if any(_plain(p.key) == _plain(key) for p in parameters) else levels[0]


def _one_level(
    parameters: Sequence[Parameter],
    values: Mapping[str, Any],
    raw: Sequence[str],
    spelling: str,
    *,
    is_followed: bool = False,
) -> List[str]:
    """What one command is given of its own.

    :param is_followed: by the word of a sub-command.
    """
    declared = {_plain(parameter.key): parameter for parameter in parameters}
    options: List[str] = []
    open_ended: List[str] = []
    positionals: Dict[str, List[str]] = {}
    given = [(declared.get(_plain(k)) or _undeclared(k, spelling, parameters), v) for k, v in values.items()]
    for parameter, value in given:
        if parameter.spelling in _NOT_HERE:
            continue
        if parameter.spelling == "python" and not parameter.flag:
            # A file of values: what is given beside it has the last word.
            options = [*_literally(parameter, value), *options]
        elif parameter.spelling in ("python", "hydra", "binding"):
            options += _literally(parameter, value)
        elif value is None:
            continue
        elif not parameter.flag:
            positionals[parameter.key] = _texts(value, parameter)
        else:
            is_open, words = _closed(parameter, _option(parameter, value), is_followed=is_followed)
            (open_ended if is_open else options).extend(words)
    if spelling == "hydra" or any(parameter.spelling == "hydra" for parameter in parameters):
        # Of Hydra's command line all overrides stand together: its options go before them.
        first = [word for word in raw if not _is_override(word)]
        return [*first, *open_ended, *options, *(word for word in raw if _is_override(word))]
    last = [text for p in parameters if p.key in positionals for text in positionals[p.key]]
    end = _together([(parameter, value) for parameter, value in given if parameter.spelling in _TOGETHER])
    # What raw words have begun, they go on with: `with large`, and `lr=0.1`.
    end = end[1:] if end[:1] and end[0] in raw else end
    if last and ((open_ended and not options) or any(text.startswith("-") for text in last)):
        first, end = (end, []) if end and end[0].startswith("-") else ([], end)
        return [*first, *open_ended, *options, *raw, "--", *last, *end]
    return [*open_ended, *options, *last, *raw, *end]


def _together(values: Sequence[Tuple[Parameter, Any]]) -> List[str]:
    """What takes all the rest of a command line, and so stands at its end."""
    if not values:
        return []
    from skylift_runtime.spelling import bound

    by_flag: Dict[Tuple[str, str], List[Tuple[str, str, Any]]] = {}
    for parameter, value in values:
        item = (parameter.key, parameter.type, value)
        by_flag.setdefault((parameter.flag, parameter.spelling), []).append(item)
    return [word for behind, items in by_flag.items() for word in bound(*behind, items)]


def _is_override(word: str) -> bool:
    return word[:1] == "~" or ("=" in word and word[:1] != "-")


def _undeclared(key: str, spelling: str, parameters: Sequence[Parameter]) -> Parameter:
    for pattern in parameters:
        # One of many names that are all given alike: `*`, or `*.*` for those with a dot.
        if pattern.key == "*" or (pattern.key == "*.*" and "." in key):
            return pattern._replace(key=key)
    return Parameter(key, key if spelling == "hydra" else "--" + key, spelling=spelling)


def _literally(parameter: Parameter, value: Any) -> List[str]:
    """For programs that read values by a grammar of their own."""
    # Few jobs need it, and all would wait for it.
    from skylift_runtime.spelling import hydra, literal, python

    if parameter.spelling == "binding":
        return [parameter.flag + "=" + parameter.key + "=" + literal(value, parameter.type)]
    if parameter.spelling == "hydra":
        name = parameter.flag or parameter.key
        # Taken away whatever it is.
        gone = name.startswith("~") and value in ("", None)
        return [name if gone else name + "=" + hydra(value)]
    return [(parameter.flag + "=" if parameter.flag else "") + python(value, parameter.type)]


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
        off = [parameter.off] if parameter.off else []
        return [flag] if _is_true(value) else off
    if parameter.action == "negative-flag":
        return [] if _is_true(value) else [flag]
    if parameter.action == "boolean-optional":
        return [flag if _is_true(value) else parameter.off or "--no-" + flag.lstrip("-")]
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
    several = parameter.nargs not in ("", "?")
    texts = _texts(value, parameter) if several else [_text(value, parameter)]
    if parameter.spelling == "joined":
        return [parameter.flag + "=" + (_comma_separated(texts) if several else texts[0])]
    if len(texts) != 1 or not texts[0].startswith("-"):
        return [parameter.flag, *texts]
    # Apart, it would be read as an option.
    return [_attached(parameter.flag, texts[0])]


def _closed(parameter: Parameter, words: List[str], *, is_followed: bool) -> Tuple[bool, List[str]]:
    """Whether an option would take words after it for values of its own, and its words."""
    if parameter.nargs not in _OPEN_ENDED:
        return False, words
    if is_followed and len(words) == 2:
        return False, [_attached(*words)]
    return True, words


def _attached(flag: str, text: str) -> str:
    """A flag and its value as one word: a short flag has it attached without ``=``."""
    return flag + ("" if len(flag) == 2 else "=") + text


def _text(value: Any, parameter: Parameter) -> str:
    if parameter.type == "bool" and (value is True or value is False or isinstance(value, str)):
        return _true_for(parameter.false) if _is_true(value) else parameter.false
    return text_of_value(value)


def _true_for(false: str) -> str:
    found = _TRUE_FOR.get(false.lower(), "true")
    return found if false and false == false.lower() else found.capitalize()


def _texts(value: Any, parameter: Parameter) -> List[str]:
    items = value if isinstance(value, list) else [value]
    return [_unsigned(item) if _is_negative(item) else _text(item, parameter) for item in items]


def _is_negative(value: Any) -> bool:
    return isinstance(value, float) and value < 0 and "e" in repr(value)


def _unsigned(value: float) -> str:
    """Without an exponent: argparse takes ``-1e-05`` for an option, and ``-0.00001`` for a number."""
    number, _, exponent = repr(-value).partition("e")
    digits, point = number.replace(".", ""), 1 + int(exponent)
    return "-0." + "0" * -point + digits if point <= 0 else "-" + digits.ljust(point, "0")


def _comma_separated(texts: List[str]) -> str:
    """A list in one text, quoted as CSV quotes.

    >>> _comma_separated(["a", "b,c", ""])
    'a,"b,c",""'
    """
    return ",".join(
        text if text and not any(letter in text for letter in ',"\r\n') else '"%s"' % text.replace('"', '""')
        for text in texts
    )


def _is_true(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in ("true", "yes", "on", "1")
    return bool(value)


def _plain(key: str) -> str:
    return key.replace("-", "_")
