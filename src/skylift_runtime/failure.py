"""Why a job failed, in the few words that the service keeps."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
from typing import Any, Mapping, NamedTuple, Optional

from skylift_runtime.contract import FAILURE_TEXT_LIMIT

_USERINFO = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*://)[^/\s'\"]+@")
_NO_MODULE = re.compile(r"No module named '?(?P<name>\w+)")


class Unusable(Exception):
    """The user's code cannot be started: the tree or the project's description does not allow it."""


class Ending(NamedTuple):
    """How the user's process ended."""

    code: int
    """As a shell says it: its own, or 128 + n when signal n ended it."""
    signal: int = 0
    stopped: bool = False
    """Somebody asked the job to stop before it ended."""


def compose(head: str, where: str = "", hint: str = "") -> str:
    """Put a failure text together; when it is too long, the head gives way.

    >>> compose("ValueError: no rows", "train.py:3", "look at the data")
    'ValueError: no rows (train.py:3)\\nlook at the data'
    """
    tail = (" (%s)" % where if where else "") + ("\n" + hint if hint else "")
    tail = tail[:FAILURE_TEXT_LIMIT]
    head = _USERINFO.sub(r"\g<scheme>", head.strip())
    room = FAILURE_TEXT_LIMIT - len(tail)
    if len(head) > room:
        head = head[: max(room - 1, 0)] + "…"
    return (head + tail)[:FAILURE_TEXT_LIMIT]


def text_of(ending: Ending, facts: Optional[Mapping[str, Any]], command: str) -> str:
    """The failure text of a process that ended badly.

    :param facts: what the bootstrap wrote down, if there was an uncaught exception.
    :param command: what ran, for a process that left no facts.
    """
    if facts:
        return _text_of_facts(facts)
    if ending.signal:
        hint = ""
        if ending.signal == signal.SIGKILL and not ending.stopped:
            hint = "a SIGKILL that nobody sent usually means that memory ran out"
        return compose("killed by %s: %s" % (_signal_name(ending.signal), command), hint=hint)
    return compose("exit code %d: %s" % (ending.code, command))


def _text_of_facts(facts: Mapping[str, Any]) -> str:
    exception, message = str(facts["exception"]), str(facts["message"])
    where = "%s:%d" % (facts["file"], facts["line"]) if facts.get("file") else ""
    if exception == "SystemExit" and isinstance(facts.get("code"), int):
        return compose("exit code %d" % facts["code"], where)
    head = "%s: %s" % (exception, message) if message else exception
    hints = [_hint(facts)]
    if facts.get("cause"):
        hints.append("caused by " + _USERINFO.sub(r"\g<scheme>", str(facts["cause"]))[:300])
    return compose(head, where, "\n".join(hint for hint in hints if hint))


def _hint(facts: Mapping[str, Any]) -> str:
    missing = _NO_MODULE.search(str(facts["message"]))
    if missing:
        return "is `%s` in the project's dependencies?" % missing.group("name")
    path = str(facts.get("path") or "")
    if facts["exception"] != "FileNotFoundError" or not path:
        return ""
    if os.path.isabs(path):
        return "`%s` is an absolute path; data comes from channels, results go to SM_MODEL_DIR" % path[:200]
    return "is `%s` among the files that ship, or does it come from a channel?" % path[:200]


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "signal %d" % number


def read_facts(path: str) -> Optional[Mapping[str, Any]]:
    """What the bootstrap wrote; None when there was no uncaught exception."""
    try:
        with open(path, encoding="utf-8") as stream:
            found = json.load(stream)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write_failure(path: str, text: str) -> None:
    """Write the failure file, unless the user's own code has already said something there."""
    if os.path.lexists(path) and (os.path.islink(path) or os.path.getsize(path)):
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write_atomically(path, text)


def write_atomically(path: str, text: str) -> None:
    temporary = "%s.%d.tmp" % (path, os.getpid())
    try:
        # A message may hold halves of characters, from file names that are not UTF-8.
        with open(temporary, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
