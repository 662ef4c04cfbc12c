"""One value of a parameter, by the type that the script's parser declares."""

from __future__ import annotations

import ast
import difflib
import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from skylift.project.arguments.wire import decode
from skylift.project.config.convert import Unfit, truth
from skylift.values.arguments import ANY, JSON, LITERALS, NUMBER, Parameter
from skylift_runtime.contract import ARGUMENT_LIMIT

_WANTED = {
    JSON: "JSON",
    "int": "a whole number",
    "float": "a number",
    NUMBER: "a number",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a tuple",
    "dict": "a table",
    "set": "a set",
    "None": "None",
}
_OF_PYTHON = {"list": list, "tuple": list | tuple, "dict": dict, "set": list | set, "None": type(None)}
_ONE_VALUE = frozenset({"", "?"})
_LITERAL = frozenset({"python", "binding", "bindings", "pairs"})
_NOTHING = {"hydra": "null", **dict.fromkeys(_LITERAL, "None")}
"""What stands for no value at all, where the program's own grammar has a word for it."""
_PYTHON = {"True": True, "False": False, "None": None}


def wants_list(parameter: Parameter) -> bool:
    return parameter.action == "append" or parameter.nargs not in _ONE_VALUE


def one(parameter: Parameter, value: Any) -> Any:
    """A value of a parameter that takes one, or one item of a list.

    :raises Unfit: when it can not be one.
    """
    if parameter.type in LITERALS:
        return _literal(parameter, value)
    if not isinstance(value, str):
        return _chosen(parameter, value) if parameter.type == ANY else typed(parameter, value)
    if value == _NOTHING.get(parameter.spelling) and not parameter.exact:
        return None
    if parameter.none and value == parameter.none:
        return value
    return _any(parameter, value) if parameter.type == ANY else typed_text(parameter, value)


def the_only(parameter: Parameter, values: Sequence[Any]) -> Any:
    """
    :raises Unfit: when it can not be one, or there are several.
    """
    if len(values) > 1:
        raise Unfit(f"`{parameter.key}` takes one value, and is given {len(values)}", "keep one of them")
    return one(parameter, values[0])


def _any(parameter: Parameter, text: str) -> Any:
    if parameter.spelling in _LITERAL and text in _PYTHON:
        return _PYTHON[text]
    value = decode(text)
    if isinstance(value, str) and value == text and re.fullmatch(r"\s*(\[.*\]|\{.*\})\s*", text, re.DOTALL):
        hint = f"""write it in quotes, as JSON: '{parameter.key}=["a", "b"]'"""
        raise Unfit(f"`{parameter.key}` is given {text!r}, which is no list or table", hint)
    if isinstance(parameter.default, list | tuple) and isinstance(value, str):
        parts = [decode(part) for part in re.split(r"[,\s]+", text.strip(", \t")) if part]
        hint = f"write {parameter.key}={json.dumps(parts, separators=(',', ':'), ensure_ascii=False)}"
        raise Unfit(f"`{parameter.key}` wants a list, not {text!r}", hint)
    return _chosen(parameter, value)


def _literal(parameter: Parameter, value: Any) -> Any:
    """A list, a tuple, a table or None: as JSON, or as Python writes it. A tuple travels as a list.

    :raises Unfit: for anything else.
    """
    found = value
    if isinstance(value, str):
        found = decode(value)
        if isinstance(found, str):
            found = _of_python(value)
    if not isinstance(found, _OF_PYTHON[parameter.type]):
        raise _unfit(parameter, value)
    try:
        return json.loads(json.dumps(sorted(found, key=str) if isinstance(found, set) else found))
    except (TypeError, ValueError, RecursionError):
        raise _unfit(parameter, value) from None


def _of_python(text: str) -> Any:
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return text


def refuse_unsayable(parameter: Parameter, value: Any) -> None:
    """
    :raises Unfit: for what a flag without an opposite can not say: false, where it is true without the flag.
    """
    if parameter.off or not parameter.default_known:
        return
    usual, key = parameter.default, parameter.key
    if parameter.action == "flag" and usual is True and value is False:
        what = f"`{key}` can not be false: it is true without `{parameter.flag}`, and with it"
    elif parameter.action == "negative-flag" and usual is False and value is True:
        what = f"`{key}` can not be true: it is false without `{parameter.flag}`, and with it"
    else:
        return
    raise Unfit(what, "the program has no flag for the other: change its default, or declare one")


def refuse_dropped(parameter: Parameter, value: Any, source: str) -> None:
    """
    :raises Unfit: for the one text that argparse takes away from what it is given, before Python 3.13.
    """
    is_bare = source == "argparse" and parameter.spelling == "separate"
    if is_bare and "--" in (value if isinstance(value, list) else [value]):
        what = (
            f"`{parameter.key}` can not be `--`: argparse takes that for the end of the options, and drops it"
        )
        raise Unfit(what, "give another text, and have the script read it as this one")


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
    if value is None and parameter.spelling in _NOTHING and not parameter.exact:
        return None
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


def sendable(value: Any) -> str:
    """Why a value can not be given to any program; empty where it can.

    >>> sendable(["ü", {"a": "\\n"}]), bool(sendable([{"a": "\\0"}])), bool(sendable("\\ud800"))
    ('', True, True)
    """
    for text in _texts(value):
        if "\0" in text:
            return "there is a zero byte in it, which no command line takes"
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            return "there are bytes in it that are not UTF-8"
        if len(text) > ARGUMENT_LIMIT // 4 and len(text.encode()) >= ARGUMENT_LIMIT:
            return f"it has {len(text.encode())} bytes, and one argument of a program has fewer than {ARGUMENT_LIMIT}"
    return ""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)


def _converted(kind: str, text: str) -> Any:
    if kind == "int":
        return int(text)
    if kind == "float":
        return float(text)
    if kind == NUMBER:
        return int(text) if text.strip().lstrip("+-").isdigit() else float(text)
    if kind == "bool":
        return truth(text)
    if kind == JSON:
        json.loads(text)
    # A type of the script's own reads the text as it stands.
    return text


def _chosen(parameter: Parameter, value: Any) -> Any:
    if parameter.any_case and isinstance(value, str) and value not in parameter.choices:
        low = value.casefold()
        value = next((one for one in parameter.choices if str(one).casefold() == low), value)
    if parameter.choices and value not in parameter.choices:
        choices = [str(choice) for choice in parameter.choices]
        spelled = {choice.casefold(): choice for choice in choices}
        near = difflib.get_close_matches(str(value).casefold(), spelled, 1, 0.5)
        hint = f"did you mean `{spelled[near[0]]}`?" if near else ""
        hint = _sweep_hint(parameter, value) or hint
        raise Unfit(f"`{parameter.key}` takes one of: {', '.join(choices)}", hint)
    if isinstance(value, int | float) and not isinstance(value, bool):
        _within(parameter, value)
    return value


def _within(parameter: Parameter, value: float) -> None:
    low = 0 if parameter.action == "count" else parameter.low
    if low is not None and value < low:
        raise Unfit(f"`{parameter.key}` takes {low:g} at least, not {value}")
    if parameter.high is not None and value > parameter.high:
        raise Unfit(f"`{parameter.key}` takes {parameter.high:g} at most, not {value}")


def _unfit(parameter: Parameter, value: Any) -> Unfit:
    wanted = _WANTED.get(parameter.type, "a text")
    if parameter.exact:
        wanted += ", as it is in the program, which takes no other type"
    hint = _sweep_hint(parameter, value) or _number_hint(parameter, value) or _literal_hint(parameter)
    return Unfit(f"`{parameter.key}` wants {wanted}, not {value!r}", hint)


def _literal_hint(parameter: Parameter) -> str:
    known = isinstance(parameter.default, list | tuple | dict) and parameter.default_known
    if parameter.type not in LITERALS or not known:
        return ""
    return f"write it as its default is: '{parameter.key}={json.dumps(parameter.default, default=str)}'"


def _sweep_hint(parameter: Parameter, value: Any) -> str:
    """Several values with commas between them are a sweep to Hydra, if it is asked for one."""
    is_sweep = parameter.spelling == "hydra" and isinstance(value, str) and "," in value
    if not is_sweep or any(letter in value for letter in " '\"[]{}"):
        return ""
    return f"one value a run; for a sweep: skylift run -- -m {parameter.key}={value}"


def _number_hint(parameter: Parameter, value: Any) -> str:
    """``1e3`` or ``3.0`` for a whole number, ``0,5`` for a number."""
    text = str(value).strip()
    if parameter.type in ("float", NUMBER) and re.fullmatch(r"-?\d+,\d+", text):
        return f"write it with a point: {text.replace(',', '.')}"
    try:
        number = float(text) if parameter.type == "int" and not isinstance(value, bool) else math.nan
    except ValueError:
        return ""
    # Beyond these a number of that form is no longer exact.
    whole = math.isfinite(number) and number == int(number) and abs(number) < 2**53
    return f"write it in full: {parameter.key}={int(number)}" if whole else ""
