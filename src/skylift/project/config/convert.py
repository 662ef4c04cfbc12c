"""From what a config says to a value of the right type, or to a sentence about what is wrong."""

from __future__ import annotations

import difflib
import math
import re
from typing import Any

from skylift.host.toml import NotToml, parse_toml
from skylift.project.config.keys import Free, Kind, Named, Spec, Table, Value, Values

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(?:\d+[smhd])+")
_NUMBER = r"\d+(?:\.\d+)?"
_FRACTIONAL = re.compile(rf"(?:{_NUMBER}[smhd])+")
_SIZE = re.compile(r"(\d+)\s*(?:GB|GiB|G)?", re.IGNORECASE)
_TRUTHS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
_NEAR = 0.5
"""How like a choice has to be: "maximize" is short for none, and means "max"."""
_WANTED: dict[Kind, str] = {
    "string": "a string",
    "integer": "a whole number",
    "boolean": "true or false",
    "seconds": 'a time such as "4h", "30m" or seconds',
    "gigabytes": 'a size such as "50GB" or gigabytes',
}


class Unfit(Exception):
    """The value is not of the kind that the key, or the parameter, wants. ``str`` says why, ``hint`` what to write."""

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(why)
        self.hint = hint


def converted(spec: Value | Values | Free, raw: Any) -> Any:
    """A value read from TOML, as its field has it.

    :raises Unfit: when it is none.
    """
    if isinstance(spec, Values):
        return _integers(raw) if spec.kind == "integer" else _strings(raw)
    if isinstance(spec, Free):
        return _plain(raw)
    value = _one(spec.kind, raw)
    if spec.choices and value not in spec.choices:
        near = difflib.get_close_matches(str(value).lower(), spec.choices, 1, _NEAR)
        hint = f'did you mean "{near[0]}"?' if near else ""
        raise Unfit(f"{value!r} is none of {', '.join(spec.choices)}", hint)
    return value


def from_text(spec: Spec, text: str) -> Any:
    """A value that came as text, from a variable or a flag, as TOML would have had it.

    :raises Unfit: when it can not be read as what the key wants.
    """
    if isinstance(spec, Value):
        return _scalar_from_text(spec.kind, text)
    if isinstance(spec, Values):
        return _toml_value(text) if text.lstrip().startswith("[") else [text]
    if isinstance(spec, Table | Named):
        return _toml_value(text) if text.lstrip().startswith("{") else text
    try:
        return _toml_value(text)
    except Unfit:
        return text


def _scalar_from_text(kind: Kind, text: str) -> Any:
    if kind == "boolean":
        return truth(text)
    if kind != "string" and re.fullmatch(r"-?\d+", text.strip()):
        return int(text)
    return text


def truth(text: str) -> bool:
    """
    :raises Unfit: when the text is no word for true or false.

    >>> truth("Yes"), truth("0")
    (True, False)
    """
    found = _TRUTHS.get(text.strip().lower())
    if found is None:
        raise Unfit(f"wants true or false, not {text!r}")
    return found


def _toml_value(text: str) -> Any:
    try:
        return parse_toml(f"value = {text}")["value"]
    except NotToml as error:
        raise Unfit(f"is not a value of TOML: {text!r}") from error


def _one(kind: Kind, raw: Any) -> Any:
    if kind == "string" and isinstance(raw, str):
        if "\0" in raw:
            raise Unfit("has a zero byte in it, which nothing takes")
        return raw
    if kind == "boolean" and isinstance(raw, bool):
        return raw
    if kind in ("integer", "seconds", "gigabytes") and isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if kind == "seconds" and isinstance(raw, str) and _DURATION.fullmatch(raw.replace(" ", "")):
        return round(_sum_of_parts(raw.replace(" ", "")))
    if kind == "gigabytes" and isinstance(raw, str) and (size := _SIZE.fullmatch(raw.strip())):
        return int(size[1])
    raise Unfit(f"wants {_WANTED[kind]}, not {_shown(raw)}", _quoting_hint(kind, raw))


def duration(text: str) -> float:
    """Seconds in a duration of the command line, which unlike a config's may have fractions.

    :raises Unfit: when it is none, or none that can pass.

    >>> duration("1.5h"), duration("1m30s"), duration("90")
    (5400.0, 90.0, 90.0)
    """
    said = text.replace(" ", "")
    seconds = 0.0
    if re.fullmatch(_NUMBER, said):
        seconds = float(said)
    elif _FRACTIONAL.fullmatch(said):
        seconds = _sum_of_parts(said)
    if not 0 < seconds < math.inf:
        raise Unfit(f'wants a time above zero such as "20s", "5m", "1.5h" or seconds, not {text!r}')
    return seconds


_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_BYTES = re.compile(rf"({_NUMBER})([KMGT]?)(i?)B?", re.IGNORECASE)


def byte_count(text: str) -> int:
    """Bytes in a size of the command line.

    :raises Unfit: when it is none, or nothing.

    >>> byte_count("100MB"), byte_count("1.5 KiB"), byte_count("4096")
    (100000000, 1536, 4096)
    """
    found = _BYTES.fullmatch(text.replace(" ", ""))
    size = 0.0
    if found is not None and (found[2] or not found[3]):
        unit = found[2].upper()
        size = float(found[1]) * (1024 ** "KMGT".index(unit) * 1024 if found[3] else _UNITS[unit])
    if size < 1:
        raise Unfit(f'wants a size above zero such as "100MB", "1.5GiB" or bytes, not {text!r}')
    return int(size)


def _sum_of_parts(said: str) -> float:
    parts = re.findall(rf"({_NUMBER})([smhd])", said)
    return sum(float(count) * _SECONDS[unit] for count, unit in parts)


def _quoting_hint(kind: Kind, raw: Any) -> str:
    # 3.10 without quotes is the number 3.1, and an account loses its leading zeros.
    numeric = isinstance(raw, int | float) and not isinstance(raw, bool)
    return "write it in quotes" if kind == "string" and numeric else ""


def _strings(raw: Any) -> tuple[str, ...]:
    if isinstance(raw, list | tuple) and all(isinstance(item, str) for item in raw):
        return tuple(raw)
    hint = f'write it as a list: ["{raw}"]' if isinstance(raw, str) else ""
    raise Unfit(f"wants a list of strings, not {_shown(raw)}", hint)


def _integers(raw: Any) -> tuple[int, ...]:
    if isinstance(raw, list | tuple) and all(type(item) is int for item in raw):
        return tuple(raw)
    hint = f"write it as a list: [{raw}]" if type(raw) is int else ""
    raise Unfit(f"wants a list of integers, not {_shown(raw)}", hint)


def _plain(raw: Any) -> Any:
    """A value that JSON has too: TOML's dates are not among them."""
    if isinstance(raw, dict):
        return {key: _plain(value) for key, value in raw.items()}
    if isinstance(raw, list | tuple):
        return [_plain(value) for value in raw]
    if raw is None or isinstance(raw, str | int | float):
        return raw
    raise Unfit(f"wants a string, number, boolean, list or table, not {_shown(raw)}", "write it in quotes")


def _shown(raw: Any) -> str:
    if isinstance(raw, dict):
        return "a table"
    if isinstance(raw, list | tuple):
        return "a list" if all(isinstance(item, str) for item in raw) else "a list with other things in it"
    return f"{raw!r}" if isinstance(raw, str) else f"{str(raw).lower()} ({type(raw).__name__})"
