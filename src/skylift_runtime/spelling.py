"""Values in the words of programs that read them by a grammar: Python's literals, and Hydra's overrides."""

from __future__ import annotations

import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Match, Sequence, Tuple

_PYTHON_WORD = re.compile(r"(?:[A-Za-z_/~]|\.{1,2}/)[A-Za-z0-9_./~-]*")
"""What no Python reads as a literal: names and paths."""
_PYTHON_NAMES = frozenset({"True", "False", "None"})
_HYDRA_WORD = re.compile(r"(?:[A-Za-z/]|\.{1,2}/)[A-Za-z0-9_./-]*")
_HYDRA_NAMES = frozenset({"null", "true", "false", "nan", "inf"})
_HYDRA_QUOTED = re.compile(r"(\\*)'")
_LAST_BACKSLASHES = re.compile(r"\\+\Z")
_INTERPOLATION = re.compile(r"(\\*)\$\{")
_HYDRA_SPECIAL = re.compile(r"[\\()\[\]{}:=, \t]")


def python(value: Any, kind: str = "") -> str:
    """A value as a Python literal; a text bare where Python would not read it as anything else.

    :param kind: ``tuple`` or ``set`` for a list that is one to the program.

    For python-fire and for scripts that give ``literal_eval`` the text of ``--name=value``. Of those some
    split at every ``=``, so none stands in a quoted text.

    >>> [python(value) for value in ("out/ü", "out/a", "1e3", "a=b", True, None, [1, "x"])]
    ["'out/ü'", 'out/a', "'1e3'", "'a\\\\x3db'", 'True', 'None', "[1, 'x']"]
    """
    if isinstance(value, str) and _PYTHON_WORD.fullmatch(value) and value not in _PYTHON_NAMES:
        return value
    return literal(value, kind)


def literal(value: Any, kind: str = "") -> str:
    """A value as a Python literal, a text always in quotes.

    >>> [literal("adam"), literal([1], "tuple"), literal([1, 2], "set"), literal([])]
    ["'adam'", '(1,)', '{1, 2}', '[]']
    """
    text = _python(value)
    if kind == "tuple" and isinstance(value, list):
        text = "(%s%s)" % (text[1:-1], "," if len(value) == 1 else "")
    elif kind == "set" and value and isinstance(value, list):
        text = "{%s}" % text[1:-1]
    return text.replace("=", "\\x3d")


def bound(flag: str, spelling: str, values: Sequence[Tuple[str, str, Any]]) -> List[str]:
    """Names with their values, all together behind one flag: ``with lr=0.1``, ``--opts MODEL.DEPTH 3``.

    >>> bound("with", "bindings", [("lr", "float", 0.1), ("name", "str", "1e3")])
    ['with', 'lr=0.1', "name='1e3'"]
    """
    words = [flag] if flag else []
    for key, kind, value in values:
        text = literal(value, kind)
        if isinstance(value, float) and value < 0 and "e" in text:
            # argparse takes `-1e-05` for an option, and a number without an exponent for a number.
            text = _in_full(text)
        words += [key, text] if spelling == "pairs" else [key + "=" + text]
    return words


def _in_full(text: str) -> str:
    """A negative number without its exponent.

    >>> _in_full("-1e-05"), _in_full("-3.5e+16")
    ('-0.00001', '-35000000000000000.0')
    """
    number, _, exponent = text[1:].partition("e")
    digits, point = number.replace(".", ""), 1 + int(exponent)
    return "-0." + "0" * -point + digits if point <= 0 else "-" + digits.ljust(point, "0") + ".0"


def _python(value: Any) -> str:
    # Python has no literal for infinity but a number that is too large.
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "1e999" if value > 0 else "-1e999"
    if isinstance(value, list):
        return "[%s]" % ", ".join(_python(item) for item in value)
    if isinstance(value, dict):
        return "{%s}" % ", ".join("%r: %s" % (key, _python(item)) for key, item in value.items())
    return repr(value)


def hydra(value: Any) -> str:
    r"""A value in the grammar of Hydra's overrides, which reads it back as it was.

    Source: hydra.cc, "Extended Override syntax" of 1.3; for ``${``, OmegaConf's escaping of interpolations.

    >>> [hydra(value) for value in ("adam", "1", "a b", "", None, True, [1, "x,y"], {"a": "it's"})]
    ['adam', "'1'", "'a b'", '', 'null', 'true', "[1,'x,y']", "{a:'it\\'s'}"]
    """
    # `key=` is the empty text; in a list or a table it would be nothing at all.
    return "" if value == "" else _hydra(value)


def _hydra(value: Any) -> str:
    if isinstance(value, str):
        return _hydra_text(value)
    if isinstance(value, (list, tuple)):
        return "[%s]" % ",".join(_hydra(item) for item in value)
    if isinstance(value, dict):
        return "{%s}" % ",".join("%s:%s" % (_hydra_key(key), _hydra(item)) for key, item in value.items())
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value)


def _hydra_text(text: str) -> str:
    if _HYDRA_WORD.fullmatch(text) and text.lower() not in _HYDRA_NAMES:
        return text
    # A text of ours names no other value: what looks like an interpolation is escaped.
    text = _INTERPOLATION.sub(r"\1\1\\${", text)
    # Backslashes count only before a quote, the last one's included.
    text = _HYDRA_QUOTED.sub(_quoted, text)
    return "'%s'" % _LAST_BACKSLASHES.sub(lambda found: found.group() * 2, text)


def _quoted(found: Match[str]) -> str:
    return found.group(1) * 2 + "\\'"


def _hydra_key(key: str) -> str:
    return _HYDRA_SPECIAL.sub(lambda found: "\\" + found.group(), key)
