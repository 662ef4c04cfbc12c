"""Hyperparameters that do not fit a request come in a file of the reserved channel (joints 10 and 11)."""

from __future__ import annotations

import json
import os
import tempfile

from skylift_runtime.contract import (
    ARGUMENTS_FILE,
    ARGUMENTS_KEY,
    ARGUMENTS_REFERENCE,
    RESERVED_CHANNEL,
    Tree,
)
from skylift_runtime.description import read_json
from skylift_runtime.failure import Unusable
from skylift_runtime.voice import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Mapping


def completed(wire: Mapping[str, Any], tree: Tree) -> Dict[str, Any]:
    """The hyperparameters with the values that the file has for them, also for whoever reads them after us.

    Doing it again changes nothing.

    :raises Unusable: when the file, or a value in it, is not there.
    """
    path = os.path.join(tree.channel(RESERVED_CHANNEL), ARGUMENTS_FILE)
    if not os.path.isfile(path):
        names = ", ".join(sorted(key for key, text in wire.items() if is_reference(text)))
        raise Unusable("the values of %s are in %s, which is not there" % (names, path))
    kept = read_json(path)
    found = {key: _value(key, text, kept) for key, text in wire.items() if key != ARGUMENTS_KEY}
    if ARGUMENTS_KEY in wire:
        found.update((key, encode(value)) for key, value in kept.items() if key not in found)
    _write(tree.hyperparameters, found)
    return found


def is_reference(text: Any) -> bool:
    return isinstance(text, str) and text.startswith(ARGUMENTS_REFERENCE)


def _value(key: str, text: Any, kept: Mapping[str, Any]) -> Any:
    if not is_reference(text):
        return text
    name = text[len(ARGUMENTS_REFERENCE) + 1 :]
    if name not in kept:
        raise Unusable("the hyperparameter %s is not in %s, which it refers to" % (key, ARGUMENTS_FILE))
    return encode(kept[name])


def _write(path: str, found: Mapping[str, Any]) -> None:
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".hyperparameters-")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(found, stream)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        # The program gets its arguments all the same, and so do the variables.
        say("%s still has references instead of long values: %s" % (path, error))
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)


def encode(value: Any) -> str:
    """A value as text on the wire that ``decode`` reads back: a string bare where that is safe, the rest as JSON.

    >>> encode("adam"), encode("7"), encode(7), encode(True), encode("a\\nb")
    ('adam', '"7"', '7', 'true', '"a\\\\nb"')
    """
    return value if isinstance(value, str) and _goes_bare(value) else json.dumps(value)


def _goes_bare(text: str) -> bool:
    # splitlines also cuts where the service's own patterns see the end of a line.
    one_line = text == "".join(text.splitlines())
    surrogates = any("\ud800" <= letter <= "\udfff" for letter in text)
    return one_line and not surrogates and not is_reference(text) and not _is_json(text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except RecursionError:
        # Thousands of brackets: no reader can tell, so it goes as a JSON string, which every reader can.
        return True
    except ValueError:
        return False
    return True
